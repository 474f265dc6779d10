import { add, mean, mul, type Scalar, sub, sum, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { matMul } from '../internal/matMul.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';
import { nextCovariance } from './updateCovariance.js';

/** Options of {@link ticoTerms}. */
export interface TicoTermsOptions {
  /**
   * The covariance state with this batch already in it, from {@link updateCovariance}, float32 `[dim, dim]`; no gradient.
   * @defaultValue that of a first step, `updateCovariance(null, zA)`
   */
  readonly covariance?: Tensor | null;
}

/** Options of {@link ticoLoss}. */
export interface TicoOptions extends TicoTermsOptions {
  /** Weight of the redundancy term, \>= 0. @defaultValue 8, as in lightly; the paper's ImageNet runs use 20 */
  readonly rho?: number;
}

/** The two parts of {@link ticoLoss}, unweighted; the caller disposes both. */
export interface TicoTerms {
  /** 1 - mean cosine of the views. */
  readonly invariance: Scalar;
  /** Mean of z_i C z_i: how much a row lies where rows have lain. */
  readonly redundancy: Scalar;
}

/**
 * TiCo: 1 - mean_i cos(a_i, b_i) + rho * mean_i of a_i C a_i, with C a running covariance (not centred) of the rows of view A.
 *
 * Both views are L2-normalised here. Update the covariance first, then compute the loss with it, as the authors and lightly
 * do; the loss itself changes nothing.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - Covariance and weight.
 * @returns Scalar; the caller disposes it. Differentiable in both views. rho if all rows have always been equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if rho is negative.
 * @see Zhu et al., "TiCo: Transformation Invariance and Covariance Contrast for Self-Supervised Visual Representation
 * Learning", arXiv:2206.10698, Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { ticoLoss, updateCovariance } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * let covariance = updateCovariance(null, zA);
 * covariance = updateCovariance(covariance, zA); // a step later
 * ticoLoss(zA, zB, { covariance }).print();
 * ```
 */
export function ticoLoss(zA: LossInput, zB: LossInput, options: TicoOptions = {}): Scalar {
  const { covariance = null, rho = 8 } = checkOptions('ticoLoss', options, ['rho', 'covariance']);
  check('ticoLoss', zA, zB, covariance);
  checkNumbers('ticoLoss', { rho: [rho, 0] });
  return tidy(() => {
    const { invariance, redundancy } = terms(zA as Tensor2D, zB as Tensor2D, covariance as Tensor2D | null);
    return add(invariance, mul(redundancy, rho));
  });
}

/**
 * The two parts of {@link ticoLoss}, for logging or for weights of one's own.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`.
 * @param zB - Projections of view B, same shape.
 * @param options - The covariance.
 * @returns Two scalars; the caller disposes them. Differentiable in both views.
 * @throws ShapeError on a wrong shape or dtype.
 * @see {@link ticoLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { ticoTerms } from 'selfsup/losses';
 * ticoTerms(randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])).redundancy.print();
 * ```
 */
export function ticoTerms(zA: LossInput, zB: LossInput, options: TicoTermsOptions = {}): TicoTerms {
  const { covariance = null } = checkOptions('ticoTerms', options, ['covariance']);
  check('ticoTerms', zA, zB, covariance);
  return tidy(() => ({ ...terms(zA as Tensor2D, zB as Tensor2D, covariance as Tensor2D | null) }));
}

function check(where: string, zA: LossInput, zB: LossInput, covariance: LossInput | null): void {
  checkFloat(where, 'zA', zA, ['batch', 'dim']);
  checkFloat(where, 'zB', zB, zA.shape);
  const dim = zA.shape[1];
  if (covariance !== null) checkFloat(where, 'covariance', covariance, [dim, dim]);
}

function terms(zA: Tensor2D, zB: Tensor2D, covariance: Tensor2D | null): TicoTerms {
  const [a, b] = [l2Normalize(zA), l2Normalize(zB)];
  const c = covariance ?? constant(() => nextCovariance(null, a, 0.9));
  return { invariance: sub(1, mean(sum(mul(a, b), 1))), redundancy: mean(sum(mul(a, through(a, c)), 1)) };
}

/** x C of a constant symmetric C. */
function through(x: Tensor2D, c: Tensor2D): Tensor2D {
  return withGradient<Tensor2D>([x], (save) => {
    save([c]);
    return { value: matMul(x, c), gradient: (dy, saved) => [matMul(dy, saved[0] as Tensor2D)] };
  });
}
