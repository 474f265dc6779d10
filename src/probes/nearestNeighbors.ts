import type { Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { readRows } from '../internal/hostRows.js';
import { nearest } from '../internal/nearest.js';

/** Options of {@link nearestNeighbors}. */
export interface NearestNeighborsOptions {
  /** Neighbours per query, an integer \>= 1; at most the rows of the bank are given. @defaultValue 5 */
  readonly k?: number;
  /** `'cosine'`: 1 - cosine of the angle. `'euclidean'`: length of the difference. @defaultValue 'cosine' */
  readonly metric?: 'cosine' | 'euclidean';
  /** Leaves row i out of the neighbours of query i: for a bank searched with itself. @defaultValue false */
  readonly excludeSelf?: boolean;
  /** Queries compared at a time, an integer \>= 1. @defaultValue 512 */
  readonly chunk?: number;
}

/** Result of {@link nearestNeighbors}: plain JSON. */
export interface Neighbors {
  /** Rows of the bank for each query, nearest first; of equally near ones the first in the bank. */
  readonly indices: number[][];
  /** Their distances. */
  readonly distances: number[][];
}

/**
 * The nearest rows of a bank, exactly; beside the rows and the neighbours found, the backend holds less than
 * 100 MiB at a time whatever their number.
 *
 * @param queries - `[n, dim]`; axes after the first are flattened, bytes on the host read as [0, 1].
 * @param bank - `[rows, dim]`.
 * @param options - Number, metric, memory.
 * @returns Rows and distances.
 * @throws ShapeError, RangeError on wrong shapes or options, and where a number is not finite.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { nearestNeighbors } from 'selfsup/probes';
 *
 * const bank = tensor2d([[1, 0], [0, 1], [1, 1]]);
 * const { indices } = await nearestNeighbors(tensor2d([[2, 0.1]]), bank, { k: 2 });
 * console.log(indices); // [[0, 2]]
 * ```
 */
export async function nearestNeighbors(
  queries: Data,
  bank: Data,
  options: NearestNeighborsOptions = {},
): Promise<Neighbors> {
  checkOptions('nearestNeighbors', options, ['k', 'metric', 'excludeSelf', 'chunk']);
  const { k = 5, metric = 'cosine', excludeSelf = false, chunk } = options;
  checkIntegers('nearestNeighbors', { k: [k, 1], chunk: [chunk ?? 1, 1] });
  checkChoice('nearestNeighbors', 'metric', metric, ['cosine', 'euclidean']);
  const [from, to] = [
    await readRows('nearestNeighbors', 'queries', queries),
    await readRows('nearestNeighbors', 'bank', bank),
  ];
  if (from.dim !== to.dim || (excludeSelf && from.rows !== to.rows)) {
    const wanted = `[${excludeSelf ? to.rows : 'n'}, ${to.dim}]`;
    throw new ShapeError(`nearestNeighbors: queries must have shape ${wanted}, got [${from.rows}, ${from.dim}].`);
  }
  const cosine = metric === 'cosine';
  const found = await nearest(from, to, { k, metric, excludeSelf, chunk });
  const rows = <T>(f: (i: number) => T): T[][] =>
    Array.from({ length: from.rows }, (_, q) => Array.from({ length: found.k }, (_, i) => f(q * found.k + i)));
  return {
    indices: rows((i) => found.indices[i] as number),
    distances: rows((i) => (cosine ? 1 - (found.scores[i] as number) : Math.sqrt(-(found.scores[i] as number)))),
  };
}
