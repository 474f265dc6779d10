import { add, mean, mul, neg, type Scalar, softplus, sum, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { checkFloat } from '../internal/checks.js';
import { ownProducts } from './contrast.js';
import type { LossInput } from './lossInput.js';

/**
 * Skip-gram with negative sampling (word2vec): the mean over pairs of -ln sigmoid(context_i . center_i) - the sum over
 * negatives of ln sigmoid(-negative_ij . center_i).
 *
 * Products are not normalised. A sum over negatives and a mean over pairs, as in the paper's equation for one pair.
 *
 * @param center - Input vectors of the centre words, float32 `[pairs, dim]`.
 * @param context - Output vectors of the words near them, same shape.
 * @param negatives - Output vectors of noise words, float32 `[pairs, k, dim]`.
 * @returns Scalar; the caller disposes it. Differentiable in all three. (k + 1) ln 2 when all products are 0, as at the start.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", NeurIPS 2013,
 * arXiv:1310.4546, equation 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { skipGramLoss } from 'selfsup/losses';
 * const [center, context] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * skipGramLoss(center, context, randomNormal<Rank.R3>([8, 5, 16])).print();
 * ```
 */
export function skipGramLoss(center: LossInput, context: LossInput, negatives: LossInput): Scalar {
  checkFloat('skipGramLoss', 'center', center, ['pairs', 'dim']);
  checkFloat('skipGramLoss', 'context', context, center.shape);
  checkFloat('skipGramLoss', 'negatives', negatives, [center.shape[0], 'k', center.shape[1]]);
  return tidy(() => {
    const near = softplus(neg(sum<Tensor1D>(mul(center, context), 1)));
    return mean<Scalar>(add(near, sum(softplus(ownProducts(center, negatives)), 1)));
  });
}
