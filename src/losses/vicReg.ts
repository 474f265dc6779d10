import {
  add,
  div,
  mean,
  mul,
  relu,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { marked, upTo } from '../internal/marked.js';
import { transposedTimes } from '../internal/products.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link vicRegTerms}. */
export interface VicRegTermsOptions {
  /** Added to the variance of a feature, \> 0. @defaultValue 1e-4, as in the authors' code */
  readonly epsilon?: number;
}

/** Options of {@link vicRegLoss}. */
export interface VicRegOptions extends VicRegTermsOptions {
  /** Weight of the invariance term, \>= 0. @defaultValue 25, as in the paper */
  readonly invariance?: number;
  /** Weight of the variance term, \>= 0. @defaultValue 25, as in the paper */
  readonly variance?: number;
  /** Weight of the covariance term, \>= 0. @defaultValue 1, as in the paper */
  readonly covariance?: number;
}

/** The three parts of {@link vicRegLoss}, unweighted; the caller disposes them. */
export interface VicRegTerms {
  /** Mean squared difference of the views over all batch * dim entries. */
  readonly invariance: Scalar;
  /** mean_d of max(0, 1 - sqrt(variance_d + epsilon)), averaged over the views; near 1 if all rows are equal. */
  readonly variance: Scalar;
  /** Squared covariances of different features, summed over pairs, over dim; added over the views. */
  readonly covariance: Scalar;
}

/**
 * VICReg: 25 * invariance + 25 * variance + covariance, where views shall agree, no feature may go constant, and no two may
 * say the same.
 *
 * As in the authors' code variances and covariances are unbiased (over batch - 1), the variance term is averaged over the
 * two views and the covariance term summed. solo-learn sums the variance term too; TensorFlow Similarity takes the biased
 * variance; the code of VICRegL halves the covariance term.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - Weights and epsilon.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs. If all rows are equal it is
 * variance * (1 - sqrt(epsilon)), 24.75 with the defaults.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or an option is out of range.
 * @see Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", ICLR 2022,
 * arXiv:2105.04906, section 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { vicRegLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([32, 16]), randomNormal<Rank.R2>([32, 16])];
 * vicRegLoss(zA, zB, { invariance: 10 }).print();
 * ```
 */
export function vicRegLoss(zA: LossInput, zB: LossInput, options: VicRegOptions = {}): Scalar {
  const {
    invariance = 25,
    variance = 25,
    covariance = 1,
    epsilon = 1e-4,
  } = checkOptions('vicRegLoss', options, ['invariance', 'variance', 'covariance', 'epsilon']);
  check('vicRegLoss', zA, zB, epsilon);
  checkNumbers('vicRegLoss', { invariance: [invariance, 0], variance: [variance, 0], covariance: [covariance, 0] });
  return tidy(() => {
    const parts = terms(zA as Tensor2D, zB as Tensor2D, epsilon);
    const spread = add(mul(parts.variance, variance), mul(parts.covariance, covariance));
    return add<Scalar>(mul(parts.invariance, invariance), spread);
  });
}

/**
 * The three parts of {@link vicRegLoss}, for logging or for weights of one's own.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, same shape.
 * @param options - The epsilon.
 * @returns Three scalars; the caller disposes them. Differentiable in both inputs.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or epsilon is not positive.
 * @see {@link vicRegLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { vicRegTerms } from 'selfsup/losses';
 * const { variance } = vicRegTerms(randomNormal<Rank.R2>([32, 16]), randomNormal<Rank.R2>([32, 16]));
 * variance.print();
 * ```
 */
export function vicRegTerms(zA: LossInput, zB: LossInput, options: VicRegTermsOptions = {}): VicRegTerms {
  const { epsilon = 1e-4 } = checkOptions('vicRegTerms', options, ['epsilon']);
  check('vicRegTerms', zA, zB, epsilon);
  return tidy(() => ({ ...terms(zA as Tensor2D, zB as Tensor2D, epsilon) }));
}

function check(where: string, zA: LossInput, zB: LossInput, epsilon: number): void {
  checkFloat(where, 'zA', zA, ['batch', 'dim']);
  checkFloat(where, 'zB', zB, zA.shape);
  checkNumbers(where, { batch: [zA.shape[0], 2], epsilon: [epsilon, Number.MIN_VALUE] });
}

function terms(zA: Tensor2D, zB: Tensor2D, epsilon: number): VicRegTerms {
  const [a, b] = [spread(zA, epsilon), spread(zB, epsilon)];
  return {
    invariance: mean(square(sub(zA, zB))),
    variance: mul(add(a.variance, b.variance), 0.5),
    covariance: add(a.covariance, b.covariance),
  };
}

/** Variance and covariance terms of one view. */
function spread(z: Tensor2D, epsilon: number): { readonly variance: Scalar; readonly covariance: Scalar } {
  const [batch, dim] = z.shape;
  const centered = sub<Tensor2D>(z, mean(z, 0, true));
  const deviation = sqrt(add(div(sum(square(centered), 0), batch - 1), epsilon));
  const covariances = transposedTimes(div(centered, batch - 1), centered);
  const elsewhere = marked(upTo(dim), dim, 0, 1); // 0 on the diagonal
  return {
    variance: mean(relu(sub(1, deviation))),
    covariance: div(sum(square(mul(covariances, elsewhere))), dim),
  };
}
