import {
  add,
  concat,
  div,
  mean,
  mul,
  reshape,
  type Scalar,
  softplus,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkFloats, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { RangeError } from '../internal/errors.js';
import type { FeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import type { LossInput } from './lossInput.js';
import { checkNegatives, isEmpty, type Negatives, negativeLogits } from './negatives.js';

/** Options of {@link nceNormalizer}. */
export interface NceNormalizerOptions {
  /**
   * Samples drawn at random: `[k, dim]` for all queries, `[batch, k, dim]` for each its own (from a `MemoryBank`), or a
   * `FeatureQueue`, whose rows are constants. At least one.
   */
  readonly negatives: LossInput | FeatureBlocks;
  /** Divides the cosines, \>= 1e-8. @defaultValue 0.07, as in the authors' code */
  readonly temperature?: number;
}

/** Options of {@link nceLoss}. */
export interface NceOptions extends NceNormalizerOptions {
  /**
   * Logarithm of the mean of exp(cosine / T) over the data, ln(Z / n) in the paper's words: a number or a float32 scalar, a
   * constant. @defaultValue that of this batch, see {@link nceNormalizer}
   */
  readonly logNormalizer?: number | Tensor;
}

/**
 * Noise-contrastive estimation: is this the positive, or one of m negatives drawn at random? With s = cos / T - logNormalizer
 * it is the mean over queries of -ln h(s_positive) - the sum over negatives of ln(1 - h(s_j)), h(s) = e^s / (e^s + m).
 *
 * The loss of instance discrimination, and of AVID. The authors take the normaliser from the first batch and keep it: compute
 * {@link nceNormalizer} once and pass it. The size of the data set cancels. Everything is L2-normalised here.
 *
 * @param queries - float32 `[batch, dim]`.
 * @param positives - float32 `[batch, dim]`; row i belongs to query i.
 * @param options - Negatives, temperature, normaliser.
 * @returns Scalar; the caller disposes it. Differentiable in queries, positives and negatives that are a tensor. If all rows
 * are equal and the normaliser is the batch's, it is ln(1 + m) + m ln(1 + 1/m), about ln(m) + 1.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range or there is no negative.
 * @see Gutmann and Hyvärinen, AISTATS 2010; Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance
 * Discrimination", CVPR 2018, arXiv:1805.01978, section 3.2.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { nceLoss, nceNormalizer } from 'selfsup/losses';
 * const [queries, positives] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * const negatives = randomNormal<Rank.R2>([64, 16]);
 * const logNormalizer = nceNormalizer(queries, positives, { negatives }); // of the first batch
 * nceLoss(queries, positives, { negatives, logNormalizer }).print();
 * ```
 */
export function nceLoss(queries: LossInput, positives: LossInput, options: NceOptions): Scalar {
  const { logNormalizer } = checkOptions('nceLoss', options, ['logNormalizer', 'negatives', 'temperature']);
  check('nceLoss', queries, positives, options);
  if (typeof logNormalizer === 'number') checkNumbers('nceLoss', { logNormalizer: [logNormalizer, -1e8, 1e8] });
  else if (logNormalizer !== undefined) checkFloats('nceLoss', { logNormalizer: [logNormalizer, []] });
  return tidy(() => {
    const [positive, negative] = logits(queries as Tensor2D, positives as Tensor2D, options);
    const count = negative.shape[1];
    const noise = constant(() => add(logNormalizer ?? normalizer(positive, negative), Math.log(count)));
    const right = softplus(sub<Tensor2D>(noise, positive));
    return mean<Scalar>(add(right, sum(softplus(sub(negative, noise)), 1, true)));
  });
}

/**
 * The normaliser of {@link nceLoss}: ln of the mean of exp(cosine / T) over all logits of a batch, those of the positives
 * too. The authors take it from the first batch.
 *
 * @param queries - float32 `[batch, dim]`.
 * @param positives - float32 `[batch, dim]`.
 * @param options - Negatives and temperature, as of the loss.
 * @returns Scalar, a constant; the caller disposes it.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the temperature is out of range or there is no negative.
 * @see Wu et al., arXiv:1805.01978, section 3.2.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { nceNormalizer } from 'selfsup/losses';
 * const [queries, negatives] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R3>([8, 4, 16])];
 * nceNormalizer(queries, queries, { negatives }).print();
 * ```
 */
export function nceNormalizer(queries: LossInput, positives: LossInput, options: NceNormalizerOptions): Scalar {
  checkOptions('nceNormalizer', options, ['negatives', 'temperature']);
  check('nceNormalizer', queries, positives, options);
  return tidy(() => constant(() => normalizer(...logits(queries as Tensor2D, positives as Tensor2D, options))));
}

function check(where: string, queries: LossInput, positives: LossInput, options: NceNormalizerOptions): void {
  const { negatives, temperature = 0.07 } = options;
  checkFloat(where, 'queries', queries, ['batch', 'dim']);
  checkFloat(where, 'positives', positives, queries.shape);
  checkNumbers(where, { temperature: [temperature, 1e-8] });
  checkNegatives(where, negatives, queries.shape);
  if (isEmpty(negatives)) throw new RangeError(`${where}: negatives must hold at least 1 row, got 0.`);
}

/** Logits of the positives, `[batch, 1]`, and of the negatives, `[batch, k]`. */
function logits(
  queries: Tensor2D,
  positives: Tensor2D,
  { negatives, temperature = 0.07 }: NceNormalizerOptions,
): [Tensor2D, Tensor2D] {
  const scaled = div<Tensor2D>(l2Normalize(queries), temperature);
  return [sum(mul(scaled, l2Normalize(positives)), 1, true), negativeLogits(scaled, negatives as Negatives)];
}

function normalizer(positive: Tensor2D, negative: Tensor2D): Scalar {
  const all = concat([positive, negative], 1);
  return mean(sub(logSumExpRows(reshape(all, [1, all.size])), Math.log(all.size)));
}
