import { mean, mul, neg, type Scalar, sum, tidy } from '@tensorflow/tfjs-core';
import { checkFloat } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import type { LossInput } from './lossInput.js';

/**
 * Negative cosine similarity: -mean_i cos(p_i, z_i), the loss of SimSiam in one direction; SimSiam averages both.
 *
 * Differentiable in both inputs, so that pairs without a teacher can use it: SimSiam's target goes through
 * {@link stopGradient}, or is computed off the tape. TensorFlow Similarity's halves it and adds a margin.
 *
 * @param p - Predictions, float32 `[batch, dim]`.
 * @param z - What they shall point to, same shape.
 * @returns Scalar in [-1, 1]; the caller disposes it. -1, its least value, if all rows are equal: as if perfect.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Chen and He, "Exploring Simple Siamese Representation Learning", CVPR 2021, arXiv:2011.10566, equations 1 to 4.
 * @example
 * ```ts
 * import { add, mul, randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { negativeCosineLoss, stopGradient } from 'selfsup/losses';
 * const [p1, p2, z1, z2] = [1, 2, 3, 4].map(() => randomNormal<Rank.R2>([8, 16]));
 * const [one, other] = [negativeCosineLoss(p1!, stopGradient(z2!)), negativeCosineLoss(p2!, stopGradient(z1!))];
 * mul(add(one, other), 0.5).print(); // SimSiam
 * ```
 */
export function negativeCosineLoss(p: LossInput, z: LossInput): Scalar {
  checkFloat('negativeCosineLoss', 'p', p, ['batch', 'dim']);
  checkFloat('negativeCosineLoss', 'z', z, p.shape);
  return tidy(() => neg(mean<Scalar>(sum(mul(l2Normalize(p), l2Normalize(z)), 1))));
}
