import { RangeError, ShapeError } from '../../internal/errors.js';
import { type Numbers, type RowData, readLabels, readNumbers, readRows } from '../../internal/hostRows.js';

/**
 * Average precision of a ranking: sum over falling score thresholds of (R_k - R_(k-1)) P_k, without interpolation; equal
 * scores form one threshold.
 *
 * @param scores - Score of each item, finite.
 * @param relevant - 1 where the item is relevant, else 0; at least one is.
 * @returns A number in (0, 1].
 * @throws ShapeError if their numbers differ; RangeError on other entries, or where nothing is relevant.
 * @see scikit-learn's `average_precision_score`.
 * @example
 * ```ts
 * import { averagePrecision } from 'selfsup/probes';
 * console.log(await averagePrecision([0.9, 0.8, 0.1], [1, 0, 1])); // (1 + 2/3) / 2
 * ```
 */
export async function averagePrecision(scores: Numbers, relevant: Numbers): Promise<number> {
  const values = await readNumbers('averagePrecision', 'scores', scores);
  const hits = await readLabels('averagePrecision', 'relevant', relevant, values.length);
  return precisionOf('averagePrecision', values, hits);
}

/** Result of {@link meanAveragePrecision}. */
export interface MeanAveragePrecision {
  /** Mean over the classes that have a relevant sample. */
  readonly mean: number;
  /** Average precision of each class; null for a class without a relevant sample. */
  readonly perClass: (number | null)[];
}

/**
 * Mean over classes of the average precision of samples ranked by the class's score: multi-label classification.
 *
 * @param scores - `[n, classes]`.
 * @param relevant - `[n, classes]`, 1 where the sample has the class, else 0.
 * @returns Mean and values per class.
 * @throws ShapeError, RangeError on wrong shapes or entries, or where no class has a relevant sample.
 * @example
 * ```ts
 * import { meanAveragePrecision } from 'selfsup/probes';
 * const { mean } = await meanAveragePrecision([[0.9, 0.2], [0.1, 0.7]], [[1, 0], [0, 1]]); // 1
 * ```
 */
export async function meanAveragePrecision(scores: RowData, relevant: RowData): Promise<MeanAveragePrecision> {
  const where = 'meanAveragePrecision';
  const [ranked, hits] = [await readRows(where, 'scores', scores), await readRows(where, 'relevant', relevant)];
  if (ranked.rows !== hits.rows || ranked.dim !== hits.dim) {
    const shape = `[${ranked.rows}, ${ranked.dim}]`;
    throw new ShapeError(`${where}: relevant must have shape ${shape}, got [${hits.rows}, ${hits.dim}].`);
  }
  const column = <T extends { [i: number]: number }>(values: T, c: number): Float64Array =>
    Float64Array.from({ length: ranked.rows }, (_, r) => values[r * ranked.dim + c] as number);
  const perClass = Array.from({ length: ranked.dim }, (_, c) => {
    const own = column(hits.values, c);
    return own.some((v) => v !== 0) ? precisionOf(where, column(ranked.values, c), own) : null;
  });
  const known = perClass.filter((v) => v !== null);
  if (known.length === 0) throw new RangeError(`${where}: relevant must have a 1 in some class, got none.`);
  return { mean: known.reduce((sum, v) => sum + v, 0) / known.length, perClass };
}

function precisionOf(where: string, scores: ArrayLike<number>, relevant: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  for (const i of order) {
    if (!Number.isFinite(scores[i])) throw new RangeError(`${where}: scores must be finite, got ${scores[i]} at ${i}.`);
    if (relevant[i] !== 0 && relevant[i] !== 1) {
      throw new RangeError(`${where}: relevant must be 0 or 1, got ${relevant[i]} at ${i}.`);
    }
  }
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const total = order.reduce((sum, i) => sum + (relevant[i] as number), 0);
  if (total === 0) throw new RangeError(`${where}: relevant must hold at least one 1, got none.`);
  let [found, before, sum] = [0, 0, 0];
  for (const [rank, i] of order.entries()) {
    found += relevant[i] as number;
    if (scores[order[rank + 1] ?? -1] === scores[i]) continue;
    sum += ((found - before) / total) * (found / (rank + 1));
    before = found;
  }
  return sum;
}
