import { argMax, dispose, matMul, max, sub, type Tensor1D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { HostRows } from '../internal/hostRows.js';
import type { RowBlocks, RowFrame } from '../internal/rowBlocks.js';

/** Centres `[count, dim]` in the coordinates of a frame. */
export interface Centers {
  readonly values: Float64Array;
  readonly count: number;
}

/** The nearest centre of every row, and how far it is: the square of the distance in the frame, float32 precision. */
export interface Nearest {
  readonly labels: Int32Array;
  readonly distances: Float64Array;
}

/** Finds the nearest centres: argmax_c x c - |c|²/2 on the backend, so that one number per row is read back. */
export async function nearestCenters(
  blocks: RowBlocks,
  lengths: Float64Array,
  { values, count }: Centers,
): Promise<Nearest> {
  const { rows, dim } = blocks;
  const labels = new Int32Array(rows);
  const distances = new Float64Array(rows);
  const columns = new Float32Array(dim * count);
  const halves = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let c = 0; c < dim; c++) {
      const value = values[k * dim + c] as number;
      columns[c * count + k] = value;
      sum += value * value;
    }
    halves[k] = sum / 2;
  }
  const [turned, offsets] = [tensor2d(columns, [dim, count], 'float32'), tensor1d(halves, 'float32')];
  try {
    await blocks.each(async (block, start, end) => {
      const [best, score] = tidy((): [Tensor1D, Tensor1D] => {
        const scores = sub(matMul(block, turned), offsets);
        return [argMax(scores, 1), max(scores, 1)];
      });
      try {
        labels.set(await best.data(), start);
        const scores = await score.data();
        for (let r = start; r < end; r++) {
          distances[r] = Math.max(0, (lengths[r] as number) - 2 * (scores[r - start] as number));
        }
      } finally {
        dispose([best, score]);
      }
    });
  } finally {
    dispose([turned, offsets]);
  }
  return { labels, distances };
}

/** Squared length of every row in a frame. */
export function framedLengths({ values, rows, dim }: HostRows, { mean, scale }: RowFrame): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0, i = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < dim; c++, i++) sum += (((values[i] as number) - (mean[c] as number)) * scale) ** 2;
    out[r] = sum;
  }
  return out;
}

/** Sums `[count, dim]` of the rows of each label, and how many there are. */
export function sumsByLabel(
  { values, rows, dim }: HostRows,
  labels: Int32Array,
  count: number,
): { sums: Float64Array; counts: Float64Array } {
  const [sums, counts] = [new Float64Array(count * dim), new Float64Array(count)];
  for (let r = 0, i = 0; r < rows; r++) {
    const label = labels[r] as number;
    (counts[label] as number) += 1;
    for (let c = 0, to = label * dim; c < dim; c++, i++, to++) (sums[to] as number) += values[i] as number;
  }
  return { sums, counts };
}
