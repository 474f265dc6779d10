import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, checkSeed, checkTensor, isTensor } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type HostRows, type RowData, readRows } from '../internal/hostRows.js';
import { type RowFrame, rowFrame } from '../internal/rowBlocks.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { firstCenters } from './firstCenters.js';
import { lloyd } from './lloyd.js';
import type { Centers } from './nearestCenters.js';

/** Options of {@link kMeans}. */
export interface KMeansOptions {
  /** Number of clusters, an integer from 1 to the number of rows. @defaultValue the rows of `initialCenters`; else required */
  readonly clusters?: number;
  /** Where the centres start, `[clusters, dim]`. @defaultValue drawn by greedy k-means++ */
  readonly initialCenters?: RowData;
  /** Most updates of the centres, an integer \>= 0; with 0 rows are only assigned. @defaultValue 100 */
  readonly maxIterations?: number;
  /**
   * Stops once the squared movements of the centres sum to this share of the mean variance of the columns, \>= 0; at 0 only
   * when no row changes its cluster. @defaultValue 1e-4, as in scikit-learn
   */
  readonly tolerance?: number;
  /**
   * Rows of a mini-batch, an integer \>= 1: each iteration then draws so many rows and moves centres to the running means of
   * what they got, `maxIterations` times whatever the tolerance. @defaultValue all rows
   */
  readonly batchSize?: number;
  /** Runs from different first centres, of which the one of least inertia is kept, an integer \>= 1. @defaultValue 1 */
  readonly restarts?: number;
}

/** Result of {@link kMeans}. The caller disposes the tensors. */
export type KMeansResult = {
  /** Cluster of each row, int32 `[rows]`. */
  readonly labels: Tensor1D;
  /** Centres, float32 `[clusters, dim]`. */
  readonly centers: Tensor2D;
  /** Sum of the squared distances of the rows from their centres. */
  readonly inertia: number;
  /** Updates of the centres that were made. */
  readonly iterations: number;
};

/**
 * k-means: centres that minimise the sum of squared distances of rows from the nearest of them, by Lloyd's iterations or by
 * mini-batches. Labels and inertia are those of the centres returned. A cluster that becomes empty is refilled by splitting a
 * large one; one stays empty only where there are fewer different rows than clusters.
 *
 * Distances are computed on the backend in float32 around the mean of the rows, 16 MiB at a time, means on the host in
 * float64: memory is that of the rows on the host and about 100 MiB.
 *
 * @param x - Rows `[rows, dim]`: a tensor, `{data, shape}` on the host, or arrays; axes after the first are flattened.
 * @param seed - Draws first centres, mini-batches, and the clusters that are split.
 * @param options - Number of clusters, first centres, when to stop.
 * @returns Labels, centres, inertia; the caller disposes the tensors.
 * @throws ShapeError, RangeError on wrong shapes or options, and where a number is not finite.
 * @see Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; Sculley, "Web-scale k-means
 * clustering", WWW 2010; scikit-learn `KMeans`; faiss `Clustering.cpp` for empty clusters.
 * @example
 * ```ts
 * import { kMeans } from 'selfsup/pretext';
 *
 * const { labels, centers, inertia } = await kMeans([[0, 0], [0, 1], [5, 5], [5, 6]], 1, { clusters: 2 });
 * labels.print(); // two and two
 * console.log(inertia); // 1
 * ```
 */
export async function kMeans(x: RowData, seed: Seed, options: KMeansOptions): Promise<KMeansResult> {
  checkSeed('kMeans', seed);
  checkOptions('kMeans', options, [
    'clusters',
    'initialCenters',
    'maxIterations',
    'tolerance',
    'batchSize',
    'restarts',
  ]);
  const where = 'kMeans';
  if (isTensor(x)) checkTensor(where, 'x', x);
  if (isTensor(options.initialCenters)) checkTensor(where, 'initialCenters', options.initialCenters);
  const { rows, clusters, first } = await readKMeans(where, x, seed, options);
  const { centers, labels, inertia, iterations } = await cluster(rows, seed, clusters, first, options);
  return {
    labels: tensor1d(labels, 'int32'),
    centers: tensor2d(Float32Array.from(centers), [clusters, rows.dim], 'float32'),
    inertia,
    iterations,
  };
}

/** Checks the options that can be checked without the rows. */
export function checkKMeans(where: string, seed: Seed, options: KMeansOptions): void {
  const {
    clusters,
    initialCenters,
    maxIterations = 100,
    tolerance = 1e-4,
    batchSize = 1,
    restarts = 1,
  } = options ?? {};
  randomKey(seed);
  checkIntegers(where, { maxIterations: [maxIterations, 0], batchSize: [batchSize, 1], restarts: [restarts, 1] });
  checkNumbers(where, { tolerance: [tolerance, 0] });
  if (clusters !== undefined || initialCenters === undefined) {
    checkIntegers(where, { clusters: [clusters ?? Number.NaN, 1] });
  }
}

async function readKMeans(
  where: string,
  x: RowData,
  seed: Seed,
  options: KMeansOptions,
): Promise<{ rows: HostRows; clusters: number; first: HostRows | null }> {
  checkKMeans(where, seed, options);
  const { initialCenters } = options;
  const first = initialCenters === undefined ? null : await readRows(where, 'initialCenters', initialCenters);
  const rows = await readRows(where, 'x', x);
  const clusters = options.clusters ?? (first?.rows as number);
  checkIntegers(where, { clusters: [clusters, 1, rows.rows] });
  if (first && (first.rows !== clusters || first.dim !== rows.dim)) {
    throw new ShapeError(
      `${where}: initialCenters must have shape [${clusters}, ${rows.dim}], got [${first.rows}, ${first.dim}].`,
    );
  }
  return { rows, clusters, first };
}

/** k-means of rows on the host; the best of the restarts. */
export async function cluster(
  rows: HostRows,
  seed: Seed,
  clusters: number,
  first: HostRows | null,
  options: KMeansOptions,
): Promise<{ centers: Float64Array; labels: Int32Array; inertia: number; iterations: number }> {
  const { maxIterations = 100, tolerance = 1e-4, batchSize = null, restarts = 1 } = options;
  const frame = rowFrame(rows);
  let best: { centers: Float64Array; labels: Int32Array; inertia: number; iterations: number } | null = null;
  for (let run = 0; run < (first ? 1 : restarts); run++) {
    const key = foldIn(seed, run);
    const start = first ? toFrame(first, frame) : await firstCenters(rows, frame, foldIn(key, 0), clusters);
    const found = await lloyd(rows, frame, foldIn(key, 1), start, { maxIterations, tolerance, batchSize });
    const centers = fromFrame(found.centers, frame);
    const inertia = inertiaOf(rows, centers, found.labels);
    if (best === null || inertia < best.inertia) best = { ...found, centers, inertia };
  }
  return best as NonNullable<typeof best>;
}

function toFrame({ values, rows, dim }: HostRows, { mean, scale }: RowFrame): Centers {
  return { values: Float64Array.from(values, (v, i) => (v - (mean[i % dim] as number)) * scale), count: rows };
}

function fromFrame({ values }: Centers, { mean, scale }: RowFrame): Float64Array {
  return values.map((v, i) => v / scale + (mean[i % mean.length] as number));
}

/** Sum of squared distances, in float64. */
function inertiaOf({ values, rows, dim }: HostRows, centers: Float64Array, labels: Int32Array): number {
  let sum = 0;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0, at = (labels[r] as number) * dim; c < dim; c++, i++, at++) {
      sum += ((values[i] as number) - (centers[at] as number)) ** 2;
    }
  }
  return sum;
}
