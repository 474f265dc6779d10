import {
  add,
  concat,
  div,
  expandDims,
  matMul,
  mul,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type FeatureBlocks, isFeatureBlocks } from '../internal/featureBlocks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { blockProducts, timesTransposed } from '../internal/products.js';
import { withGradient } from '../internal/withGradient.js';
import { excluded, joinLogSumExp, meanCrossEntropy, pairLogits } from './contrast.js';

/** Options of {@link infoNCELoss}. */
export interface InfoNceOptions {
  /**
   * What a query must not pick: `[k, dim]` for all queries, `[batch, k, dim]` for each its own, or a `FeatureQueue`, whose
   * rows are constants. Without it, or while it is empty, the other positives of the batch.
   */
  readonly negatives?: Tensor2D | Tensor3D | FeatureBlocks | null;
  /** Divides the cosines, >= 1e-8. @defaultValue 0.07, as in MoCo v1 and CPC v2; MoCo v2 uses 0.2 */
  readonly temperature?: number;
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
 * @param options - The negatives and the temperature.
 * @returns Scalar; the caller disposes it. Differentiable in queries, positives and negatives, but for those of a queue.
 * If all rows are equal it is ln(k + 1), or ln(batch) without negatives.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the temperature is out of range.
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
  check('infoNCELoss', queries, positives, options);
  return tidy(() => {
    const { positive, negative } = logits(queries, positives, options);
    return meanCrossEntropy(positive, joinLogSumExp(negative.map(logSumExpRows)));
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
 * @throws ShapeError on a wrong shape or dtype; RangeError if the temperature is out of range.
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
  check('infoNCELogits', queries, positives, options);
  return tidy(() => {
    const { positive, negative } = logits(queries, positives, options);
    return concat([expandDims<Tensor2D>(positive, 1), ...negative], 1);
  });
}

function check(where: string, queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions): void {
  const { negatives, temperature = 0.07 } = options;
  checkFloats(where, { queries: [queries, ['batch', 'dim']], positives: [positives, ['batch', 'dim']] });
  checkNumbers(where, { temperature: [temperature, 1e-8] });
  const [batch, dim] = queries.shape;
  if (isFeatureBlocks(negatives)) {
    if (negatives.dim === dim) return;
    throw new ShapeError(`${where}: negatives must hold rows of length ${dim}, got ${negatives.dim}.`);
  }
  if (!negatives) return;
  const shape = negatives.rank === 3 ? [batch, 'k', dim] : [isEmpty(negatives) ? 0 : 'k', dim];
  checkFloats(where, { negatives: [negatives as Tensor, shape] });
}

function isEmpty(negatives: Tensor2D | Tensor3D | FeatureBlocks): boolean {
  if (isFeatureBlocks(negatives)) return negatives.filled === 0;
  return negatives.rank === 2 && negatives.shape[0] === 0;
}

/** Logit of the positive, `[batch]`, and those of the negatives in groups, each `[batch, rows]`. */
function logits(queries: Tensor2D, positives: Tensor2D, options: InfoNceOptions): Logits {
  const { negatives, temperature = 0.07 } = options;
  const [q, p] = [l2Normalize(queries), l2Normalize(positives)];
  const positive = pairLogits(q, p, temperature);
  const scaled = div<Tensor2D>(q, temperature);
  if (!negatives || isEmpty(negatives)) {
    const batch = queries.shape[0];
    const own = marked(upTo(batch), batch, excluded(temperature), 0);
    return { positive, negative: [add(timesTransposed(scaled, p), own)] };
  }
  if (isFeatureBlocks(negatives)) {
    return { positive, negative: negatives.blocks().map((block) => blockProducts(scaled, block)) };
  }
  const rows = l2Normalize<Tensor2D | Tensor3D>(negatives);
  return {
    positive,
    negative: [rows.rank === 2 ? timesTransposed(scaled, rows as Tensor2D) : ownProducts(scaled, rows as Tensor3D)],
  };
}

interface Logits {
  readonly positive: Tensor1D;
  readonly negative: readonly Tensor2D[];
}

/** Inner products of query i with its own rows i, `[batch, k]`. */
function ownProducts(queries: Tensor2D, rows: Tensor3D): Tensor2D {
  const [batch, k, dim] = rows.shape;
  return withGradient<Tensor2D>([queries, rows], (save) => {
    save([queries, rows]);
    return {
      value: reshape(matMul(rows, expandDims(queries, 2)), [batch, k]) as Tensor2D,
      gradient: (dy, saved) => {
        const [q, r] = saved as [Tensor2D, Tensor3D];
        return [reshape(matMul(expandDims(dy, 1), r), [batch, dim]), mul(expandDims(dy, 2), expandDims(q, 1))];
      },
    };
  });
}
