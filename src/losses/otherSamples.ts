import {
  add,
  concat,
  div,
  expandDims,
  matMul,
  mul,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { softmaxRows } from '../internal/logSumExp.js';
import { withGradient } from '../internal/withGradient.js';
import { columnSoftmax, gradients, type Range, ranges, rowsOf } from './blocks.js';
import { excluded } from './contrast.js';
import { sameSample } from './sameSample.js';

/**
 * For each of the 2N unit rows, log(sum exp(cosine / temperature)) over the rows of other samples, `[2N]`. Row i and row
 * N + i are one sample.
 *
 * The logits S are symmetric. So the gradient (G + G^T) z, G the softmax of S with row i times dy_i, needs one product:
 * column j of G^T is exp(S - logSumExp_j). With a chunk size the rows of S are made that many at a time, and again for the
 * gradient.
 */
export function otherSamples(z: Tensor2D, temperature: number, chunkSize?: number): Tensor1D {
  const parts = ranges(z.shape[0], chunkSize);
  return withGradient<Tensor1D>([z], (save) => {
    const block = (rows: Tensor2D, columns: Tensor2D, range: Range): Tensor2D =>
      add(
        matMul(div(rowsOf(rows, range), temperature), columns),
        sameSample(range, rows.shape[0], excluded(temperature)),
      );
    const columns = transpose(z);
    const found = parts.map((range) =>
      tidy(() => {
        const logits = block(z, columns, range);
        const { probabilities, logSumExp } = softmaxRows(logits);
        return parts.length > 1 ? [logSumExp] : [logSumExp, logits, probabilities];
      }),
    );
    const all = concat(found.map(([logSumExp]) => logSumExp as Tensor2D));
    save([z, all, ...(parts.length > 1 ? [columns] : (found[0] as Tensor2D[]).slice(1))]);
    const gradient = (dy: Tensor1D, saved: readonly Tensor[]): Tensor2D[] => {
      const [rows, lse, first, p] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor2D?];
      const byColumn = transpose(lse);
      const [g] = gradients(parts, false, rows, rows, (range) => {
        const logits = p ? first : block(rows, first, range);
        const probabilities = p ?? softmaxRows(logits).probabilities;
        const own = mul(probabilities, expandDims(rowsOf(dy, range), 1));
        return add(own, mul(columnSoftmax(logits, byColumn), expandDims(dy, 0)));
      });
      return [div(g as Tensor2D, temperature)];
    };
    return { value: squeeze<Tensor1D>(all, [1]), gradient };
  });
}
