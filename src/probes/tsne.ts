import { missingPackageError } from '../internal/missingPackageError.js';
import { foldIn, integers, normal, type Seed } from '../random/index.js';
import { median } from './averages.js';

/** Settings of {@link tsne}. */
export interface TsneSettings {
  readonly perplexity: number;
  readonly iterations: number;
}

/** Exact t-SNE by the package `@saehrimnir/druidjs`, seeded. */
export async function tsne(
  rows: number[][],
  seed: Seed,
  { perplexity, iterations }: TsneSettings,
): Promise<[number, number][]> {
  const { TSNE } = await load();
  const map = new TSNE(prepared(rows, foldIn(seed, 1)), { perplexity, d: 2, seed: integers(seed, { max: 2 ** 31 }) });
  return map.transform(iterations) as [number, number][];
}

/** Rows lie at most so many typical distances from the middle: beyond that the package's sums overflow. */
const FARTHEST = 1e3;

/** How far equal rows are moved apart, in typical distances: more of them than the perplexity have no solution. */
const APART = 1e-3;

/**
 * Rows as the package bears them: two columns at least (its WebAssembly crashes on one, and works for no one afterwards), around
 * the medians, at a typical distance of 1, and none too far out. Neighbours stay what they are.
 */
function prepared(rows: number[][], seed: Seed): number[][] {
  const width = rows[0]?.length ?? 0;
  const middle = Array.from({ length: width }, (_, c) => median(rows.map((row) => row[c] as number)));
  const moved = rows.map((row) => row.map((v, c) => v - (middle[c] as number)));
  const distances = moved.map((row) => Math.hypot(...row));
  const typical = median(distances) || distances.reduce((most, d) => Math.max(most, d), 0) || 1;
  const seen = new Set<string>();
  return moved.map((row, i) => {
    const distance = (distances[i] as number) / typical;
    const factor = distance > FARTHEST ? FARTHEST / distance / typical : 1 / typical;
    const scaled = row.map((v) => v * factor);
    const point = width > 1 ? scaled : [...scaled, 0];
    const key = point.join();
    if (!seen.has(key)) {
      seen.add(key);
      return point;
    }
    const jitter = normal(foldIn(seed, i), point.length);
    return point.map((v, c) => v + APART * (jitter[c] as number));
  });
}

async function load(): Promise<typeof import('@saehrimnir/druidjs')> {
  try {
    return await import('@saehrimnir/druidjs');
  } catch (error) {
    throw missingPackageError("embed2d: method 'tsne'", '@saehrimnir/druidjs', error);
  }
}
