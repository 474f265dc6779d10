import {
  add,
  concat,
  div,
  expandDims,
  mean,
  mul,
  neg,
  type Scalar,
  softmax,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import type { FeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { timesTransposed } from '../internal/products.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';
import { checkNegatives, isEmpty, negativeLogits } from './negatives.js';

/** Options of {@link co2Loss}. */
export interface Co2Options {
  /**
   * What neither view shall be like: `[k, dim]`, `[batch, k, dim]` for each sample its own, or a `FeatureQueue`, whose rows are
   * constants. Without it, or while it is empty, the other rows of the batch.
   */
  readonly negatives?: LossInput | FeatureBlocks | null;
  /** Divides the cosines, \>= 1e-8. @defaultValue 0.05, as in lightly */
  readonly temperature?: number;
  /** Weight, \>= 0. @defaultValue 1, as in lightly; the paper's ImageNet runs use 10 */
  readonly alpha?: number;
}

/**
 * CO2, consistent contrast: how much the two views of a sample disagree about its likeness to the negatives. With p the
 * softmax of [cos(a, b), cos(a, negatives)] / T and q that of [cos(b, a), cos(b, negatives)] / T, it is
 * alpha / 2 * (KL(p || q) + KL(q || p)), averaged over the batch. Added to a contrastive loss.
 *
 * Without negatives the other rows of the batch serve: those of `b` for `a`, those of `a` for `b`. In the paper q is a
 * target; here, as in the formula of lightly (whose release loses the gradient), both views are learnt: put
 * {@link stopGradient} on one for the paper's.
 *
 * @param a - Embeddings of one view, float32 `[batch, dim]`.
 * @param b - Embeddings of the other, same shape.
 * @param options - Negatives, temperature, weight.
 * @returns Scalar; the caller disposes it. Differentiable in both views and in negatives that are a tensor. 0 if all rows are
 * equal: as if perfect.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Wei et al., "CO2: Consistent Contrast for Unsupervised Visual Representation Learning", ICLR 2021,
 * arXiv:2010.02217, section 3.
 * @example
 * ```ts
 * import { add, randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { co2Loss, infoNCELoss } from 'selfsup/losses';
 * const [a, b] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * const negatives = randomNormal<Rank.R2>([32, 16]);
 * add(infoNCELoss(a, b, { negatives }), co2Loss(a, b, { negatives, alpha: 10 })).print();
 * ```
 */
export function co2Loss(a: LossInput, b: LossInput, options: Co2Options = {}): Scalar {
  const {
    temperature = 0.05,
    alpha = 1,
    negatives = null,
  } = checkOptions('co2Loss', options, ['negatives', 'temperature', 'alpha']);
  checkFloat('co2Loss', 'a', a, ['batch', 'dim']);
  checkFloat('co2Loss', 'b', b, a.shape);
  checkNumbers('co2Loss', { temperature: [temperature, 1e-8], alpha: [alpha, 0] });
  if (negatives !== null) checkNegatives('co2Loss', negatives, a.shape);
  return tidy(() => {
    const [x, y] = [l2Normalize(a), l2Normalize(b)];
    const logits = (one: Tensor2D, other: Tensor2D): Tensor2D => {
      const scaled = div<Tensor2D>(one, temperature);
      if (!negatives || isEmpty(negatives)) return timesTransposed(scaled, other); // the positive is on the diagonal
      return concat([sum<Tensor2D>(mul(scaled, other), 1, true), negativeLogits(scaled, negatives)], 1);
    };
    return mul(mean(divergence(logits(x, y), logits(y, x))), alpha / 2);
  });
}

/** KL(p || q) + KL(q || p) of the softmax of each row of x and y: sum of (p - q) (x - y), for both add up to 1. */
function divergence(x: Tensor2D, y: Tensor2D): Tensor1D {
  return withGradient<Tensor1D>([x, y], (save) => {
    const [p, q] = [softmax(x), softmax(y)];
    const [apart, by] = [sub(p, q), sub(x, y)];
    // d/dx of p (x - y) is p (x - y - its mean under p).
    const turn = (weights: Tensor2D): Tensor2D => mul(weights, sub(by, sum(mul(weights, by), 1, true)));
    save([apart, turn(p), turn(q)]);
    return {
      value: sum<Tensor1D>(mul(apart, by), 1),
      gradient: (dy, saved) => {
        const [d, u, v] = saved as [Tensor2D, Tensor2D, Tensor2D];
        const row = expandDims(dy, 1);
        return [mul(add(d, u), row), neg(mul(add(d, v), row))];
      },
    };
  });
}
