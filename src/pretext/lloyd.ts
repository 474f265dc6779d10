import { type HostRows, pickRows } from '../internal/hostRows.js';
import { type RowFrame, rowBlocks } from '../internal/rowBlocks.js';
import { foldIn, integers, type Seed } from '../random/index.js';
import { type Centers, framedLengths, type Nearest, nearestCenters, sumsByLabel } from './nearestCenters.js';
import { splitLarge, takeFarthest } from './refill.js';

/** How long centres move. */
export interface LloydOptions {
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly batchSize: number | null;
}

/** Rounds in which clusters that end empty are given a row. */
const FILLING_ROUNDS = 10;

/** Moves centres, which it may change, to the means of their rows again and again. */
export async function lloyd(
  x: HostRows,
  frame: RowFrame,
  seed: Seed,
  first: Centers,
  { maxIterations, tolerance, batchSize }: LloydOptions,
): Promise<{ centers: Centers; labels: Int32Array; iterations: number }> {
  const lengths = framedLengths(x, frame);
  const blocks = rowBlocks(x, frame, first.count);
  const nearest = (centers: Centers): Promise<Nearest> => nearestCenters(blocks, lengths, centers);
  try {
    let [centers, iterations] = [first, 0];
    if (batchSize !== null) {
      centers = await miniBatches(x, frame, seed, first, maxIterations, batchSize);
      iterations = maxIterations;
    }
    let found = await nearest(centers);
    while (batchSize === null && iterations < maxIterations) {
      const { next, refilled } = means(x, frame, centers, found, foldIn(seed, iterations++));
      const again = await nearest(next);
      const still =
        shift(centers, next) <= tolerance / x.dim || found.labels.every((label, r) => label === again.labels[r]);
      [centers, found] = [next, again];
      if (still && !refilled) break;
    }
    for (let round = 0; maxIterations > 0 && round < FILLING_ROUNDS; round++) {
      if (!takeFarthest(x, frame, centers, found)) break;
      found = await nearest(centers);
    }
    return { centers, labels: found.labels, iterations };
  } finally {
    blocks.dispose();
  }
}

/** Means of the rows of each cluster; a large cluster is split where one is empty. */
function means(
  x: HostRows,
  { mean, scale }: RowFrame,
  { count }: Centers,
  { labels }: Nearest,
  seed: Seed,
): { next: Centers; refilled: boolean } {
  const { sums, counts } = sumsByLabel(x, labels, count);
  const values = sums.map((sum, i) => {
    const size = counts[Math.floor(i / x.dim)] as number;
    return size === 0 ? 0 : (sum / size - (mean[i % x.dim] as number)) * scale;
  });
  const next = { values, count };
  return { next, refilled: splitLarge(next, counts, seed) };
}

/** Sum of squared movements. */
function shift(before: Centers, after: Centers): number {
  return before.values.reduce((sum, value, i) => sum + (value - (after.values[i] as number)) ** 2, 0);
}

/** Moves centres to the running means of all rows that drawn batches gave them. */
async function miniBatches(
  x: HostRows,
  frame: RowFrame,
  seed: Seed,
  { values: start, count }: Centers,
  steps: number,
  size: number,
): Promise<Centers> {
  const values = start.slice();
  const seen = new Float64Array(count);
  for (let step = 0; step < steps; step++) {
    const part = pickRows(x, integers(foldIn(seed, step), size, { max: x.rows }));
    const blocks = rowBlocks(part, frame, count);
    try {
      const { labels } = await nearestCenters(blocks, framedLengths(part, frame), { values, count });
      const { sums, counts } = sumsByLabel(part, labels, count);
      for (let k = 0; k < count; k++) {
        const n = counts[k] as number;
        if (n === 0) continue;
        (seen[k] as number) += n;
        const rate = n / (seen[k] as number);
        for (let c = 0, i = k * x.dim; c < x.dim; c++, i++) {
          const goal = ((sums[i] as number) / n - (frame.mean[c] as number)) * frame.scale;
          (values[i] as number) += rate * (goal - (values[i] as number));
        }
      }
    } finally {
      blocks.dispose();
    }
  }
  return { values, count };
}
