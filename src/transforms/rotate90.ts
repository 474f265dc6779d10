import { type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { flipLeftRight } from './flipLeftRight.js';
import { flipUpDown } from './flipUpDown.js';
import { type PerImage, perImage } from './perImage.js';
import { selectImages } from './selectImages.js';
import { checkInput, IMAGES } from './shapes.js';

/**
 * Turns by right angles, anticlockwise.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param k - Quarter turns, an integer (negative ones turn clockwise), or one per image.
 * @returns Images; height and width swap places when `k` is odd. The caller disposes them.
 * @throws ShapeError on a wrong shape, or when images that are not square are to turn by odd and even numbers; RangeError
 * if `k` is not an integer.
 * @see `numpy.rot90` over height and width.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { rotate90 } from 'selfsup/transforms';
 * rotate90(tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), 1).print(); // 2 4 above 1 3
 * ```
 */
export function rotate90(x: Tensor4D, k: PerImage): Tensor4D {
  checkInput('rotate90', x, IMAGES);
  const [batch, height, width] = x.shape;
  const given = perImage('rotate90', 'k', k, batch);
  for (const [i, turns] of given.entries()) checkIntegers('rotate90', { [`k[${i}]`]: [turns, -(2 ** 31)] });
  const turns = given.map((n) => ((n % 4) + 4) % 4);
  if (height !== width && new Set(turns.map((n) => n % 2)).size > 1) {
    throw new ShapeError(
      `rotate90: images must be square to turn by odd and even numbers of right angles, got [${x.shape.join(', ')}].`,
    );
  }
  const swapped = (): Tensor4D => transpose(x, [0, 2, 1, 3]);
  return tidy(() =>
    selectImages<Tensor4D>(turns, [
      () => x,
      () => flipUpDown(swapped()),
      () => flipUpDown(flipLeftRight(x)),
      () => flipLeftRight(swapped()),
    ]),
  );
}
