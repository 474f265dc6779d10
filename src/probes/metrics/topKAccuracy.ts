import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers } from '../../internal/checks.js';
import { RangeError } from '../../internal/errors.js';
import { type Labels, type RowData, readLabels, readRows } from '../../internal/hostRows.js';

/** Options of {@link topKAccuracy}. */
export interface TopKOptions {
  /** How many of the best classes count as hits, one k or several, integers \>= 1. @defaultValue 5 */
  readonly k?: number | readonly number[];
}

/**
 * Share of samples whose class is among the k with the highest scores. Equal scores count in favour of the lower class,
 * so a constant prediction does not score.
 *
 * @param scores - `[n, classes]`.
 * @param labels - True classes, `[n]`, each below the number of classes.
 * @param options - k, or several.
 * @returns A number in [0, 1] for each k, in the order of `k`.
 * @throws ShapeError, RangeError on wrong shapes, labels or k, and where a score is not finite.
 * @example
 * ```ts
 * import { topKAccuracy } from 'selfsup/probes';
 * console.log(await topKAccuracy([[0.1, 0.6, 0.3], [0.5, 0.3, 0.2]], [2, 0], { k: [1, 2] })); // [0.5, 1]
 * ```
 */
export async function topKAccuracy(scores: RowData, labels: Labels, options: TopKOptions = {}): Promise<number[]> {
  checkOptions('topKAccuracy', options, ['k']);
  const { k = 5 } = options;
  const all = typeof k === 'number' ? [k] : [...k];
  for (const one of all) checkIntegers('topKAccuracy', { k: [one, 1] });
  const { values, rows, dim } = await readRows('topKAccuracy', 'scores', scores);
  const truth = await readLabels('topKAccuracy', 'labels', labels, rows);
  const ranks = truth.map((label, r) => {
    if (label >= dim)
      throw new RangeError(`topKAccuracy: labels must be below ${dim}, the classes of scores, got ${label}.`);
    const own = values[r * dim + label] as number;
    let before = 0;
    for (let c = 0; c < dim; c++) {
      const other = values[r * dim + c] as number;
      if (other > own || (other === own && c < label)) before++;
    }
    return before;
  });
  return all.map((one) => ranks.reduce((sum, rank) => sum + (rank < one ? 1 : 0), 0) / rows);
}
