import type { HostRows } from '../internal/hostRows.js';
import type { RowFrame } from '../internal/rowBlocks.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import type { Centers, Nearest } from './nearestCenters.js';

/** How far the two halves of a split cluster start apart, as a share of the deviation of a column. */
const SPLIT = 1 / 1024;

/**
 * Gives every empty cluster half of a large one, drawn with a chance proportional to its size less one: both centres are that
 * of the large one, moved a little to opposite sides. Changes `values` and `counts`; tells whether any was empty.
 *
 * As faiss' `split_clusters`, which DeepCluster uses, but for the step: faiss scales the columns by 1 ± 1/1024, which would
 * leave a centre of zeros where it is.
 */
export function splitLarge({ values, count }: Centers, counts: Float64Array, seed: Seed): boolean {
  const dim = values.length / count;
  const step = SPLIT / Math.sqrt(dim); // the frame makes the mean square length of a row 1
  let any = false;
  for (let empty = 0; empty < count; empty++) {
    if (counts[empty] !== 0) continue;
    any = true;
    const spare = counts.reduce((sum, n) => sum + Math.max(0, n - 1), 0);
    if (spare === 0) return any;
    let left = uniform(foldIn(seed, empty)) * spare;
    let large = 0;
    for (; ; large++) {
      left -= Math.max(0, (counts[large] as number) - 1);
      if (left < 0) break;
    }
    for (let c = 0; c < dim; c++) {
      const [value, move] = [values[large * dim + c] as number, c % 2 === 0 ? step : -step];
      values[empty * dim + c] = value + move;
      values[large * dim + c] = value - move;
    }
    counts[empty] = Math.floor((counts[large] as number) / 2);
    (counts[large] as number) -= counts[empty] as number;
  }
  return any;
}

/** Puts the centres of empty clusters on the rows that are farthest from theirs. Changes `values`; tells whether any was. */
export function takeFarthest(
  x: HostRows,
  { mean, scale }: RowFrame,
  { values, count }: Centers,
  { labels, distances }: Nearest,
): boolean {
  const counts = new Int32Array(count);
  for (const label of labels) (counts[label] as number) += 1;
  const empty = Array.from(counts.keys()).filter((k) => counts[k] === 0);
  if (empty.length === 0) return false;
  const far = Array.from(distances.keys()).sort((a, b) => (distances[b] as number) - (distances[a] as number));
  let moved = false;
  for (const row of far) {
    const label = labels[row] as number;
    if (empty.length === 0 || (distances[row] as number) <= 0) break;
    if ((counts[label] as number) < 2) continue;
    const k = empty.shift() as number;
    for (let c = 0; c < x.dim; c++) {
      values[k * x.dim + c] = ((x.values[row * x.dim + c] as number) - (mean[c] as number)) * scale;
    }
    (counts[label] as number) -= 1;
    moved = true;
  }
  return moved;
}
