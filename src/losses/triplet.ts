import { add, mean, minimum, relu, type Scalar, sub, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloat, checkNumbers } from '../internal/checks.js';
import { pNorms } from '../internal/pNorms.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link tripletLoss}. */
export interface TripletOptions {
  /** How much farther the negative must be, \>= 0. @defaultValue 1, as in PyTorch; FaceNet's 0.2 is for squared distances */
  readonly margin?: number;
  /** Of the p-norm that measures distance, 1 to 64. @defaultValue 2 */
  readonly p?: number;
  /** Whether the negative's distance to the positive counts where that is the smaller one. @defaultValue false */
  readonly swap?: boolean;
  /** Added to every component of a difference, \>= 0. @defaultValue 1e-6, as in PyTorch */
  readonly epsilon?: number;
}

/**
 * Triplet margin loss: mean_i of max(0, |a_i - p_i| - |a_i - n_i| + margin).
 *
 * Numbers as in PyTorch's `TripletMarginLoss`, inputs not normalised. FaceNet squares the distances.
 *
 * @param anchor - float32 `[batch, dim]`.
 * @param positive - Same shape; row i shall be close to anchor i.
 * @param negative - Same shape; row i shall be far from anchor i.
 * @param options - Margin, norm, swap.
 * @returns Scalar; the caller disposes it. Differentiable in all three inputs. The margin if all rows are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Schroff et al., "FaceNet", CVPR 2015, arXiv:1503.03832, section 3.1; Balntas et al., BMVC 2016, for the swap.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { tripletLoss } from 'selfsup/losses';
 * const [a, p, n] = [1, 2, 3].map(() => randomNormal<Rank.R2>([8, 16]));
 * tripletLoss(a!, p!, n!, { margin: 0.5 }).print();
 * ```
 */
export function tripletLoss(
  anchor: LossInput,
  positive: LossInput,
  negative: LossInput,
  options: TripletOptions = {},
): Scalar {
  const {
    margin = 1,
    p = 2,
    swap = false,
    epsilon = 1e-6,
  } = checkOptions('tripletLoss', options, ['margin', 'p', 'swap', 'epsilon']);
  const shape = ['batch', 'dim'] as const;
  checkFloat('tripletLoss', 'anchor', anchor, shape);
  checkFloat('tripletLoss', 'positive', positive, anchor.shape);
  checkFloat('tripletLoss', 'negative', negative, anchor.shape);
  checkNumbers('tripletLoss', { margin: [margin, 0], p: [p, 1, 64], epsilon: [epsilon, 0] });
  checkFlags('tripletLoss', { swap });
  return tidy(() => {
    const distance = (x: Tensor2D, y: Tensor2D): Tensor1D => pNorms(add(sub(x, y), epsilon), p) as Tensor1D;
    const far = distance(anchor, negative);
    const away = swap ? minimum(far, distance(positive, negative)) : far;
    return mean<Scalar>(relu(add(sub(distance(anchor, positive), away), margin)));
  });
}
