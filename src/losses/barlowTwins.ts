import { add, div, mul, type Scalar, square, sub, sum, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { marked, upTo } from '../internal/marked.js';
import { transposedTimes } from '../internal/products.js';
import { standardizeColumns } from '../internal/standardize.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link barlowTwinsTerms}. */
export interface BarlowTwinsTermsOptions {
  /** Added to the variance of a feature, > 0. @defaultValue 1e-5, as in the authors' code */
  readonly epsilon?: number;
}

/** Options of {@link barlowTwinsLoss}. */
export interface BarlowTwinsOptions extends BarlowTwinsTermsOptions {
  /** Weight of the off-diagonal term, >= 0. @defaultValue 0.0051, as in the authors' code; lightly has 0.005 */
  readonly lambda?: number;
}

/** The two parts of {@link barlowTwinsLoss}, unweighted; the caller disposes both. */
export interface BarlowTwinsTerms {
  /** sum_i (1 - C_ii)^2: do both views agree? The number of features if all rows are equal. */
  readonly invariance: Scalar;
  /** sum over i != j of C_ij^2: do two features say the same? */
  readonly redundancy: Scalar;
}

/**
 * Barlow Twins: sum_i (1 - C_ii)^2 + lambda * sum_{i != j} C_ij^2, with C the cross-correlation of two views over the
 * batch.
 *
 * As in the authors' code, features are standardised with the biased variance and sums, not means, are taken over C. The
 * value so grows with dim. If all rows are equal it is dim.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - The weight and the epsilon.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or an option is out of range.
 * @see Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", ICML 2021, arXiv:2103.03230,
 * equation 1 and Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { barlowTwinsLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([32, 16]), randomNormal<Rank.R2>([32, 16])];
 * barlowTwinsLoss(zA, zB, { lambda: 0.01 }).print();
 * ```
 */
export function barlowTwinsLoss(zA: LossInput, zB: LossInput, options: BarlowTwinsOptions = {}): Scalar {
  const { lambda = 0.0051, epsilon = 1e-5 } = checkOptions('barlowTwinsLoss', options, ['lambda', 'epsilon']);
  check('barlowTwinsLoss', zA, zB, epsilon);
  checkNumbers('barlowTwinsLoss', { lambda: [lambda, 0] });
  return tidy(() => {
    const { invariance, redundancy } = terms(zA as Tensor2D, zB as Tensor2D, epsilon);
    return add(invariance, mul(redundancy, lambda));
  });
}

/**
 * The two parts of {@link barlowTwinsLoss}, for logging or for weights of one's own.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, same shape.
 * @param options - The epsilon.
 * @returns Two scalars; the caller disposes them. Differentiable in both inputs.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or epsilon is not positive.
 * @see {@link barlowTwinsLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { barlowTwinsTerms } from 'selfsup/losses';
 * const { invariance, redundancy } = barlowTwinsTerms(randomNormal<Rank.R2>([32, 16]), randomNormal<Rank.R2>([32, 16]));
 * invariance.print();
 * redundancy.print();
 * ```
 */
export function barlowTwinsTerms(
  zA: LossInput,
  zB: LossInput,
  options: BarlowTwinsTermsOptions = {},
): BarlowTwinsTerms {
  const { epsilon = 1e-5 } = checkOptions('barlowTwinsTerms', options, ['epsilon']);
  check('barlowTwinsTerms', zA, zB, epsilon);
  return tidy(() => ({ ...terms(zA as Tensor2D, zB as Tensor2D, epsilon) }));
}

function check(where: string, zA: LossInput, zB: LossInput, epsilon: number): void {
  checkFloat(where, 'zA', zA, ['batch', 'dim']);
  checkFloat(where, 'zB', zB, zA.shape);
  checkNumbers(where, { batch: [zA.shape[0], 2], epsilon: [epsilon, Number.MIN_VALUE] });
}

function terms(zA: Tensor2D, zB: Tensor2D, epsilon: number): BarlowTwinsTerms {
  const [batch, dim] = zA.shape;
  const [a, b] = [standardizeColumns(zA, epsilon), standardizeColumns(zB, epsilon)];
  const diagonal = div(sum(mul(a, b), 0), batch);
  const elsewhere = marked(upTo(dim), dim, 0, 1); // 0 on the diagonal
  const correlations = mul(transposedTimes(div(a, batch), b), elsewhere);
  return { invariance: sum(square(sub(diagonal, 1))), redundancy: sum(square(correlations)) };
}
