import { type Optimizer, type Tensor, type Tensor4D, tidy, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, type Data, takeRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { labelsOf, nameClasses } from '../internal/classNames.js';
import { ShapeError } from '../internal/errors.js';
import { readLabels } from '../internal/hostRows.js';
import { copyModel } from '../momentum/copyModel.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { count } from './chooseStrength.js';
import { checkInputs, checkWeights, toInputs } from './encoderInputs.js';
import { featuresOf, toVectors } from './extractFeatures.js';
import { labelledRows } from './labelledRows.js';
import { type ProbeData, splitArguments } from './probeData.js';
import {
  applyHead,
  checkTraining,
  classify,
  countSteps,
  linearHead,
  type TrainingOptions,
  trainClassifier,
  trainingOptions,
  warmCosine,
} from './trainClassifier.js';

/** Options of {@link fineTuneProbe}. */
export interface FineTuneProbeOptions extends TrainingOptions {
  /**
   * Makes the optimizer for the copy that is trained, such as `AdamW` with `layerWiseDecay(encoder)` of
   * `selfsup/training`; it is disposed at the end.
   * @defaultValue Adam with epsilon 1e-8
   */
  readonly optimizer?: (encoder: LayersModel) => Optimizer;
  /** Changes training inputs: an augmentation. @defaultValue none */
  readonly transform?: FineTuneTransform;
  /** Share of the training labels that is used, in (0, 1], class by class, one of each at least. @defaultValue 1 */
  readonly fraction?: number;
  /** Number of classes, more than the largest label. @defaultValue those that occur */
  readonly classes?: number;
  /** How an output of more than two axes becomes a vector, see `extractFeatures`. @defaultValue 'average' */
  readonly pool?: 'average' | 'first' | 'flatten';
  /** What float images may hold, see `extractFeatures`. @defaultValue 'unit': numbers in [0, 1] */
  readonly range?: 'unit' | 'any';
}

/** A random transform of inputs, such as those of `selfsup/transforms`; it makes a new tensor. */
export type FineTuneTransform = ((x: Tensor4D, seed: Seed) => Tensor) | ((x: Tensor, seed: Seed) => Tensor);

/** Result of {@link fineTuneProbe}: plain JSON. */
export interface FineTuneProbeResult {
  /** Always `'fineTune'`. */
  readonly probe: 'fineTune';
  /** Share of test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
  /** Training loss of each step. */
  readonly loss: number[];
  /** Steps taken. */
  readonly steps: number;
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample that the linear head sees. */
  readonly dim: number;
  /** Training samples whose labels were used. */
  readonly trainSamples: number;
  /** Test samples. */
  readonly testSamples: number;
}

/**
 * Fine-tuning: how well an encoder does as the start of supervised training. A copy of the encoder and a linear head on top
 * are trained together; the encoder that was given stays as it is. The copy runs in training mode (batch normalisation
 * with the statistics of the batch, dropout) and is judged in inference mode, on the last step: nothing is chosen by the
 * test part.
 *
 * @param encoder - What is copied: a built model with one output. Layer classes that tfjs does not know by name yet are
 * registered with it.
 * @param data - Its inputs and their classes: training part and test part.
 * @param seed - Draws the labelled share, the head, the batches, the transform and the bootstrap.
 * @param options - Length, optimizer, augmentation.
 * @returns Accuracy with its interval, predictions and the loss curve. Everything that was made is disposed.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where an input or a weight is not finite; Error where
 * the loss or a trained weight is not finite.
 * @see He et al., MAE, arXiv:2111.06377, table 9 (the recipe of ViTs: AdamW, layer-wise decay 0.75, cosine); Chen et al.,
 * SimCLR, arXiv:2002.05709, appendix B.5 (balanced 1 % and 10 % of the labels).
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * import { fineTuneProbe } from 'selfsup/probes';
 * import { AdamW, layerWiseDecay } from 'selfsup/training';
 * import { randomHorizontalFlip } from 'selfsup/transforms';
 *
 * const part = (n: number) => ({
 *   x: { data: new Uint8Array(n * 192).map((_, i) => (Math.floor(i / 192) % 2) * 120 + (i % 97)), shape: [n, 8, 8, 3] },
 *   labels: Array.from({ length: n }, (_, i) => i % 2),
 * });
 * const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [4] }); // better: a pretrained one
 * const { accuracy, loss } = await fineTuneProbe(encoder, { train: part(16), test: part(8) }, 1, {
 *   epochs: 2,
 *   batchSize: 8,
 *   optimizer: (copy) => new AdamW({ learningRate: 1e-3, learningRateScale: layerWiseDecay(copy) }),
 *   transform: randomHorizontalFlip(),
 * });
 * console.log(accuracy, loss.length);
 * ```
 */
export async function fineTuneProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options: FineTuneProbeOptions = {},
): Promise<FineTuneProbeResult> {
  const where = 'fineTuneProbe';
  checkOptions(where, options, [...trainingOptions, 'optimizer', 'transform', 'fraction', 'classes', 'pool', 'range']);
  const { fraction = 1, pool = 'average', optimizer: makeOptimizer } = options;
  const key = splitArguments(where, [encoder, data, seed]).seed;
  checkTraining(where, options);
  checkNumbers(where, { fraction: [fraction, Number.MIN_VALUE, 1] });
  checkChoice(where, 'pool', pool, ['average', 'first', 'flatten']);
  for (const part of ['train', 'test'] as const) checkShape(`data.${part}.x`, encoder, data[part].x);
  const dim = headWidth(encoder, pool);
  const trainLabels = await readLabels(where, 'data.train.labels', data.train.labels, data.train.x.shape[0]);
  const testLabels = await readLabels(where, 'data.test.labels', data.test.labels, data.test.x.shape[0]);
  const { classes, names, indices } = nameClasses(where, options.classes, [trainLabels, testLabels]);
  const [known, truth] = indices as [Int32Array, Int32Array];

  await checkWeights(where, encoder);
  for (const part of ['train', 'test'] as const)
    await checkInputs(where, `data.${part}.x`, data[part].x, options.range);
  const rows = labelledRows(known, fraction, foldIn(key, 0));
  const { model, parameters } = copyModel(where, encoder);
  const head = linearHead(dim, names.length, 0.01, foldIn(key, 1));
  let optimizer: Optimizer | undefined;
  try {
    const weights = parameters.map(({ target }) => target);
    for (const weight of weights) (weight as { trainable: boolean }).trainable = true;
    optimizer = makeOptimizer ? makeOptimizer(model) : train.adam(1e-3, 0.9, 0.999, 1e-8);
    const training = {
      labels: rows.map((r) => known[r] as number),
      classes: names.length,
      variables: [...weights, head.kernel, head.bias],
      optimizer,
      learningRate:
        options.learningRate ?? (makeOptimizer ? undefined : warmCosine(1e-3, countSteps(rows.length, options))),
      inputs: (positions: Int32Array, step: Seed) =>
        prepare(encoder, data.train.x, rows, positions, step, options.transform),
      logits: (x: Tensor) => applyHead(toVectors(model.apply(x, { training: true }) as Tensor, pool), head),
    };
    const loss = await trainClassifier(where, training, foldIn(key, 2), options);
    const features = await featuresOf(where, model, data.test.x, { pool });
    const predictions = await classify(features, (x) => applyHead(x, head)).finally(() => features.dispose());
    const hits = count(predictions, truth);
    return {
      probe: 'fineTune',
      accuracy: hits / truth.length,
      interval: accuracyInterval(hits, truth.length, foldIn(key, 3)),
      predictions: labelsOf(predictions, names),
      loss,
      steps: loss.length,
      classes,
      dim,
      trainSamples: rows.length,
      testSamples: truth.length,
    };
  } finally {
    model.dispose();
    head.kernel.dispose();
    head.bias.dispose();
    optimizer?.dispose();
  }
}

