import { add, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type PerImage, perImage } from './perImage.js';
import { rows } from './planes.js';
import { checkInput } from './shapes.js';
import { timesEach } from './spread.js';
import { checkPermutation, takeImages } from './takeImages.js';

/**
 * Blends every entry of a batch with another one: `lambda * x[i] + (1 - lambda) * x[permutation[i]]`.
 *
 * @param x - Images `[batch, height, width, channels]`, soft labels `[batch, classes]` or anything else of rank >= 1, float32.
 * @param permutation - Index of each entry's partner, integers from 0 to batch - 1, a plain or typed array.
 * @param lambda - Share of the entry itself in [0, 1], or one per entry.
 * @returns A tensor of the same shape; the caller disposes it.
 * @throws ShapeError on a wrong dtype, an empty batch or a wrong number of entries; RangeError if an index or a share is out
 * of range.
 * @see Zhang et al., "mixup", arXiv:1710.09412, section 2.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { mixup } from 'selfsup/transforms';
 * const labels = tensor2d([[1, 0], [0, 1]]);
 * mixup(labels, [1, 0], 0.7).print(); // [0.7, 0.3] and [0.3, 0.7]
 * ```
 */
export function mixup<X extends Tensor>(x: X, permutation: ArrayLike<number>, lambda: PerImage): X {
  checkInput('mixup', x, null);
  const batch = x.shape[0] as number;
  const partners = checkPermutation('mixup', permutation, batch);
  const shares = perImage('mixup', 'lambda', lambda, batch, 0, 1);
  return tidy(() => {
    const own = timesEach(rows(x), shares);
    const other = timesEach(
      rows(takeImages(x, partners)),
      shares.map((share) => 1 - share),
    );
    return reshape(add(own, other), x.shape) as X;
  });
}
