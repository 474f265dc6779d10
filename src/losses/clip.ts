import {
  abs,
  concat,
  expandDims,
  log,
  mul,
  type Scalar,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkFloats, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { withGradient } from '../internal/withGradient.js';
import { checkChunkSize, gradients, type Range, ranges, rowsOf } from './blocks.js';
import { excluded, meanCrossEntropy } from './contrast.js';
import type { LossInput } from './lossInput.js';
import { plainExp } from './plainExp.js';
import { columnSums, exponentials, productPlus, rowSums, slopes } from './twoWays.js';

/** Options of {@link clipLoss}. */
export interface ClipOptions {
  /**
   * Factor of the cosines, 1 / temperature: a number in (0, 1e8], or a float32 scalar that is then learnt (the gradient is
   * that by the factor itself; the authors learn its logarithm and clip the factor to 100). @defaultValue 1 / 0.07, where
   * CLIP's starts
   */
  readonly logitScale?: number | Tensor;
  /**
   * Rows of similarities at a time, an integer \>= 1: bounds memory by chunkSize * N instead of N^2 numbers, at the same
   * value and gradient, in up to twice the time. @defaultValue all at once
   */
  readonly chunkSize?: number;
}

/**
 * The loss of CLIP, InfoNCE in both directions: with logits s cos(a_i, b_j), the mean over rows and the mean over columns of
 * the cross-entropy that picks the diagonal, averaged.
 *
 * Both inputs are L2-normalised here. SimCSE takes one direction only, which is {@link infoNCELoss} without negatives. With
 * one pair the loss is 0.
 *
 * @param a - Embeddings of one kind (images), float32 `[batch, dim]`.
 * @param b - Embeddings of the other (texts), same shape; row i belongs to row i of `a`.
 * @param options - The scale and the chunk size.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs and the scale. ln(batch) if all rows are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021,
 * arXiv:2103.00020, figure 3.
 * @example
 * ```ts
 * import { exp, randomNormal, type Rank, scalar, variable } from '@tensorflow/tfjs-core';
 * import { clipLoss } from 'selfsup/losses';
 * const [images, texts] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * const logScale = variable(scalar(Math.log(1 / 0.07)));
 * clipLoss(images, texts, { logitScale: exp(logScale) }).print();
 * ```
 */
export function clipLoss(a: LossInput, b: LossInput, options: ClipOptions = {}): Scalar {
  const { logitScale = 1 / 0.07, chunkSize } = checkOptions('clipLoss', options, ['logitScale', 'chunkSize']);
  checkFloat('clipLoss', 'a', a, ['batch', 'dim']);
  checkFloat('clipLoss', 'b', b, a.shape);
  if (typeof logitScale === 'number') checkNumbers('clipLoss', { logitScale: [logitScale, Number.MIN_VALUE, 1e8] });
  else checkFloats('clipLoss', { logitScale: [logitScale, []] });
  checkChunkSize('clipLoss', chunkSize);
  return tidy(() => {
    const [scaled, unit] = [mul<Tensor2D>(l2Normalize(a), logitScale), l2Normalize(b)];
    const positives = sum<Tensor1D>(mul(scaled, unit), 1);
    return meanCrossEntropy(concat([positives, positives]), bothWays(scaled, unit, logitScale, chunkSize));
  });
}

/** log-sum-exp of each row of a b^T but for its diagonal, then of each column, `[2 batch]`. */
function bothWays(a: Tensor2D, b: Tensor2D, scale: number | Tensor, chunkSize: number | undefined): Tensor1D {
  const batch = a.shape[0];
  const parts = ranges(batch, chunkSize);
  const whole = parts.length === 1;
  const fixed = typeof scale === 'number';
  // A pair alone has no others, and no sum of exponentials that has a logarithm.
  const plain = fixed && batch > 1 && plainExp(scale);
  return withGradient<Tensor1D>([a, b], (save) => {
    // Cosines lie between -s and s: this leaves nothing of the positive among the negatives.
    const shut = fixed ? [] : [sub(-100, mul(abs(scale), 2))];
    const block = (x: Tensor2D, columns: Tensor2D, range: Range, own?: Tensor): Tensor2D[] => {
      const diagonal = marked(upTo(batch).subarray(...range), batch, fixed ? excluded(1 / scale) : 1, 0);
      return exponentials(productPlus(rowsOf(x, range), columns, own ? mul(diagonal, own) : diagonal), plain);
    };
    const columns = transpose(b);
    const found = parts.map((range) =>
      tidy(() => {
        const kept = block(a, columns, range, shut[0]);
        return [columnSums(kept), ...(whole ? kept : [rowSums(kept)])];
      }),
    ) as Tensor2D[][];
    const left = concat(found.map(rowSums));
    const each = concat(
      found.map(([sums]) => sums as Tensor2D),
      1,
    );
    const right = whole ? squeeze<Tensor1D>(each, [1]) : plain ? sum<Tensor1D>(each, 1) : logSumExpRows(each);
    const all = concat([squeeze<Tensor1D>(left, [1]), right]);
    save([a, b, left, right, ...(whole ? (found[0] as Tensor2D[]).slice(1) : [columns, ...shut])]);
    return {
      value: plain ? log(all) : all,
      gradient: (dy, saved) => {
        const [x, y, across, down, ...kept] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor1D, ...Tensor2D[]];
        const [own, others] = [expandDims(rowsOf(dy, [0, batch]), 1), expandDims(rowsOf(dy, [batch, 2 * batch]), 0)];
        return gradients(parts, true, y, x, (range) => {
          const exps = whole ? kept : block(x, kept[0] as Tensor2D, range, kept[1]);
          return [slopes(exps, [rowsOf(own, range), rowsOf(across, range)], [others, expandDims(down, 0)])];
        });
      },
    };
  });
}
