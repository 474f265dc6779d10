import { type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { blend, saturationBlend } from './blend.js';
import { type PerImage, perImage } from './perImage.js';
import { fromPlanes, toPlanes } from './planes.js';
import { checkInput, RGB } from './shapes.js';

/**
 * Blends every pixel with its grey value: `clip(factor * x + (1 - factor) * gray(x), 0, 1)`; 0 gives the grey image, 1 the
 * image.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @param factor - A number >= 0, or one per image.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of factors; RangeError on a negative factor.
 * @see torchvision `adjust_saturation`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { adjustSaturation } from 'selfsup/transforms';
 * adjustSaturation(tensor4d([1, 0, 0], [1, 1, 1, 3]), 0.5).print(); // half of red, half of its grey 0.2989
 * ```
 */
export function adjustSaturation(x: Tensor4D, factor: PerImage): Tensor4D {
  checkInput('adjustSaturation', x, RGB);
  const factors = perImage('adjustSaturation', 'factor', factor, x.shape[0], 0);
  return tidy(() => fromPlanes(blend(toPlanes(x), factors.map(saturationBlend)), x.shape));
}
