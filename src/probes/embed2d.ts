import { checkChoice } from '../internal/checks.js';
import { type RowData, readRows } from '../internal/hostRows.js';
import { principalComponents, project } from '../internal/principalComponents.js';

/** Options of {@link embed2d}. */
export interface Embed2dOptions {
  /** How the map is made; `'pca'`: the two directions of largest variance. @defaultValue 'pca' */
  readonly method?: 'pca';
}

/** Result of {@link embed2d}: plain JSON. */
export interface Embedding2d {
  /** Place of each row, `[n][2]`. */
  readonly points: [number, number][];
  /** Share of the variance that each axis shows. */
  readonly explained: [number, number];
}

/**
 * A 2-D map of features.
 *
 * @param features - `[n, dim]`; for more than about 1000 rows and 1000 dimensions alike take a sample first.
 * @param options - Method.
 * @returns Places, and how much of the variance they show. Signs are fixed, so the same features give the same map.
 * @throws ShapeError on a wrong shape; RangeError on an unknown method or where a number is not finite.
 * @example
 * ```ts
 * import { embed2d } from 'selfsup/probes';
 * const { points, explained } = await embed2d([[0, 0, 0], [1, 1, 0], [2, 2, 0.5]]);
 * console.log(points.length, explained); // 3 places; the first axis shows most
 * ```
 */
export async function embed2d(features: RowData, options: Embed2dOptions = {}): Promise<Embedding2d> {
  checkChoice('embed2d', 'method', options.method ?? 'pca', ['pca']);
  const rows = await readRows('embed2d', 'features', features);
  const found = principalComponents(rows, 2);
  const places = project(rows, found);
  const share = (i: number): number => (found.totalVariance > 0 ? (found.variances[i] ?? 0) / found.totalVariance : 0);
  return {
    points: Array.from({ length: rows.rows }, (_, r) => [
      places[r * found.count] as number,
      found.count > 1 ? (places[r * found.count + 1] as number) : 0,
    ]),
    explained: [share(0), share(1)],
  };
}
