import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type HostRows, type RowData, readRows } from '../internal/hostRows.js';
import { principalComponents, project } from '../internal/principalComponents.js';
import type { Seed } from '../random/index.js';
import { trustworthiness } from './metrics/trustworthiness.js';
import { tsne } from './tsne.js';
import { umap } from './umap.js';

/** Options of {@link embed2d}. */
export interface Embed2dOptions {
  /**
   * How the map is made: `'pca'`, the two directions of largest variance; `'tsne'`, which needs the package
   * `@saehrimnir/druidjs` (LGPL-3.0-or-later); `'umap'`, which needs `umap-js`. @defaultValue 'pca'
   */
  readonly method?: 'pca' | 'tsne' | 'umap';
  /** Neighbours that t-SNE keeps together, a number \>= 2; its running time grows with n². @defaultValue 30 */
  readonly perplexity?: number;
  /** Neighbours that UMAP keeps together, an integer \>= 2. @defaultValue 15 */
  readonly neighbors?: number;
  /** How close UMAP puts neighbours, in [0, 1]. @defaultValue 0.1 */
  readonly minDistance?: number;
  /** Steps of t-SNE (500 without it) or UMAP (200 to 500, fewer for many rows), an integer \>= 1. */
  readonly iterations?: number;
  /** Principal components that t-SNE and UMAP start from, an integer \>= 2. @defaultValue 50, as van der Maaten's code */
  readonly components?: number;
}

/** Result of {@link embed2d}: plain JSON. */
export interface Embedding2d {
  /** Place of each row, `[n][2]`. */
  readonly points: [number, number][];
  /** Share of the variance that each axis of a PCA shows; null for the other methods, whose axes mean nothing. */
  readonly explained: [number, number] | null;
  /**
   * {@link trustworthiness} of the map with 5 neighbours: 1 where neighbours on the map are neighbours, about 0.5 at random;
   * of 1000 rows, evenly spaced, where there are more. Null for fewer than 4 rows.
   */
  readonly trustworthiness: number | null;
}

/** Result of {@link embed2d} by principal components. */
export interface PrincipalMap extends Embedding2d {
  /** Share of the variance that each axis shows. */
  readonly explained: [number, number];
}

/** Rows of which the trustworthiness is computed at most: it takes all distances. */
const judged = 1000;

/**
 * A 2-D map of features by their principal components.
 *
 * @param features - `[n, dim]`; for more than about 1000 rows and 1000 dimensions alike take a sample first.
 * @returns Places, and how much they tell; the signs are fixed.
 * @throws ShapeError on a wrong shape; RangeError where a number is not finite.
 * @example
 * ```ts
 * import { embed2d } from 'selfsup/probes';
 * const { points, explained } = await embed2d([[0, 0, 0], [1, 1, 0], [2, 2, 0.5], [3, 3, 0]]);
 * console.log(points.length, explained); // 4 places; the first axis shows most
 * ```
 */
export function embed2d(features: RowData): Promise<PrincipalMap>;
/**
 * A 2-D map of features, with a measure of how far it can be trusted.
 *
 * @param features - `[n, dim]`; for more than about 1000 rows and 1000 dimensions alike take a sample first.
 * @param seed - Of the methods that begin at random; `'pca'` does not.
 * @param options - Method and its settings.
 * @returns Places, and how much they tell. The same features, seed and options give the same map.
 * @throws ShapeError on a wrong shape; RangeError on an unknown method, too few rows for the neighbours asked for, or where
 * a number is not finite; Error where the package that a method needs is not installed.
 * @see van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008; McInnes et al., "UMAP", arXiv:1802.03426.
 */
export function embed2d(features: RowData, seed: Seed, options?: Embed2dOptions): Promise<Embedding2d>;
export async function embed2d(features: RowData, seed?: Seed, options: Embed2dOptions = {}): Promise<Embedding2d> {
  const where = 'embed2d';
  const {
    method = 'pca',
    perplexity = 30,
    neighbors = 15,
    minDistance = 0.1,
    iterations,
    components = 50,
  } = checkOptions(where, options, ['method', 'perplexity', 'neighbors', 'minDistance', 'iterations', 'components']);
  checkChoice(where, 'method', method, ['pca', 'tsne', 'umap']);
  checkNumbers(where, { perplexity: [perplexity, 2], minDistance: [minDistance, 0, 1] });
  checkIntegers(where, { neighbors: [neighbors, 2], iterations: [iterations ?? 1, 1], components: [components, 2] });
  if (method !== 'pca' && seed === undefined) throw new RangeError(`${where}: method '${method}' needs a seed.`);
  const rows = await readRows(where, 'features', features);
  if (method === 'pca') {
    const { points, shares } = principalPlaces(rows, 2);
    const places = points.map((p): [number, number] => [p[0] as number, p[1] ?? 0]);
    const explained: [number, number] = [shares[0] ?? 0, shares[1] ?? 0];
    return { points: places, explained, trustworthiness: await trust(rows, places) };
  }
  const needed = method === 'tsne' ? 3 * perplexity : neighbors;
  if (rows.rows <= needed) {
    const name = method === 'tsne' ? 'perplexity' : 'neighbors';
    throw new RangeError(`${where}: features must have more than ${needed} rows for this ${name}, got ${rows.rows}.`);
  }
  const { points } = principalPlaces(rows, components);
  const places =
    method === 'tsne'
      ? await tsne(points, seed as Seed, { perplexity, iterations: iterations ?? 500 })
      : await umap(points, seed as Seed, {
          neighbors,
          minDistance,
          ...(iterations === undefined ? {} : { iterations }),
        });
  if (!places.flat().every(Number.isFinite)) {
    throw new RangeError(
      `${where}: method '${method}' found no finite map of these features; look for outliers, or use 'pca'.`,
    );
  }
  return { points: places, explained: null, trustworthiness: await trust(rows, places) };
}

/** Coordinates of each row along its principal components, and their shares of the variance. */
function principalPlaces(rows: HostRows, wanted: number): { points: number[][]; shares: number[] } {
  const found = principalComponents(rows, wanted);
  const places = project(rows, found);
  return {
    points: Array.from({ length: rows.rows }, (_, r) =>
      Array.from(places.subarray(r * found.count, (r + 1) * found.count)),
    ),
    shares: Array.from(found.variances, (v) => (found.totalVariance > 0 ? v / found.totalVariance : 0)),
  };
}

async function trust(rows: HostRows, places: readonly [number, number][]): Promise<number | null> {
  const { values, dim } = rows;
  if (rows.rows < 4) return null;
  const count = Math.min(rows.rows, judged);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * rows.rows) / count));
  const k = Math.min(5, Math.ceil(chosen.length / 2) - 1);
  return trustworthiness(
    chosen.map((i) => values.subarray(i * dim, (i + 1) * dim)),
    chosen.map((i) => places[i] as [number, number]),
    { k },
  );
}
