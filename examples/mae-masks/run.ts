import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MAE, type MAEOptions } from 'selfsup/methods';
import { type MaeModel, maeModel } from 'selfsup/models';
import { fineTuneProbe, knnProbe, linearProbe, type ProbeData } from 'selfsup/probes';
import { AdamW, type Batches, batches, cosineSchedule, layerWiseDecay, pretrain } from 'selfsup/training';
import { randomHorizontalFlip } from 'selfsup/transforms';
import { startBackend } from '../pretrain/backend.js';
import type { LabelledImages } from '../pretrain/data/dataset.js';
import { readData } from '../pretrain/data/readData.js';
import { renderScenes } from '../pretrain/data/scenes/index.js';
import { sample } from '../pretrain/evaluate/sample.js';
import { Failure } from '../pretrain/failure.js';
import { smallMae } from '../pretrain/recipes/mae.js';
import type { Options } from './options.js';

const batch = 64;

/** Prints a line a mask: the run, then accuracies with their intervals. */
export async function run(options: Options): Promise<void> {
  await startBackend('wasm');
  const { data, seed, size, patchSize, steps, tune } = options;
  const dataset = data === undefined ? renderScenes(seed) : await readData(data, { size, seed });
  if (dataset.test === null) throw new Failure(`--data ${data}: the data has no labels to probe with`);
  const probed = { train: part(sample(dataset.train, 5000, 1)), test: part(sample(dataset.test, 2000, 2)) };
  const [, height, width, channels] = dataset.train.images.shape;
  console.log(`${dataset.name}: ${dataset.train.images.shape[0]} images; ${steps} steps of ${batch}`);
  console.log('mask        steps   seconds   loss    linear                  kNN                     fine-tuned');
  for (const name of options.masks) {
    const model = maeModel({ size: [height, width], channels, patchSize, ...smallMae, seed });
    const [strategy, percent] = name.split('-') as [NonNullable<MAEOptions['strategy']>, string];
    const trained =
      name === 'untrained'
        ? null
        : await train(model, dataset.train.images, { strategy, ratio: Number(percent) / 100 }, { steps, seed });
    console.log(
      [
        name.padEnd(12),
        String(trained?.steps ?? 0).padEnd(8),
        (trained?.seconds ?? 0).toFixed(0).padEnd(10),
        (trained === null ? '' : mean(trained.loss.slice(-20)).toFixed(3)).padEnd(8),
        ...(await judge(model.features, probed, tune)),
      ].join(''),
    );
    for (const each of [model.features, model.encoder, model.decoder]) each.dispose();
  }
}

/** Pretrains, the same number of steps for each mask. */
async function train(
  model: MaeModel,
  images: LabelledImages['images'],
  mask: Pick<MAEOptions, 'strategy' | 'ratio'>,
  { steps, seed }: { readonly steps: number; readonly seed: number },
) {
  const method = new MAE({ model, ...mask });
  const optimizer = new AdamW({ learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 });
  const learningRate = cosineSchedule({ base: 1.5e-3, end: 0, steps, warmup: Math.ceil(steps / 20) });
  const source = batches(images, { size: batch }, seed) as Batches<Tensor4D>;
  const history = await pretrain(method, source, { steps, seed, optimizer, learningRate });
  optimizer.dispose();
  return history;
}

/** Accuracies with their intervals. */
async function judge(encoder: LayersModel, probed: ProbeData, tune: number): Promise<string[]> {
  const told = ({
    accuracy,
    interval: [low, high],
  }: {
    accuracy: number;
    interval: readonly [number, number];
  }): string => `${percentOf(accuracy)} (${percentOf(low)} to ${percentOf(high)})`.padEnd(24);
  const results = [
    told(await linearProbe(encoder, probed, 3, { C: [1e-2, 0.1, 1], tolerance: 1e-3, maxIterations: 200 })),
    told(await knnProbe(encoder, probed, 3, { k: 20 })),
  ];
  if (tune === 0) return results;
  const tuned = await fineTuneProbe(encoder, probed, 3, {
    steps: tune,
    optimizer: (copy) => new AdamW({ learningRate: 1e-3, weightDecay: 0.05, learningRateScale: layerWiseDecay(copy) }),
    learningRate: cosineSchedule({ base: 2e-3, end: 0, steps: tune, warmup: Math.ceil(tune / 10) }),
    transform: randomHorizontalFlip(),
  });
  return [...results, told(tuned)];
}

function part({ images, labels }: LabelledImages) {
  return { x: images, labels: labels as Int32Array };
}

function percentOf(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
}
