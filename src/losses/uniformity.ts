import {
  add,
  max,
  mean,
  mul,
  reshape,
  type Scalar,
  square,
  squeeze,
  sub,
  sum,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloat, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { timesTransposed } from '../internal/products.js';
import type { LossInput } from './lossInput.js';
import { stopGradient } from './stopGradient.js';

/** Options of {@link uniformityLoss}. */
export interface UniformityOptions {
  /** Sharpness of the Gaussian kernel, \> 0. @defaultValue 2, as in the authors' code; lightly's HypersphereLoss has 1 */
  readonly t?: number;
  /** Whether rows are L2-normalised first; the authors leave that to the caller. @defaultValue true */
  readonly normalize?: boolean;
}

/**
 * Uniformity: log of the mean, over all pairs of rows, of exp(-t |x_i - x_j|^2). How evenly embeddings cover the sphere: 0
 * when all are equal, towards -2t as they spread.
 *
 * @param x - Embeddings, float32 `[batch, dim]`, batch at least 2.
 * @param options - The kernel, and whether to normalise.
 * @returns Scalar; the caller disposes it. Differentiable in x.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or t is not positive.
 * @see Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the
 * Hypersphere", ICML 2020, arXiv:2005.10242, section 4.1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { uniformityLoss } from 'selfsup/losses';
 * uniformityLoss(randomNormal<Rank.R2>([32, 16])).print(); // about -3.8
 * ```
 */
export function uniformityLoss(x: LossInput, options: UniformityOptions = {}): Scalar {
  const { t = 2, normalize = true } = checkOptions('uniformityLoss', options, ['t', 'normalize']);
  checkFloat('uniformityLoss', 'x', x, ['batch', 'dim']);
  const batch = x.shape[0];
  checkNumbers('uniformityLoss', { batch: [batch, 2], t: [t, Number.MIN_VALUE] });
  checkFlags('uniformityLoss', { normalize });
  return tidy(() => {
    // Distances don't depend on the origin; near the mean of the rows their rounding is smallest.
    const rows = normalize ? l2Normalize(x) : sub<Tensor2D>(x, stopGradient(mean(x, 0, true)));
    const lengths = sum(square(rows), 1, true) as Tensor2D;
    const distances = sub(add(lengths, transpose(lengths)), mul(timesTransposed(rows, rows), 2));
    // No distance exceeds 4 times the largest squared length, so this leaves nothing of a row's pair with itself.
    const itself = stopGradient(add(mul(max(lengths), 8 * t), 100));
    const exponents = sub(mul(distances, -t), mul(marked(upTo(batch), batch, 1, 0), itself));
    const total = squeeze<Scalar>(logSumExpRows(reshape(exponents, [1, batch * batch])));
    return sub(total, Math.log(batch * (batch - 1)));
  });
}
