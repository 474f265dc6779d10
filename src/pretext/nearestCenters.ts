import { argMax, dispose, max, step, sub, sum, type Tensor1D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { HostRows } from '../internal/hostRows.js';
import { matMul } from '../internal/matMul.js';
import type { RowBlocks, RowFrame } from '../internal/rowBlocks.js';

/** Centres `[count, dim]` in the coordinates of a frame. */
export interface Centers {
  readonly values: Float64Array;
  readonly count: number;
}

/** The nearest centre of every row, and how far it is: the square of the distance in the frame. */
export interface Nearest {
  readonly labels: Int32Array;
  readonly distances: Float64Array;
}

/** Relative error of a score in float32, with room for the sum over dimensions. */
const ROUNDING = 2 ** -19;

/**
 * Finds the nearest centres: argmax_c x c - |c|²/2 on the backend, so that few numbers per row are read back. Where another
 * centre comes so near that float32 cannot decide, all are compared in float64 on the host.
 */
export async function nearestCenters(
  blocks: RowBlocks,
  lengths: Float64Array,
  { values, count }: Centers,
): Promise<Nearest> {
  const { rows, dim, source, frame } = blocks;
  const row = new Float64Array(dim);
  const distanceTo = (k: number): number => {
    let total = 0;
    for (let c = 0; c < dim; c++) total += ((row[c] as number) - (values[k * dim + c] as number)) ** 2;
    return total;
  };
  const labels = new Int32Array(rows);
  const distances = new Float64Array(rows);
  const columns = new Float32Array(dim * count);
  const halves = new Float32Array(count);
  let longest = 0;
  for (let k = 0; k < count; k++) {
    let squares = 0;
    for (let c = 0; c < dim; c++) {
      const value = values[k * dim + c] as number;
      columns[c * count + k] = value;
      squares += value * value;
    }
    halves[k] = squares / 2;
    longest = Math.max(longest, Math.sqrt(squares));
  }
  const [turned, offsets] = [tensor2d(columns, [dim, count], 'float32'), tensor1d(halves, 'float32')];
  try {
    await blocks.each(async (block, start, end) => {
      const margins = new Float32Array(end - start);
      for (let i = 0; i < margins.length; i++) {
        margins[i] = ROUNDING * longest * (Math.sqrt(lengths[start + i] as number) + longest);
      }
      const [best, rivals] = tidy((): [Tensor1D, Tensor1D] => {
        const scores = sub(matMul(block, turned), offsets);
        const floor = sub(max(scores, 1, true), tensor2d(margins, [end - start, 1]));
        // Not greaterEqual, which takes eighty times as long on WASM where it broadcasts.
        return [argMax(scores, 1), sum(step(sub(scores, floor)), 1)];
      });
      try {
        const [found, near] = [await best.data(), await rivals.data()];
        for (let r = start; r < end; r++) {
          const first = found[r - start] as number;
          const all = near[r - start] !== 1;
          for (let c = 0; c < dim; c++) {
            row[c] = ((source.values[r * dim + c] as number) - (frame.mean[c] as number)) * frame.scale;
          }
          let [label, least] = [first, distanceTo(first)];
          for (let k = 0; all && k < count; k++) {
            const distance = distanceTo(k);
            if (distance < least || (distance === least && k < label)) [label, least] = [k, distance];
          }
          labels[r] = label;
          distances[r] = least;
        }
      } finally {
        dispose([best, rivals]);
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
