import { train as optimizers, relu, type Tensor, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { takeRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import type { HostRows } from '../internal/hostRows.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { count } from './chooseStrength.js';
import { type ProbeArguments, type ProbeData, type ProbeOptions, resolveProbe, splitArguments } from './probeData.js';
import { columnScale, standardized } from './standardize.js';
import {
  applyHead,
  checkTraining,
  classify,
  countSteps,
  type LinearHead,
  linearHead,
  type TrainingOptions,
  trainClassifier,
  trainingOptions,
  warmCosine,
} from './trainClassifier.js';

/**
 * Options of {@link mlpProbe}. `batchSize` is that of training; an encoder is run as `extractFeatures` does it.
 */
export interface MlpProbeOptions extends TrainingOptions, Omit<ProbeOptions, 'batchSize'> {
  /** Units of the hidden layer, an integer \>= 1. @defaultValue 256 */
  readonly hidden?: number;
}

/** Result of {@link mlpProbe}: plain JSON. */
export interface MlpProbeResult {
  /** Always `'mlp'`. */
  readonly probe: 'mlp';
  /** Share of test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
  /** Share of training samples that are classified right. */
  readonly trainAccuracy: number;
  /** Training loss of each step. */
  readonly loss: number[];
  /** Units of the hidden layer. */
  readonly hidden: number;
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
 * A small network on frozen features: one hidden layer with ReLU, trained by Adam. Where it does much better than the
 * linear probe, the classes are in the features but not along straight lines. Features are standardised with the
 * statistics of the training part.
 *
 * @param data - Training and test part: features, or whatever should be judged as it is, such as pixels.
 * @param seed - Draws the weights, the batches and the bootstrap.
 * @param options - Hidden units, length of training, and how an encoder is run.
 * @returns Accuracy with its interval, predictions and the loss curve; judged on the last step.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Hewitt and Liang, "Designing and interpreting probes with control tasks", arXiv:1909.03368: what a strong probe
 * learns may be its own work; put a random encoder beside it.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { mlpProbe } from 'selfsup/probes';
 *
 * const xor = { x: tensor2d([[0, 0], [1, 1], [0, 1], [1, 0]]), labels: [0, 0, 1, 1] };
 * const { accuracy } = await mlpProbe({ train: xor, test: xor }, 1, { epochs: 50, hidden: 16, learningRate: 0.05 });
 * ```
 */
export async function mlpProbe(data: ProbeData, seed: Seed, options?: MlpProbeOptions): Promise<MlpProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function mlpProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: MlpProbeOptions,
): Promise<MlpProbeResult>;
export async function mlpProbe(...call: unknown[]): Promise<MlpProbeResult> {
  const args = call as unknown as ProbeArguments<MlpProbeOptions>;
  const { options } = splitArguments('mlpProbe', args);
  checkOptions('mlpProbe', options, [...trainingOptions, 'layer', 'pool', 'range', 'classes', 'hidden']);
  const { hidden = 256 } = options;
  checkIntegers('mlpProbe', { hidden: [hidden, 1] });
  checkTraining('mlpProbe', options);

  const { train, test, classes, names, seed } = await resolveProbe('mlpProbe', args);
  const scale = columnScale(train);
  const upload = (x: HostRows): Tensor2D => {
    const { values, rows, dim } = standardized(x, scale);
    return tensor2d(values as Float32Array, [rows, dim]);
  };
  const first = linearHead(train.dim, hidden, Math.sqrt(2 / train.dim), foldIn(seed, 0));
  const second = linearHead(hidden, names.length, Math.sqrt(1 / hidden), foldIn(seed, 1));
  const variables = [first, second].flatMap(({ kernel, bias }: LinearHead) => [kernel, bias]);
  const optimizer = optimizers.adam(1e-3, 0.9, 0.999, 1e-8);
  const [x, held] = [upload(train), upload(test)];
  const logits = (features: Tensor2D): Tensor2D => tidy(() => applyHead(relu(applyHead(features, first)), second));
  try {
    const training = {
      labels: train.labels,
      classes: names.length,
      variables,
      optimizer,
      learningRate: options.learningRate ?? warmCosine(1e-3, countSteps(train.rows, options)),
      inputs: (rows: Int32Array) => takeRows(x, rows),
      logits: (features: Tensor) => logits(features as Tensor2D),
    };
    const loss = await trainClassifier('mlpProbe', training, foldIn(seed, 2), options);
    const predictions = await classify(held, logits);
    const hits = count(predictions, test.labels);
    return {
      probe: 'mlp',
      accuracy: hits / test.rows,
      interval: accuracyInterval(hits, test.rows, foldIn(seed, 3)),
      predictions: labelsOf(predictions, names),
      trainAccuracy: count(await classify(x, logits), train.labels) / train.rows,
      loss,
      hidden,
      classes,
      dim: train.dim,
      trainSamples: train.rows,
      testSamples: test.rows,
    };
  } finally {
    for (const one of [...variables, x, held]) one.dispose();
    optimizer.dispose();
  }
}
