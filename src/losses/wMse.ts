import { mean, mul, type Scalar, sub, sum, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import type { LossInput } from './lossInput.js';
import { checkWhiten, type WhitenOptions, whitened } from './whiten.js';

/**
 * W-MSE: the mean of 2 - 2 cos(a_i, b_i) between two views, each whitened over the batch first, so that they cannot collapse.
 *
 * Each view is whitened on its own by the Cholesky factor of its unbiased covariance (see {@link whiten}), as in the authors'
 * code. For more than two views average over their pairs, as they do.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`; batch larger than dim, unless `epsilon` is positive.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - Shrinkage and the size of a slice.
 * @returns Scalar in [0, 4]; the caller disposes it. Differentiable in both inputs. 2 if the views have nothing to do with each
 * other. Rows that are equal but for rounding have that rounding whitened: the value then means nothing.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range, or a slice is too small for its
 * covariance to be inverted.
 * @see Ermolov et al., "Whitening for Self-Supervised Representation Learning", ICML 2021, arXiv:2007.06346, equation 5.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { wMseLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([32, 8]), randomNormal<Rank.R2>([32, 8])];
 * wMseLoss(zA, zB, { size: 16 }).print();
 * ```
 */
export function wMseLoss(zA: LossInput, zB: LossInput, options: WhitenOptions = {}): Scalar {
  checkOptions('wMseLoss', options, ['epsilon', 'size']);
  checkWhiten('wMseLoss', { zA, zB }, options);
  return tidy(() => {
    const [a, b] = [l2Normalize(whitened(zA as Tensor2D, options)), l2Normalize(whitened(zB as Tensor2D, options))];
    return sub<Scalar>(2, mul(mean(sum(mul(a, b), 1)), 2));
  });
}
