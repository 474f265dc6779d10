import { add, cast, mean, mul, relu, type Scalar, square, sub, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkMask, checkNumbers } from '../internal/checks.js';
import { rowNorms } from '../internal/l2Normalize.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link contrastiveMarginLoss}. */
export interface ContrastiveMarginOptions {
  /** Distance beyond which a dissimilar pair is left alone, \>= 0. @defaultValue 1 */
  readonly margin?: number;
}

/**
 * Contrastive loss of pairs: the mean of D² / 2 for similar pairs and max(0, margin - D)² / 2 for dissimilar ones, D the
 * Euclidean distance.
 *
 * With the factor 1/2 of the paper, which many implementations leave out, and `same` the other way round than its label Y.
 *
 * @param a - Embeddings, float32 `[batch, dim]`.
 * @param b - Their partners, same shape.
 * @param same - 1 for a similar pair, 0 for a dissimilar one, int32, bool or float32 `[batch]`; no gradient.
 * @param options - The margin.
 * @returns Scalar; the caller disposes it. Differentiable in both embeddings. If all rows are equal it is the share of
 * dissimilar pairs times margin² / 2.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the margin is negative.
 * @see Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006, equation 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank, tensor1d } from '@tensorflow/tfjs-core';
 * import { contrastiveMarginLoss } from 'selfsup/losses';
 * const [a, b] = [randomNormal<Rank.R2>([4, 16]), randomNormal<Rank.R2>([4, 16])];
 * contrastiveMarginLoss(a, b, tensor1d([1, 0, 0, 1], 'int32')).print();
 * ```
 */
export function contrastiveMarginLoss(
  a: LossInput,
  b: LossInput,
  same: LossInput,
  options: ContrastiveMarginOptions = {},
): Scalar {
  const { margin = 1 } = checkOptions('contrastiveMarginLoss', options, ['margin']);
  checkFloat('contrastiveMarginLoss', 'a', a, ['batch', 'dim']);
  checkFloat('contrastiveMarginLoss', 'b', b, a.shape);
  checkMask('contrastiveMarginLoss', 'same', same, [a.shape[0]]);
  checkNumbers('contrastiveMarginLoss', { margin: [margin, 0] });
  return tidy(() => {
    const similar = cast(same, 'float32');
    const distance = rowNorms(sub(a, b));
    const near = mul(square(distance), similar);
    const apart = mul(square(relu(sub(margin, distance))), sub(1, similar));
    return mul(mean(add(near, apart)), 0.5);
  });
}
