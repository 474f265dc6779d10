import { clone, maxPool, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { checkInput, IMAGES } from './shapes.js';

/** Options of {@link dilate} and {@link erode}. */
export interface MorphologyOptions {
  /** Side of the square window in pixels, an odd integer >= 1. @defaultValue 3 */
  readonly size?: number;
}

/**
 * The largest value of a square window around every pixel, channel by channel; the window outside the image is ignored.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any range and number of channels.
 * @param options - Size of the window.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError if `size` is not an odd integer >= 1.
 * @see scikit-image `morphology.dilation` with a square footprint.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { dilate } from 'selfsup/transforms';
 * dilate(tensor4d([0, 0, 1, 0, 0], [1, 1, 5, 1])).print(); // 0, 1, 1, 1, 0
 * ```
 */
export function dilate(x: Tensor4D, options: MorphologyOptions = {}): Tensor4D {
  checkOptions('dilate', options, ['size']);
  const size = windowSize('dilate', x, options);
  return tidy(() => largestAround(x, size));
}

/** Checks images and the size of a window, and gives the size. */
export function windowSize(where: string, x: Tensor4D, options: MorphologyOptions): number {
  const { size = 3 } = options;
  checkInput(where, x, IMAGES);
  checkIntegers(where, { size: [size, 1] });
  if (size % 2 === 0) throw new RangeError(`${where}: size must be odd, got ${size}.`);
  return size;
}

/** The largest value of a square window; a wide one goes down the columns first, then along the lines. */
export function largestAround(x: Tensor4D, size: number): Tensor4D {
  const [, height, width] = x.shape;
  // No further than the image reaches: kernels of pooling may not take more padding than window.
  const [high, wide] = [Math.min(size, 2 * height - 1), Math.min(size, 2 * width - 1)];
  if (high === 1 && wide === 1) return clone(x);
  if (high <= 3 && wide <= 3) return maxPool(x, [high, wide], 1, 'same');
  const down = high === 1 ? x : maxPool(x, [high, 1], 1, 'same');
  return wide === 1 ? down : maxPool(down, [1, wide], 1, 'same');
}
