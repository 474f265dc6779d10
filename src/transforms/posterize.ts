import { div, floor, reshape, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkIntegers } from '../internal/checks.js';
import { toBytes } from './bytes.js';
import { inTurn } from './inTurn.js';
import { type PerImage, perImage } from './perImage.js';
import { rows } from './planes.js';
import { checkInput, IMAGES } from './shapes.js';
import { timesEach } from './spread.js';

/**
 * Keeps the highest bits of every value: with k the value as 8 bits (rounded), `floor(k / 2^(8 - bits)) * 2^(8 - bits) / 255`.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @param bits - How many bits to keep, an integer from 0 (black) to 8 (only rounded), or one per image.
 * @returns Images of the same shape, multiples of 1/255; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of entries; RangeError if `bits` is not an integer from 0 to 8.
 * @see torchvision `posterize`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { posterize } from 'selfsup/transforms';
 * posterize(tensor4d([0.4, 0.6], [1, 1, 2, 1]), 1).print(); // 0 and 128/255
 * ```
 */
export function posterize(x: Tensor4D, bits: PerImage): Tensor4D {
  checkInput('posterize', x, IMAGES);
  const kept = perImage('posterize', 'bits', bits, x.shape[0], 0, 8);
  for (const [i, n] of kept.entries()) checkIntegers('posterize', { [`bits[${i}]`]: [n, 0, 8] });
  return tidy(() => reshape(dropBits(rows(x), kept), x.shape));
}

/** Keeps so many bits of the values of every image, of rows `[batch, values]` or planes `[channels, batch, pixels]`. */
export function dropBits<T extends Tensor>(values: T, kept: readonly number[]): T {
  const steps = kept.map((n) => 2 ** (8 - n));
  const shares = steps.map((step) => 1 / step);
  return inTurn<T>(
    () => toBytes(values),
    (y) => timesEach(y, shares),
    (y) => floor(y),
    (y) => timesEach(y, steps),
    (y) => div(y, 255),
  );
}
