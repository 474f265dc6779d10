import { reshape, type Tensor4D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { GRAY } from './planes.js';
import { checkInput, RGB } from './shapes.js';

/** Options of {@link rgbToGrayscale}. */
export interface RgbToGrayscaleOptions {
  /** How often the grey value is repeated, an integer >= 1. @defaultValue 3 */
  readonly channels?: number;
}

/**
 * Grey values `0.2989 r + 0.587 g + 0.114 b`, repeated over the channels. The weights sum to 0.9999, as torchvision's do.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]`.
 * @param options - How many channels to give.
 * @returns Images `[batch, height, width, channels]`; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError if `channels` is not an integer >= 1.
 * @see torchvision `rgb_to_grayscale`; ITU-R BT.601.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { rgbToGrayscale } from 'selfsup/transforms';
 * rgbToGrayscale(tensor4d([1, 0, 0], [1, 1, 1, 3]), { channels: 1 }).print(); // 0.2989
 * ```
 */
export function rgbToGrayscale(x: Tensor4D, options: RgbToGrayscaleOptions = {}): Tensor4D {
  const { channels = 3 } = checkOptions('rgbToGrayscale', options, ['channels']);
  checkInput('rgbToGrayscale', x, RGB);
  checkIntegers('rgbToGrayscale', { channels: [channels, 1] });
  const [batch, height, width] = x.shape;
  const weights = GRAY.flatMap((weight) => new Array<number>(channels).fill(weight));
  return tidy(() => {
    const pixels = reshape(x, [batch * height * width, 3]);
    return reshape(matMul(pixels, tensor2d(weights, [3, channels])), [batch, height, width, channels]);
  });
}
