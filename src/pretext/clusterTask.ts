import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkSeed, checkTensor, isTensor } from '../internal/checks.js';
import { type HostRows, type RowData, readRows } from '../internal/hostRows.js';
import { normalizedRows } from '../internal/nearest.js';
import type { Seed } from '../random/index.js';
import { checkKMeans, cluster, type KMeansOptions } from './kMeans.js';
import { reduceRows } from './reduceRows.js';

/** Options of {@link clusterTask}. */
export interface ClusterTaskOptions extends Omit<KMeansOptions, 'initialCenters'> {
  /** Number of clusters, an integer from 1 to the number of rows; the authors take 10 times the classes they expect. */
  readonly clusters: number;
  /** Directions kept by PCA, an integer \>= 1, at most min(rows, dim); `null` leaves features as they are. @defaultValue 256 */
  readonly pca?: number | null;
  /** Divides PCA coordinates by their deviations. @defaultValue true */
  readonly whiten?: boolean;
  /** Scales rows to length 1 before they are clustered. @defaultValue true */
  readonly normalize?: boolean;
  /** Most updates of the centres, an integer \>= 0. @defaultValue 20, the authors' */
  readonly maxIterations?: number;
}

/** Result of {@link clusterTask}. The caller disposes it. */
export type ClusterTaskResult = {
  /** What was clustered: features reduced, whitened and normalised, float32 `[rows, dim']`. */
  readonly inputs: Tensor2D;
  /** Pseudo-label of each row, int32 `[rows]`. */
  readonly labels: Tensor1D;
  /** Centres of the clusters among `inputs`, float32 `[clusters, dim']`. */
  readonly centers: Tensor2D;
};

/**
 * DeepCluster's pseudo-labels: features of the whole data set, reduced by PCA, whitened, scaled to length 1 and clustered by
 * k-means; the label of an image is its cluster, which a classifier then learns. It is repeated every epoch, with a new head,
 * since the numbers of clusters mean nothing from one time to the next. Draw training images by {@link uniformClusterSampler},
 * lest a few large clusters fill every batch.
 *
 * @param features - `[rows, dim]`: a tensor, `{data, shape}` on the host, or arrays; axes after the first are flattened.
 * @param seed - Draws first centres and the clusters that are split.
 * @param options - Number of clusters, preparation, and those of {@link kMeans}.
 * @returns Prepared features, labels, centres; the caller disposes them.
 * @throws ShapeError, RangeError on wrong shapes or options, and where a number is not finite.
 * @see Caron et al., "Deep clustering for unsupervised learning of visual features", ECCV 2018, arXiv:1807.05520;
 * github.com/facebookresearch/deepcluster, clustering.py (`preprocess_features`, `Kmeans`), which skips directions that
 * have no variance.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { clusterTask } from 'selfsup/pretext';
 *
 * const features = randomNormal<Rank.R2>([60, 8], 0, 1, 'float32', 1);
 * const { labels } = await clusterTask(features, 7, { clusters: 5, pca: 4 });
 * console.log(labels.shape); // 60
 * ```
 */
export async function clusterTask(
  features: RowData,
  seed: Seed,
  options: ClusterTaskOptions,
): Promise<ClusterTaskResult> {
  checkSeed('clusterTask', seed);
  const where = 'clusterTask';
  const {
    clusters,
    pca = 256,
    whiten = true,
    normalize = true,
    maxIterations = 20,
  } = checkOptions('clusterTask', options, [
    'clusters',
    'pca',
    'whiten',
    'normalize',
    'maxIterations',
    'tolerance',
    'batchSize',
    'restarts',
  ]);
  checkFlags('clusterTask', { whiten, normalize });
  checkKMeans(where, seed, options);
  if (pca !== null) checkIntegers(where, { pca: [pca, 1] });
  if (isTensor(features)) checkTensor(where, 'features', features);
  const rows = await readRows(where, 'features', features);
  checkIntegers(where, { clusters: [clusters, 1, rows.rows] });
  const reduced = pca === null ? rows : await reduce(rows, pca, whiten);
  const prepared = normalize ? normalizedRows(reduced) : reduced;
  const { centers, labels } = await cluster(prepared, seed, clusters, null, { ...options, maxIterations });
  const [count, dim] = [prepared.rows, prepared.dim];
  return {
    inputs: tensor2d(Float32Array.from(prepared.values), [count, dim], 'float32'),
    labels: tensor1d(labels, 'int32'),
    centers: tensor2d(Float32Array.from(centers), [clusters, dim], 'float32'),
  };
}

async function reduce(x: HostRows, components: number, whiten: boolean): Promise<HostRows> {
  const { scores, found } = await reduceRows(x, Math.min(components, x.rows, x.dim), whiten);
  return { values: scores, rows: x.rows, dim: found.count };
}
