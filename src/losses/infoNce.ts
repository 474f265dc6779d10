import {
  add,
  concat,
  div,
  expandDims,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { type FeatureBlock, type FeatureBlocks, isFeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { timesTransposed } from '../internal/products.js';
import { checkChunkSize, logSumExpTerms, type Range, rowwise } from './blocks.js';
import { excluded, joinLogSumExp, meanCrossEntropy, ownProducts, pairLogits } from './contrast.js';
import type { LossInput } from './lossInput.js';
import { checkNegatives, isEmpty, type Negatives, negativeLogits } from './negatives.js';
import { plainExp } from './plainExp.js';

/** Options of {@link infoNCELoss}. */
export interface InfoNceOptions {
  /**
   * What a query must not pick: `[k, dim]` for all queries, `[batch, k, dim]` for each its own, or a `FeatureQueue`, whose
   * rows are constants. Without it, or while it is empty, the other positives of the batch.
   */
  readonly negatives?: LossInput | FeatureBlocks | null;
  /** Divides the cosines, >= 1e-8. @defaultValue 0.07, as in MoCo v1 and CPC v2; MoCo v2 uses 0.2 */
  readonly temperature?: number;
  /**
   * Queries whose logits are held at a time, an integer \>= 1: bounds memory at the same value and gradient, in up to
   * twice the time. Logits of negatives of one's own, which are smaller than the negatives, are held all. Not used by
   * {@link infoNCELogits}. @defaultValue all at once
   */
  readonly chunkSize?: number;
}

/**
 * InfoNCE: each query must pick its positive among the negatives, mean_i of
 * -log(exp(q_i k_i / T) / (exp(q_i k_i / T) + sum_j exp(q_i n_ij / T))).
 *
 * Everything is L2-normalised here, rows of a queue too. One direction only: for a symmetric loss over a batch (as CLIP's)
 * average both. MoCo v3 multiplies by 2T and adds both directions.
 *
 * @param queries - float32 `[batch, dim]`.
 * @param positives - float32 `[batch, dim]`; row i belongs to query i.
 * @param options - The negatives, the temperature and the chunk size.
 * @returns Scalar; the caller disposes it. Differentiable in queries, positives and negatives, but for those of a queue.
 * If all rows are equal it is ln(k + 1), or ln(batch) without negatives.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see van den Oord et al., "Representation Learning with Contrastive Predictive Coding", arXiv:1807.03748, equation 4;
 * He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, equation 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { infoNCELoss } from 'selfsup/losses';
 * import { FeatureQueue } from 'selfsup/momentum';
 * const queue = new FeatureQueue({ capacity: 64, dim: 16 });
 * const [queries, keys] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * infoNCELoss(queries, keys, { negatives: queue }).print(); // still empty: the other keys are the negatives
 * queue.enqueue(keys);
 * infoNCELoss(queries, keys, { negatives: queue, temperature: 0.2 }).print();
 * queue.dispose();
 * ```
 */
export function infoNCELoss(queries: LossInput, positives: LossInput, options: InfoNceOptions = {}): Scalar {
  const { temperature = 0.07, chunkSize } = checkOptions('infoNCELoss', options, [
    'negatives',
    'temperature',
    'chunkSize',
  ]);
  const negatives = check('infoNCELoss', queries, positives, options);
  const none = !negatives || isEmpty(negatives);
  return tidy(() => {
    const [q, p] = [l2Normalize(queries as Tensor2D), l2Normalize(positives as Tensor2D)];
    const scaled = div<Tensor2D>(q, temperature);
    // A query alone in its batch has no negatives there, and no sum of exponentials that has a logarithm.
    const bounded = !isFeatureBlocks(negatives) || negatives.unit === true;
    const plain = bounded && plainExp(1 / temperature) && (q.shape[0] > 1 || !none);
    const sums = (rows: Tensor2D | FeatureBlock, shut?: (range: Range) => Tensor2D): Tensor1D =>
      rowwise(scaled, rows, chunkSize, logSumExpTerms(plain, shut));
    const groups = (): Tensor1D[] => {
      if (none) return [sums(p, diagonal(queries as Tensor2D, temperature))];
      if (isFeatureBlocks(negatives)) return negatives.blocks().map((block) => sums(block));
      if (negatives.rank === 3) return [logSumExpRows(ownProducts(scaled, l2Normalize(negatives as Tensor3D)))];
      return [sums(l2Normalize(negatives as Tensor2D))];
    };
    return meanCrossEntropy(pairLogits(q, p, temperature), joinLogSumExp(groups()));
  });
}

/**
 * The logits of {@link infoNCELoss}: cosines over the temperature, the positive in column 0. How often column 0 is the
 * largest is the accuracy that contrastive training usually reports.
 *
 * @param queries - float32 `[batch, dim]`.
 * @param positives - float32 `[batch, dim]`; row i belongs to query i.
 * @param options - The negatives and the temperature.
 * @returns float32 `[batch, 1 + k]`; the caller disposes it. Without negatives `[batch, 1 + batch]`, the query's own positive
 * shut out of the columns from 1 on by a large negative number. Differentiable as the loss is.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see {@link infoNCELoss}
 * @example
 * ```ts
 * import { argMax, equal, mean, randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { infoNCELogits } from 'selfsup/losses';
 * const logits = infoNCELogits(randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16]));
 * mean(equal(argMax(logits, 1), 0)).print(); // accuracy, about 1/8
 * ```
 */
export function infoNCELogits(queries: LossInput, positives: LossInput, options: InfoNceOptions = {}): Tensor2D {
  const { temperature = 0.07 } = checkOptions('infoNCELogits', options, ['negatives', 'temperature', 'chunkSize']);
  const negatives = check('infoNCELogits', queries, positives, options);
  return tidy(() => {
    const [q, p] = [l2Normalize(queries as Tensor2D), l2Normalize(positives as Tensor2D)];
    const scaled = div<Tensor2D>(q, temperature);
    const others =
      !negatives || isEmpty(negatives)
        ? add<Tensor2D>(timesTransposed(scaled, p), diagonal(queries as Tensor2D, temperature)([0, q.shape[0]]))
        : negativeLogits(scaled, negatives);
    return concat([expandDims<Tensor2D>(pairLogits(q, p, temperature), 1), others], 1);
  });
}

/** Gives the negatives back, which from then on have their type. */
function check(where: string, queries: LossInput, positives: LossInput, options: InfoNceOptions): Negatives | null {
  const { negatives = null, temperature = 0.07, chunkSize } = options;
  checkFloat(where, 'queries', queries, ['batch', 'dim']);
  checkFloat(where, 'positives', positives, queries.shape);
  checkNumbers(where, { temperature: [temperature, 1e-8] });
  checkChunkSize(where, chunkSize);
  if (negatives !== null) checkNegatives(where, negatives, queries.shape);
  return negatives;
}

/** Shuts each query's own positive out. */
function diagonal({ shape: [batch] }: Tensor2D, temperature: number): (range: Range) => Tensor2D {
  return (range) => marked(upTo(batch).subarray(...range), batch, excluded(temperature), 0);
}
