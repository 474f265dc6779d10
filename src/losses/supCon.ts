import {
  add,
  cast,
  div,
  equal,
  expandDims,
  max,
  maximum,
  mean,
  minimum,
  mul,
  onesLike,
  reshape,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tidy,
  tile,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkDtype, checkFlags, checkFloat, checkNumbers, checkShapes } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { softmaxRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { checkChunkSize, type Range, type RowTerms, rowsOf, rowwise } from './blocks.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link supConLoss}. */
export interface SupConOptions {
  /** Divides the products, \>= 1e-8. @defaultValue 0.07, as in the authors' code */
  readonly temperature?: number;
  /** The loss is multiplied by temperature / baseTemperature, \> 0. @defaultValue 0.07, as in the authors' code */
  readonly baseTemperature?: number;
  /** Which views are anchors: all of them, or the first of each sample. @defaultValue 'all' */
  readonly contrastMode?: 'all' | 'one';
  /** Whether rows are L2-normalised first; the authors leave that to the caller. @defaultValue true */
  readonly normalize?: boolean;
  /**
   * Anchors whose similarities are held at a time, an integer \>= 1: bounds memory at the same value and gradient, in up to
   * twice the time. @defaultValue all at once
   */
  readonly chunkSize?: number;
}

/**
 * Supervised contrastive loss: for each anchor i the mean, over its positives p (the other views of all samples with its
 * label), of -log(exp(z_i z_p / T) / sum_{a != i} exp(z_i z_a / T)); then temperature / baseTemperature times the mean over
 * anchors.
 *
 * It is the authors' L_out. An anchor without positives counts as 0 in the mean. Without labels the other views of the same
 * sample are the positives: with two views and baseTemperature = temperature that is {@link ntXentLoss}. solo-learn's
 * `simclr_loss_func` with labels sums positives inside the logarithm (L_in) and gives other values.
 *
 * @param z - Projections, float32 `[batch, views, dim]` or `[batch, dim]` (one view).
 * @param labels - int32 `[batch]`, or null; no gradient.
 * @param options - Temperatures, anchors, normalisation, chunk size.
 * @returns Scalar; the caller disposes it. Differentiable in z. If all rows are equal it is temperature / baseTemperature *
 * ln(views * batch - 1).
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, arXiv:2004.11362, equation 2.
 * @example
 * ```ts
 * import { randomNormal, type Rank, tensor1d } from '@tensorflow/tfjs-core';
 * import { supConLoss } from 'selfsup/losses';
 * const z = randomNormal<Rank.R3>([6, 2, 16]);
 * supConLoss(z, tensor1d([0, 0, 1, 1, 2, 2], 'int32'), { temperature: 0.1 }).print();
 * supConLoss(z, null, { temperature: 0.1 }).print(); // as SimCLR
 * ```
 */
export function supConLoss(z: LossInput, labels: LossInput | null, options: SupConOptions = {}): Scalar {
  const where = 'supConLoss';
  const {
    temperature = 0.07,
    baseTemperature = 0.07,
    contrastMode = 'all',
    normalize = true,
    chunkSize,
  } = checkOptions('supConLoss', options, ['temperature', 'baseTemperature', 'contrastMode', 'normalize', 'chunkSize']);
  checkFloat(where, 'z', z, (z as Tensor | undefined)?.rank === 2 ? ['batch', 'dim'] : ['batch', 'views', 'dim']);
  const [batch, views] = [z.shape[0], z.rank === 2 ? 1 : (z.shape[1] as number)];
  if ((labels ?? null) !== null) {
    checkShapes(where, { labels: [labels, [batch]] });
    checkDtype(where, { labels }, 'int32');
  }
  checkNumbers(where, {
    temperature: [temperature, 1e-8],
    baseTemperature: [baseTemperature, Number.MIN_VALUE],
  });
  checkChoice(where, 'contrastMode', contrastMode, ['all', 'one']);
  checkChunkSize(where, chunkSize);
  const rows = batch * views;
  // Row of z that each anchor is.
  const places = contrastMode === 'all' ? upTo(rows) : upTo(batch).map((i) => i * views);
  checkFlags(where, { normalize });
  return tidy(() => {
    const unit = normalize ? l2Normalize<Tensor>(z) : z;
    const all = reshape(unit, [rows, -1]) as Tensor2D;
    const anchors = contrastMode === 'all' ? all : slice(reshape(unit, [batch, views, -1]), 0, [batch, 1, -1]);
    const scaled = div<Tensor2D>(reshape(anchors, [places.length, -1]), temperature);
    // No product is larger than the largest square, so this leaves nothing of a row's product with itself.
    const itself = constant(() => add(mul(max(sum(square(all), 1)), 2 / temperature), 100));
    const own = expandDims<Tensor2D>((labels as Tensor) ?? tensor1d(upTo(batch), 'int32'), 1);
    const classes = reshape(tile(own, [1, views]), [rows, 1]);
    const terms = (logits: Tensor2D, range: Range, [mine, others, shut]: readonly Tensor[]): RowTerms => {
      const same = marked(places.subarray(...range), rows, 1, 0);
      const positive = sub(
        cast(equal(rowsOf(mine as Tensor2D, range), reshape(others as Tensor, [1, rows])), 'float32'),
        same,
      );
      const count = sum(positive, 1, true);
      const weights = div(positive, maximum(count, onesLike(count)));
      const { probabilities, logSumExp } = softmaxRows(sub(logits, mul(same, shut as Tensor)));
      return {
        values: sum(mul(weights, sub(logSumExp, logits)), 1),
        slopes: sub(mul(probabilities, minimum(count, onesLike(count))), weights),
      };
    };
    const perAnchor = rowwise(scaled, all, chunkSize, terms, [contrastMode === 'all' ? classes : own, classes, itself]);
    return mul(mean(perAnchor), temperature / baseTemperature);
  });
}
