import { add, div, mul, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { matMul } from '../internal/matMul.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link updateCovariance}. */
export interface UpdateCovarianceOptions {
  /** How much of the old covariance stays, 0 to 1. @defaultValue 0.9, as in lightly and in the paper */
  readonly beta?: number;
}

/**
 * The next covariance of {@link ticoLoss}: beta * covariance + (1 - beta) * zᵀ z / batch, of L2-normalised rows z. Not
 * centred, as in the paper.
 *
 * @param covariance - The state so far, float32 `[dim, dim]`, or null for zeros, where the authors start.
 * @param zA - Projections of view A, float32 `[batch, dim]`; no gradient.
 * @param options - The decay.
 * @returns float32 `[dim, dim]`, a constant; the caller disposes it, and the old one.
 * @throws ShapeError on a wrong shape or dtype; RangeError if beta is out of range.
 * @see Zhu et al., "TiCo", arXiv:2206.10698, equation 3.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { updateCovariance } from 'selfsup/losses';
 * updateCovariance(null, tensor2d([[2, 0], [0, 3]])).print(); // [[0.05, 0], [0, 0.05]]
 * ```
 */
export function updateCovariance(
  covariance: LossInput | null,
  zA: LossInput,
  options: UpdateCovarianceOptions = {},
): Tensor2D {
  const { beta = 0.9 } = checkOptions('updateCovariance', options, ['beta']);
  checkFloat('updateCovariance', 'zA', zA, ['batch', 'dim']);
  const dim = zA.shape[1];
  if ((covariance ?? null) !== null) checkFloat('updateCovariance', 'covariance', covariance, [dim, dim]);
  checkNumbers('updateCovariance', { beta: [beta, 0, 1] });
  return tidy(() => constant(() => nextCovariance(covariance as Tensor2D | null, l2Normalize(zA), beta)));
}

/** The same of unit rows. */
export function nextCovariance(covariance: Tensor2D | null, unit: Tensor2D, beta: number): Tensor2D {
  const own = mul<Tensor2D>(matMul(transpose(unit), div(unit, unit.shape[0])), 1 - beta);
  return covariance ? add(mul(covariance, beta), own) : own;
}