/** A batch as the encoder takes it. */
function prepare(
  encoder: LayersModel,
  x: Data,
  rows: Int32Array,
  positions: Int32Array,
  seed: Seed,
  transform: FineTuneTransform | undefined,
): Tensor {
  return tidy(() => {
    const taken = takeRows(
      x,
      positions.map((i) => rows[i] as number),
    );
    const batch = toInputs('fineTuneProbe', 'data.train.x', encoder, taken);
    return transform ? (transform as (x: Tensor, seed: Seed) => Tensor)(batch, seed) : batch;
  });
}

function checkShape(name: string, encoder: LayersModel, x: Data): void {
  checkData('fineTuneProbe', name, x);
  const wanted = encoder.inputs?.[0]?.shape ?? [null];
  if (wanted.length !== x.shape.length) {
    const axes = wanted.map((n) => n ?? 'any').join(', ');
    throw new ShapeError(`fineTuneProbe: ${name} must have shape [${axes}], got [${x.shape.join(', ')}].`);
  }
}

function headWidth(encoder: LayersModel, pool: 'average' | 'first' | 'flatten'): number {
  const shape = encoder.outputs?.[0]?.shape.slice(1) ?? [];
  const width = (pool === 'flatten' ? shape : shape.slice(-1)).reduce<number>((size, n) => size * (n ?? Number.NaN), 1);
  if (encoder.outputs?.length === 1 && width >= 1) return width;
  throw new ShapeError(
    `fineTuneProbe: encoder must have one output of known width, got ${encoder.outputs?.length} of shape [${shape}].`,
  );
}
