import {
  concat,
  div,
  expandDims,
  log,
  reshape,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { withGradient } from '../internal/withGradient.js';
import { gradients, type Range, ranges, rowsOf } from './blocks.js';
import { excluded } from './contrast.js';
import { plainExp } from './plainExp.js';
import { sameSample } from './sameSample.js';
import { exponentials, productPlus, rowSums, slopes } from './twoWays.js';

/**
 * For each of the 2N unit rows, log(sum exp(cosine / temperature)) over the rows of other samples, `[2N]`. Row i and row
 * N + i are one sample.
 *
 * The logits S are symmetric. So the gradient (G + G^T) z, G the softmax of S with row i times dy_i, needs one product:
 * column j of G^T is the softmax of column j of S. With a chunk size the rows of S are made that many at a time, and again
 * for the gradient.
 */
export function otherSamples(z: Tensor2D, temperature: number, chunkSize?: number): Tensor1D {
  const total = z.shape[0];
  const parts = ranges(total, chunkSize);
  const whole = parts.length === 1;
  // A pair alone has no others, and no sum of exponentials that has a logarithm.
  const plain = total > 2 && plainExp(1 / temperature);
  return withGradient<Tensor1D>([z], (save) => {
    const block = (rows: Tensor2D, columns: Tensor2D, range: Range): Tensor2D[] => {
      const scaled: Tensor2D = div(rowsOf(rows, range), temperature);
      return exponentials(productPlus(scaled, columns, sameSample(range, total, excluded(temperature))), plain);
    };
    const columns = transpose(z);
    const found = parts.map((range) =>
      tidy(() => {
        const kept = block(z, columns, range);
        return whole ? kept : [rowSums(kept)];
      }),
    );
    const all = concat(found.map(rowSums));
    save([z, all, ...(whole ? (found[0] as Tensor2D[]) : [columns])]);
    const gradient = (dy: Tensor1D, saved: readonly Tensor[]): Tensor2D[] => {
      const [rows, sums, ...kept] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor2D?];
      const [own, others] = [expandDims(dy, 1), [expandDims(dy, 0), reshape(sums, [1, total])] as const];
      const [g] = gradients(parts, false, rows, rows, (range) => {
        const exps = whole ? (kept as Tensor2D[]) : block(rows, kept[0], range);
        return [slopes(exps, [rowsOf(own, range), rowsOf(sums, range)], others)];
      });
      return [div(g as Tensor2D, temperature)];
    };
    return { value: squeeze<Tensor1D>(plain ? log(all) : all, [1]), gradient };
  });
}
