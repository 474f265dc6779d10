import {
  abs,
  add,
  concat,
  expandDims,
  matMul,
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
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows, softmaxRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { withGradient } from '../internal/withGradient.js';
import { checkChunkSize, columnSoftmax, gradients, type Range, ranges, rowsOf } from './blocks.js';
import { meanCrossEntropy } from './contrast.js';

/** Options of {@link clipLoss}. */
export interface ClipOptions {
  /**
   * Factor of the cosines, 1 / temperature: a number in (0, 1e8], or a float32 scalar that is then learnt (the gradient is
   * that by the factor itself; the authors learn its logarithm and clip the factor to 100). @defaultValue 1 / 0.07, where
   * CLIP's starts
   */
  readonly logitScale?: number | Scalar;
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
export function clipLoss(a: Tensor2D, b: Tensor2D, options: ClipOptions = {}): Scalar {
  const { logitScale = 1 / 0.07, chunkSize } = options;
  checkFloats('clipLoss', { a: [a, ['batch', 'dim']], b: [b, ['batch', 'dim']] });
  if (typeof logitScale === 'number') checkNumbers('clipLoss', { logitScale: [logitScale, Number.MIN_VALUE, 1e8] });
  else checkFloats('clipLoss', { logitScale: [logitScale, []] });
  checkChunkSize('clipLoss', chunkSize);
  return tidy(() => {
    const [scaled, unit] = [mul<Tensor2D>(l2Normalize(a), logitScale), l2Normalize(b)];
    const positives = sum<Tensor1D>(mul(scaled, unit), 1);
    // Cosines lie between -s and s: this leaves nothing of the positive among the negatives.
    const shut = sub(-100, mul(abs(logitScale), 2));
    return meanCrossEntropy(concat([positives, positives]), bothWays(scaled, unit, shut, chunkSize));
  });
}

/** log-sum-exp of each row of a b^T, then of each column, `[2 batch]`; `shut` is added to the diagonal first. */
function bothWays(a: Tensor2D, b: Tensor2D, shut: Tensor, chunkSize: number | undefined): Tensor1D {
  const batch = a.shape[0];
  const parts = ranges(batch, chunkSize);
  return withGradient<Tensor1D>([a, b], (save) => {
    const block = (x: Tensor2D, columns: Tensor2D, range: Range, own: Tensor): Tensor2D =>
      add<Tensor2D>(matMul(rowsOf(x, range), columns), mul(marked(upTo(batch).subarray(...range), batch, 1, 0), own));
    const columns = transpose(b);
    const found = parts.map((range) =>
      tidy(() => {
        const logits: Tensor2D = block(a, columns, range, shut);
        const { probabilities, logSumExp } = softmaxRows(logits);
        const across = softmaxRows(transpose<Tensor2D>(logits)).logSumExp;
        return parts.length > 1 ? [logSumExp, across] : [logSumExp, across, logits, probabilities];
      }),
    ) as Tensor2D[][];
    const [first = []] = found;
    const down = concat(found.map(([logSumExp]) => squeeze<Tensor1D>(logSumExp as Tensor2D, [1])));
    const across = logSumExpRows(
      concat(
        found.map(([, sums]) => sums as Tensor2D),
        1,
      ),
    );
    save([a, b, across, ...(parts.length > 1 ? [columns, shut] : first.slice(2))]);
    return {
      value: concat([down, across]),
      gradient: (dy, saved) => {
        const [x, y, sums, logits, second] = saved as [Tensor2D, Tensor2D, Tensor1D, Tensor2D, Tensor2D];
        const byColumn = expandDims<Tensor2D>(sums, 0);
        const right = expandDims(rowsOf(dy, [batch, 2 * batch]), 0);
        return gradients(parts, true, y, x, (range) => {
          const s = parts.length > 1 ? block(x, logits, range, second) : logits;
          const p = parts.length > 1 ? softmaxRows(s).probabilities : second;
          return add(mul(p, expandDims(rowsOf(dy, range), 1)), mul(columnSoftmax(s, byColumn), right));
        });
      },
    };
  });
}
