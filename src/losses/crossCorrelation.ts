import { div, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { transposedTimes } from '../internal/products.js';
import { standardizeColumns } from '../internal/standardize.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link crossCorrelation}. */
export interface CrossCorrelationOptions {
  /** Added to the variance of a feature, \> 0. @defaultValue 1e-5, as in the authors' code of Barlow Twins */
  readonly epsilon?: number;
}

/**
 * The matrix C of {@link barlowTwinsLoss}: how feature i of one view goes with feature j of the other over the batch.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, float32 `[batch, dim]`.
 * @param options - The epsilon.
 * @returns Correlations in [-1, 1], `[dim, dim]`, row i for feature i of `zA`; the caller disposes them. Differentiable in
 * both inputs.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or epsilon is not positive.
 * @see {@link barlowTwinsLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { crossCorrelation } from 'selfsup/losses';
 * const z = randomNormal<Rank.R2>([32, 4]);
 * crossCorrelation(z, z).print(); // ones on the diagonal
 * ```
 */
export function crossCorrelation(zA: LossInput, zB: LossInput, options: CrossCorrelationOptions = {}): Tensor2D {
  const { epsilon = 1e-5 } = checkOptions('crossCorrelation', options, ['epsilon']);
  checkFloat('crossCorrelation', 'zA', zA, ['batch', 'dim']);
  checkFloat('crossCorrelation', 'zB', zB, zA.shape);
  checkNumbers('crossCorrelation', { batch: [zA.shape[0], 2], epsilon: [epsilon, Number.MIN_VALUE] });
  return tidy(() =>
    transposedTimes(div(standardizeColumns(zA, epsilon), zA.shape[0]), standardizeColumns(zB, epsilon)),
  );
}
