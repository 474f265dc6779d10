import {
  add,
  concat,
  div,
  expandDims,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type FeatureBlock, type FeatureBlocks, isFeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { blockProducts, timesTransposed } from '../internal/products.js';
import { checkChunkSize, logSumExpTerms, type Range, rowwise } from './blocks.js';
import { excluded, joinLogSumExp, meanCrossEntropy, ownProducts, pairLogits } from './contrast.js';

/** Options of {@link infoNCELoss}. */
export interface InfoNceOptions {
  /**
   * What a query must not pick: `[k, dim]` for all queries, `[batch, k, dim]` for each its own, or a `FeatureQueue`, whose
   * rows are constants. Without it, or while it is empty, the other positives of the batch.
   */
  readonly negatives?: Tensor2D | Tensor3D | FeatureBlocks | null;
  /** Divides the cosines, >= 1e-8. @defaultValue 0.07, as in MoCo v1 and CPC v2; MoCo v2 uses 0.2 */
  readonly temperature?: number;
  /**
   * Queries whose logits are held at a time, an integer \>= 1: bounds memory at the same value and gradient, for about 1.5
   * times the work. Logits of negatives of one's own, which are smaller than the negatives, are held all. Not used by
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
export function infoNCELoss(queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions = {}): Scalar {
  checkInfoNce('infoNCELoss', { queries, positives }, options);
  return tidy(() => {
    const { scaled, positive, negatives } = prepare(queries, positives, options);
    const sums = negatives.map((group) =>
      isOwn(group.rows)
        ? logSumExpRows(ownProducts(scaled, group.rows))
        : rowwise(scaled, group.rows, options.chunkSize, logSumExpTerms(group.shut)),
    );
    return meanCrossEntropy(positive, joinLogSumExp(sums));
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
export function infoNCELogits(queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions = {}): Tensor2D {
  checkInfoNce('infoNCELogits', { queries, positives }, options);
  return logitsOf(queries, positives, options);
}

/** The same without checks. */
export function logitsOf(queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions): Tensor2D {
  return tidy(() => {
    const { scaled, positive, negatives } = prepare(queries, positives, options);
    const products = negatives.map(({ rows, shut }) => {
      if (isOwn(rows)) return ownProducts(scaled, rows);
      if ('columns' in rows) return blockProducts(scaled, rows);
      const all = timesTransposed(scaled, rows);
      return shut ? add<Tensor2D>(all, shut([0, queries.shape[0]])) : all;
    });
    return concat([expandDims<Tensor2D>(positive, 1), ...products], 1);
  });
}

/** Checks queries and positives, under the names that they have in the caller, and the options. */
export function checkInfoNce(where: string, pair: Readonly<Record<string, Tensor2D>>, options: InfoNceOptions): void {
  const { negatives, temperature = 0.07 } = options;
  checkFloats(
    where,
    Object.fromEntries(Object.entries(pair).map(([name, x]) => [name, [x, ['batch', 'dim']] as const])),
  );
  checkNumbers(where, { temperature: [temperature, 1e-8] });
  checkChunkSize(where, options.chunkSize);
  const [queries] = Object.values(pair) as [Tensor2D];
  const [batch, dim] = queries.shape;
  if (isFeatureBlocks(negatives)) {
    if (negatives.dim === dim) return;
    throw new ShapeError(`${where}: negatives must hold rows of length ${dim}, got ${negatives.dim}.`);
  }
  if (!negatives) return;
  const shape = negatives.rank === 3 ? [batch, 'k', dim] : [isEmpty(negatives) ? 0 : 'k', dim];
  checkFloats(where, { negatives: [negatives as Tensor, shape] });
}

/** Whether the other positives of the batch serve as negatives. */
export function inBatch(negatives: InfoNceOptions['negatives']): boolean {
  return !negatives || isEmpty(negatives);
}

function isEmpty(negatives: Tensor2D | Tensor3D | FeatureBlocks): boolean {
  if (isFeatureBlocks(negatives)) return negatives.filled === 0;
  return negatives.rank === 2 && negatives.shape[0] === 0;
}

/** Negatives that are multiplied at once, and what is added to their logits. */
interface Negatives {
  readonly rows: Tensor2D | Tensor3D | FeatureBlock;
  readonly shut?: (range: Range) => Tensor2D;
}

/** Unit queries over the temperature, the logits of the positives, `[batch]`, and the negatives. */
interface Prepared {
  readonly scaled: Tensor2D;
  readonly positive: Tensor1D;
  readonly negatives: readonly Negatives[];
}

function prepare(queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions): Prepared {
  const { negatives, temperature = 0.07 } = options;
  const [q, p] = [l2Normalize(queries), l2Normalize(positives)];
  const common = { scaled: div<Tensor2D>(q, temperature), positive: pairLogits(q, p, temperature) };
  if (!negatives || inBatch(negatives)) return { ...common, negatives: [{ rows: p, shut: diagonal(p, temperature) }] };
  if (isFeatureBlocks(negatives)) return { ...common, negatives: negatives.blocks().map((rows) => ({ rows })) };
  return { ...common, negatives: [{ rows: l2Normalize<Tensor2D | Tensor3D>(negatives) }] };
}

/** Shuts each query's own positive out. */
function diagonal({ shape: [batch] }: Tensor2D, temperature: number): (range: Range) => Tensor2D {
  return (range) => marked(upTo(batch).subarray(...range), batch, excluded(temperature), 0);
}

function isOwn(rows: Negatives['rows']): rows is Tensor3D {
  return 'rank' in rows && rows.rank === 3;
}
