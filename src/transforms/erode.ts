import { neg, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { largestAround, type MorphologyOptions, windowSize } from './dilate.js';

/**
 * The smallest value of a square window around every pixel, channel by channel; the window outside the image is ignored.
 * `dilate(x) - erode(x)` is the morphological gradient.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any range and number of channels.
 * @param options - Size of the window.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError if `size` is not an odd integer >= 1.
 * @see scikit-image `morphology.erosion` with a square footprint.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { erode } from 'selfsup/transforms';
 * erode(tensor4d([1, 1, 0, 1, 1], [1, 1, 5, 1])).print(); // 1, 0, 0, 0, 1
 * ```
 */
export function erode(x: Tensor4D, options: MorphologyOptions = {}): Tensor4D {
  checkOptions('erode', options, ['size']);
  const size = windowSize('erode', x, options);
  return tidy(() => neg(largestAround(neg(x), size)));
}
