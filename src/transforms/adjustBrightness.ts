import { clipByValue, reshape, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type PerImage, perImage } from './perImage.js';
import { rows } from './planes.js';
import { checkInput, IMAGES } from './shapes.js';
import { timesEach } from './spread.js';

/**
 * Multiplies by a factor and clips: `clip(factor * x, 0, 1)`; 0 gives black, 1 the image.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @param factor - A number >= 0, or one per image.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of factors; RangeError on a negative factor.
 * @see torchvision `adjust_brightness`.
 * @example
 * ```ts
 * import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { adjustBrightness } from 'selfsup/transforms';
 * adjustBrightness(fill([2, 1, 1, 3], 0.5) as Tensor4D, [0.5, 1.2]).print(); // 0.25 and 0.6
 * ```
 */
export function adjustBrightness(x: Tensor4D, factor: PerImage): Tensor4D {
  checkInput('adjustBrightness', x, IMAGES);
  const factors = perImage('adjustBrightness', 'factor', factor, x.shape[0], 0);
  return tidy(() => reshape(clipByValue(timesEach(rows(x), factors), 0, 1), x.shape));
}
