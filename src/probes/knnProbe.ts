import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { labelsOf } from '../internal/classNames.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { checkKnn, type KnnPredictOptions, knnVote } from './knnPredict.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';

/** Options of {@link knnProbe}. */
export interface KnnProbeOptions extends ProbeOptions, Omit<KnnPredictOptions, 'classes'> {}

/** Result of {@link knnProbe}: plain JSON. */
export interface KnnProbeResult {
  /** Always `'knn'`. */
  readonly probe: 'knn';
  /** Share of test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
  /** Neighbours that voted. */
  readonly k: number;
  /** Temperature of the votes. */
  readonly temperature: number;
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Training samples. */
  readonly trainSamples: number;
  /** Test samples. */
  readonly testSamples: number;
}

/**
 * Nearest-neighbour probe: how well the classes of the most similar training samples tell that of a test sample. Nothing
 * is learnt and nothing has to be chosen, so it is cheap and hard to get wrong.
 *
 * @param data - Training part (the bank) and test part: features, or whatever should be judged as it is.
 * @param seed - Draws the bootstrap.
 * @param options - Neighbours, temperature, and how an encoder is run.
 * @returns Accuracy with its interval, and predictions.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Wu et al., arXiv:1805.01978, section 3.4.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { knnProbe } from 'selfsup/probes';
 *
 * const train = { x: tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), labels: [0, 0, 1, 1] };
 * const test = { x: tensor2d([[0, 2], [4, 1]]), labels: [0, 1] };
 * const { accuracy } = await knnProbe({ train, test }, 1, { k: 1 });
 * ```
 */
export async function knnProbe(data: ProbeData, seed: Seed, options?: KnnProbeOptions): Promise<KnnProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function knnProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: KnnProbeOptions,
): Promise<KnnProbeResult>;
export async function knnProbe(...call: unknown[]): Promise<KnnProbeResult> {
  const args = call as unknown as ProbeArguments<KnnProbeOptions>;
  const given = splitArguments('knnProbe', args).options;
  checkKnn('knnProbe', checkOptions('knnProbe', given, [...probeOptions, 'k', 'temperature', 'normalize', 'chunk']));
  const { train, test, classes, names, seed, options } = await resolveProbe('knnProbe', args);
  const { predictions, k } = await knnVote('knnProbe', test, train, train.labels, names.length, options);
  const hits = predictions.reduce((sum, p, i) => sum + (p === test.labels[i] ? 1 : 0), 0);
  return {
    probe: 'knn',
    accuracy: hits / test.rows,
    interval: accuracyInterval(hits, test.rows, foldIn(seed, 0)),
    predictions: labelsOf(predictions, names),
    k,
    temperature: options.temperature ?? 0.07,
    classes,
    dim: train.dim,
    trainSamples: train.rows,
    testSamples: test.rows,
  };
}
