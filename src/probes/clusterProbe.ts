import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers } from '../internal/checks.js';
import { normalizedRows } from '../internal/nearest.js';
import { kMeans } from '../pretext/kMeans.js';
import { foldIn, type Seed } from '../random/index.js';
import { adjustedMutualInfo } from './metrics/adjustedMutualInfo.js';
import { adjustedRandIndex, normalizedMutualInfo, purity } from './metrics/clustering.js';
import { clusteringAccuracy } from './metrics/clusteringAccuracy.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';

/** Options of {@link clusterProbe}. */
export interface ClusterProbeOptions extends ProbeOptions {
  /** Number of clusters, an integer from 1 to the number of test samples. @defaultValue the number of classes */
  readonly clusters?: number;
  /** Scales features to length 1 first. @defaultValue true */
  readonly normalize?: boolean;
  /** Runs of k-means, of which the one of least inertia is kept, an integer \>= 1. @defaultValue 10 */
  readonly restarts?: number;
  /** Most updates of the centres of a run, an integer \>= 1. @defaultValue 100 */
  readonly maxIterations?: number;
}

/** Result of {@link clusterProbe}: plain JSON. */
export interface ClusterProbeResult {
  /** Always `'cluster'`. */
  readonly probe: 'cluster';
  /** Share of test samples that are right when clusters and classes are matched one to one in the best way. */
  readonly accuracy: number;
  /** Normalised mutual information of clusters and classes. */
  readonly normalizedMutualInfo: number;
  /** The same, corrected for chance. */
  readonly adjustedMutualInfo: number;
  /** Adjusted Rand index. */
  readonly adjustedRandIndex: number;
  /** Share of samples that belong to the most frequent class of their cluster. */
  readonly purity: number;
  /** Cluster of each test sample. */
  readonly predictions: number[];
  /** Sum of the squared distances from the centres. */
  readonly inertia: number;
  /** Number of clusters. */
  readonly clusters: number;
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Test samples. */
  readonly testSamples: number;
}

/**
 * Cluster probe: k-means on the test features, and how well its clusters agree with the classes. Labels are used for the
 * comparison alone, those of the training part not at all.
 *
 * @param data - Training part (only checked) and test part: features, or whatever should be judged as it is.
 * @param seed - Draws first centres.
 * @param options - Clusters, how k-means runs, and how an encoder is run.
 * @returns Scores, and the cluster of each test sample.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Caron et al., arXiv:1807.05520, section 4.1 (normalised mutual information); Ji et al., arXiv:1807.06653 (accuracy).
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { clusterProbe } from 'selfsup/probes';
 *
 * const part = { x: tensor2d([[0, 1], [0.1, 1], [1, 0], [1, 0.1]]), labels: [0, 0, 1, 1] };
 * const { accuracy, adjustedMutualInfo } = await clusterProbe({ train: part, test: part }, 1);
 * console.log(accuracy, adjustedMutualInfo); // 1, 1
 * ```
 */
export async function clusterProbe(
  data: ProbeData,
  seed: Seed,
  options?: ClusterProbeOptions,
): Promise<ClusterProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function clusterProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: ClusterProbeOptions,
): Promise<ClusterProbeResult>;
export async function clusterProbe(...call: unknown[]): Promise<ClusterProbeResult> {
  const where = 'clusterProbe';
  const args = call as unknown as ProbeArguments<ClusterProbeOptions>;
  const given = splitArguments(where, args).options;
  const {
    clusters: asked,
    normalize = true,
    restarts = 10,
    maxIterations = 100,
  } = checkOptions(where, given, [...probeOptions, 'clusters', 'normalize', 'restarts', 'maxIterations']);
  checkIntegers(where, { clusters: [asked ?? 1, 1], restarts: [restarts, 1], maxIterations: [maxIterations, 1] });
  checkFlags(where, { normalize });
  const { test, classes, seed } = await resolveProbe(where, args);
  const clusters = asked ?? classes;
  checkIntegers(where, { clusters: [clusters, 1, test.rows] });
  const { values, dim } = normalize ? normalizedRows(test) : test;
  const rows = { data: Float32Array.from(values), shape: [test.rows, dim] };
  const found = await kMeans(rows, foldIn(seed, 0), { clusters, restarts, maxIterations });
  found.centers.dispose();
  const predictions = Array.from(await found.labels.data());
  found.labels.dispose();
  return {
    probe: 'cluster',
    accuracy: await clusteringAccuracy(predictions, test.labels),
    normalizedMutualInfo: await normalizedMutualInfo(predictions, test.labels),
    adjustedMutualInfo: await adjustedMutualInfo(predictions, test.labels),
    adjustedRandIndex: await adjustedRandIndex(predictions, test.labels),
    purity: await purity(predictions, test.labels),
    predictions,
    inertia: found.inertia,
    clusters,
    classes,
    dim,
    testSamples: test.rows,
  };
}
