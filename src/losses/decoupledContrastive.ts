import {
  add,
  concat,
  div,
  mean,
  mul,
  type Scalar,
  softmax,
  sub,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { timesTransposed } from '../internal/products.js';
import { excluded, pairLogits } from './contrast.js';
import type { LossInput } from './lossInput.js';
import { sameSample } from './sameSample.js';

/** Options of {@link decoupledContrastiveLoss}. */
export interface DecoupledContrastiveOptions {
  /** Divides the cosines, \>= 1e-8. @defaultValue 0.1, as in the authors' code */
  readonly temperature?: number;
  /** Whether positives that are still far apart count more (DCLW). @defaultValue false */
  readonly weighted?: boolean;
  /** Width of the von Mises-Fisher weights, \>= 1e-8; of use only with `weighted`. @defaultValue 0.5, as in the paper */
  readonly sigma?: number;
}

/**
 * Decoupled contrastive loss: NT-Xent without the positive in the denominator,
 * mean_i of -w_i cos(z_i, z_j) / T + log(sum over rows k of other samples of exp(cos(z_i, z_k) / T)).
 *
 * With `weighted`, w_i = 2 - batch * softmax_i(cos(z_i, z_j) / sigma), a constant; else 1. It can be negative: there is no
 * least value. The mean goes over all 2 batch rows, which is the average of both directions, as in lightly.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`, batch at least 2.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - Temperature and weights.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs. If all rows are equal it is ln(2 batch - 2).
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or an option is out of range.
 * @see Yeh et al., "Decoupled Contrastive Learning", ECCV 2022, arXiv:2110.06848, equations 6 and 7.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { decoupledContrastiveLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * decoupledContrastiveLoss(zA, zB, { weighted: true }).print();
 * ```
 */
export function decoupledContrastiveLoss(
  zA: LossInput,
  zB: LossInput,
  options: DecoupledContrastiveOptions = {},
): Scalar {
  const {
    temperature = 0.1,
    weighted = false,
    sigma = 0.5,
  } = checkOptions('decoupledContrastiveLoss', options, ['temperature', 'weighted', 'sigma']);
  checkFloat('decoupledContrastiveLoss', 'zA', zA, ['batch', 'dim']);
  checkFloat('decoupledContrastiveLoss', 'zB', zB, zA.shape);
  const batch = zA.shape[0];
  checkNumbers('decoupledContrastiveLoss', {
    batch: [batch, 2],
    temperature: [temperature, 1e-8],
    sigma: [sigma, 1e-8],
  });
  checkFlags('decoupledContrastiveLoss', { weighted });
  return tidy(() => {
    const [a, b] = [l2Normalize(zA), l2Normalize(zB)];
    const positives = pairLogits(a, b, temperature);
    const weights = constant<Tensor1D>(() => sub(2, mul(softmax(mul(positives, temperature / sigma)), batch)));
    const pulled = weighted ? mul(positives, weights) : positives;
    const z = concat([a, b]) as Tensor2D;
    const mask = sameSample([0, 2 * batch], 2 * batch, excluded(temperature));
    const others = logSumExpRows(add(timesTransposed(div(z, temperature), z), mask));
    return sub<Scalar>(mean(others), mean(pulled));
  });
}
