import { mean, mul, type Scalar, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { checkFloat } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import type { LossInput } from './lossInput.js';

/**
 * BYOL in one direction: mean_i of 2 - 2 cos(p_i, z_i), the squared distance of the unit vectors.
 *
 * The authors' loss adds both directions, `byolLoss(pA, zB)` and `byolLoss(pB, zA)`, and so runs from 0 to 8. Some
 * implementations average the squared distance over dim instead of summing it.
 *
 * @param p - Predictions of the online network, float32 `[batch, dim]`.
 * @param z - Projections of the momentum network, same shape; a target: no gradient.
 * @returns Scalar in [0, 4]; the caller disposes it. Differentiable in p. 0, its least value, if all rows are equal: as if
 * perfect.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020, arXiv:2006.07733, equation 2.
 * @example
 * ```ts
 * import { add, randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { byolLoss } from 'selfsup/losses';
 * const [pA, pB, zA, zB] = [1, 2, 3, 4].map(() => randomNormal<Rank.R2>([8, 16]));
 * add(byolLoss(pA!, zB!), byolLoss(pB!, zA!)).print();
 * ```
 */
export function byolLoss(p: LossInput, z: LossInput): Scalar {
  checkFloat('byolLoss', 'p', p, ['batch', 'dim']);
  checkFloat('byolLoss', 'z', z, p.shape);
  return tidy(() => {
    const target = constant(() => l2Normalize(z));
    return sub<Scalar>(2, mul(mean(sum(mul(l2Normalize(p), target), 1)), 2));
  });
}
