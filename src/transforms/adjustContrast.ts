import { type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { blend, contrastBlend } from './blend.js';
import { type PerImage, perImage } from './perImage.js';
import { fromPlanes, toPlanes } from './planes.js';
import { checkGrayOrRgb } from './shapes.js';

/**
 * Blends with the mean of the grey image: `clip(factor * x + (1 - factor) * mean(gray(x)), 0, 1)`, one mean per image; 0
 * gives a flat grey, 1 the image.
 *
 * @param x - Images, float32 `[batch, height, width, 3]` or `[batch, height, width, 1]` in [0, 1].
 * @param factor - A number >= 0, or one per image.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of factors; RangeError on a negative factor.
 * @see torchvision `adjust_contrast`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { adjustContrast } from 'selfsup/transforms';
 * adjustContrast(tensor4d([0.2, 0.6], [1, 1, 2, 1]), 0.5).print(); // 0.3 and 0.5: halfway to the mean
 * ```
 */
export function adjustContrast(x: Tensor4D, factor: PerImage): Tensor4D {
  checkGrayOrRgb('adjustContrast', x);
  const factors = perImage('adjustContrast', 'factor', factor, x.shape[0], 0);
  return tidy(() => fromPlanes(blend(toPlanes(x), factors.map(contrastBlend)), x.shape));
}
