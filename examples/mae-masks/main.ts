import { parseArgs } from 'node:util';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { MAE, type MAEOptions } from 'selfsup/methods';
import { type MaeModel, maeModel } from 'selfsup/models';
import { fineTuneProbe, knnProbe, linearProbe } from 'selfsup/probes';
import { AdamW, type Batches, batches, cosineSchedule, layerWiseDecay, pretrain } from 'selfsup/training';
import { randomHorizontalFlip } from 'selfsup/transforms';
import { startBackend } from '../pretrain/backend.js';
import type { LabelledImages } from '../pretrain/data/dataset.js';
import { readData } from '../pretrain/data/readData.js';
import { renderScenes } from '../pretrain/data/scenes/index.js';
import { sample } from '../pretrain/evaluate/sample.js';
import { smallMae } from '../pretrain/recipes/mae.js';

const usage = `Pretrains the same masked autoencoder with different masks, for the same number of images, and probes each.

Usage: npm run mae:masks -- [options]

  --data PATH   as for npm run pretrain                               (rendered scenes)
  --size N      height and width to which a folder of images is resized           (32)
  --patch N     side of a patch                                                    (4)
  --steps N     steps of 64 images                                               (200)
  --tune N      steps of fine-tuning; 0: none                                    (100)
  --masks LIST  of untrained, random-75, block-50, block-75, grid-75             (all)
  --seed N                                                                         (0)
`;
const kinds = ['untrained', 'random-75', 'block-50', 'block-75', 'grid-75'];
const batch = 64;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    data: text,
    size: text,
    patch: text,
    steps: text,
    tune: text,
    masks: text,
    seed: text,
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const number = (name: 'size' | 'patch' | 'steps' | 'tune' | 'seed', otherwise: number): number => {
  const value = Number(values[name] ?? otherwise);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} must be an integer, got ${values[name]}`);
};
const settings = {
  size: number('size', 32),
  patchSize: number('patch', 4),
  steps: number('steps', 200),
  tune: number('tune', 100),
  seed: number('seed', 0),
};
const chosen = values.masks?.split(',') ?? kinds;
const unknown = chosen.find((name) => !kinds.includes(name));
if (unknown !== undefined) throw new Error(`--masks: ${unknown} is none of ${kinds.join(', ')}`);

await startBackend('wasm');
const { seed, size, patchSize } = settings;
const dataset = values.data === undefined ? renderScenes(seed) : await readData(values.data, { size, seed });
if (dataset.test === null) throw new Error('the data has no labels to probe with');
const probed = { train: part(sample(dataset.train, 5000, 1)), test: part(sample(dataset.test, 2000, 2)) };
const [, height, width, channels] = dataset.train.images.shape;
console.log(`${dataset.name}: ${dataset.train.images.shape[0]} images; ${settings.steps} steps of ${batch}`);
console.log('mask        steps   seconds   loss    linear                  kNN                     fine-tuned');
for (const name of chosen) {
  const model = maeModel({ size: [height, width], channels, patchSize, ...smallMae, seed });
  const [strategy, percent] = name.split('-') as [NonNullable<MAEOptions['strategy']>, string];
  const trained = name === 'untrained' ? null : await train(model, { strategy, ratio: Number(percent) / 100 });
  console.log(
    [
      name.padEnd(12),
      String(trained?.steps ?? 0).padEnd(8),
      (trained?.seconds ?? 0).toFixed(0).padEnd(10),
      (trained === null ? '' : mean(trained.loss.slice(-20)).toFixed(3)).padEnd(8),
      ...(await judge(model.features)),
    ].join(''),
  );
  for (const each of [model.features, model.encoder, model.decoder]) each.dispose();
}

/** Pretrains, the same number of steps for each mask. */
async function train(model: MaeModel, mask: Pick<MAEOptions, 'strategy' | 'ratio'>) {
  const method = new MAE({ model, ...mask });
  const optimizer = new AdamW({ learningRate: 1e-3, beta1: 0.9, beta2: 0.95, weightDecay: 0.05 });
  const { steps } = settings;
  const learningRate = cosineSchedule({ base: 1.5e-3, end: 0, steps, warmup: Math.ceil(steps / 20) });
  const source = batches(dataset.train.images, { size: batch }, seed) as Batches<Tensor4D>;
  const history = await pretrain(method, source, { steps, seed, optimizer, learningRate });
  optimizer.dispose();
  return history;
}

/** Accuracies with their intervals. */
async function judge(encoder: LayersModel): Promise<string[]> {
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
  if (settings.tune === 0) return results;
  const tuned = await fineTuneProbe(encoder, probed, 3, {
    steps: settings.tune,
    optimizer: (copy) => new AdamW({ learningRate: 1e-3, weightDecay: 0.05, learningRateScale: layerWiseDecay(copy) }),
    learningRate: cosineSchedule({ base: 2e-3, end: 0, steps: settings.tune, warmup: Math.ceil(settings.tune / 10) }),
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
