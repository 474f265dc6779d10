import { mean, pow, type Scalar, square, sub, sum, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloat, checkNumbers } from '../internal/checks.js';
import { l2Normalize, rowNorms } from '../internal/l2Normalize.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link alignmentLoss}. */
export interface AlignmentOptions {
  /** Exponent of the distance, \>= 1. @defaultValue 2, as in the authors' code */
  readonly alpha?: number;
  /** Whether rows are L2-normalised first; the authors leave that to the caller. @defaultValue true */
  readonly normalize?: boolean;
}

/**
 * Alignment: mean_i of |a_i - b_i|^alpha, how close the two views of a sample lie. Alone it is smallest, 0, when everything
 * has collapsed; {@link uniformityLoss} is its counterpart.
 *
 * @param a - Embeddings of one view, float32 `[batch, dim]`.
 * @param b - Embeddings of the other, same shape; row i is the same sample as row i of `a`.
 * @param options - The exponent, and whether to normalise.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs; at equal rows the gradient is 0.
 * @throws ShapeError on a wrong shape or dtype; RangeError if alpha \< 1.
 * @see Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
 * Hypersphere", ICML 2020, arXiv:2005.10242, section 4.1.
 * @example
 * ```ts
 * import { add, mul, randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { alignmentLoss, uniformityLoss } from 'selfsup/losses';
 * const [a, b] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * const uniformity = mul(add(uniformityLoss(a), uniformityLoss(b)), 0.5);
 * add(alignmentLoss(a, b), uniformity).print();
 * ```
 */
export function alignmentLoss(a: LossInput, b: LossInput, options: AlignmentOptions = {}): Scalar {
  const { alpha = 2, normalize = true } = checkOptions('alignmentLoss', options, ['alpha', 'normalize']);
  checkFloat('alignmentLoss', 'a', a, ['batch', 'dim']);
  checkFloat('alignmentLoss', 'b', b, a.shape);
  checkNumbers('alignmentLoss', { alpha: [alpha, 1] });
  checkFlags('alignmentLoss', { normalize });
  return tidy(() => {
    const difference = normalize ? sub<Tensor2D>(l2Normalize(a), l2Normalize(b)) : sub<Tensor2D>(a, b);
    if (alpha === 2) return mean<Scalar>(sum(square(difference), 1));
    const distance = rowNorms(difference) as Tensor1D;
    return mean<Scalar>(alpha === 1 ? distance : pow(distance, alpha));
  });
}
