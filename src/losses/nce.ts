import {
  add,
  mean,
  neg,
  type Rank,
  reshape,
  type Scalar,
  slice,
  softplus,
  sub,
  sum,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { checkInfoNce, type InfoNceOptions, inBatch, logitsOf } from './infoNce.js';

/** Options of {@link nceNormalizer}. */
export type NceNormalizerOptions = Pick<InfoNceOptions, 'negatives' | 'temperature'>;

/** Options of {@link nceLoss}. */
export interface NceOptions extends NceNormalizerOptions {
  /**
   * Logarithm of the mean of exp(cosine / T) over the data, ln(Z / n) in the paper's words: a number or a float32 scalar, a
   * constant. @defaultValue that of this batch, see {@link nceNormalizer}
   */
  readonly logNormalizer?: number | Scalar;
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
 * @param options - Negatives (as of {@link infoNCELoss}; without them the other positives, batch at least 2), temperature,
 * normaliser.
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
export function nceLoss(queries: Tensor2D, positives: Tensor2D, options: NceOptions = {}): Scalar {
  check('nceLoss', queries, positives, options);
  const { logNormalizer } = options;
  if (typeof logNormalizer === 'number') checkNumbers('nceLoss', { logNormalizer: [logNormalizer, -1e8, 1e8] });
  else if (logNormalizer !== undefined) checkFloats('nceLoss', { logNormalizer: [logNormalizer, []] });
  return tidy(() => {
    const logits = logitsOf(queries, positives, options);
    const count = negativesOf(logits, options);
    const noise = constant(() => add(logNormalizer ?? normalizer(logits, count), Math.log(count)));
    const scores = sub<Tensor2D>(logits, noise);
    const batch = scores.shape[0];
    const positive = softplus(neg(slice(scores, [0, 0], [batch, 1])));
    const negative = softplus(slice(scores, [0, 1], [batch, -1]));
    return mean<Scalar>(add(reshape(positive, [batch]), sum(negative, 1)));
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
 * nceNormalizer(randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])).print();
 * ```
 */
export function nceNormalizer(queries: Tensor2D, positives: Tensor2D, options: NceNormalizerOptions = {}): Scalar {
  check('nceNormalizer', queries, positives, options);
  return tidy(() =>
    constant(() => {
      const logits = logitsOf(queries, positives, options);
      return normalizer(logits, negativesOf(logits, options));
    }),
  );
}

function check(where: string, queries: Tensor2D, positives: Tensor2D, options: NceNormalizerOptions): void {
  checkInfoNce(where, { queries, positives }, options);
  if (inBatch(options.negatives)) checkNumbers(where, { batch: [queries.shape[0], 2] });
}

/** Negatives per query; without any given, the query's own positive is shut out of its row. */
function negativesOf(logits: Tensor2D, { negatives }: NceNormalizerOptions): number {
  return logits.shape[1] - (inBatch(negatives) ? 2 : 1);
}

function normalizer(logits: Tensor2D, count: number): Scalar {
  const total = logSumExpRows(reshape(logits, [1, logits.size]));
  return sub(reshape<Rank.R0>(total, []), Math.log(logits.shape[0] * (count + 1)));
}
