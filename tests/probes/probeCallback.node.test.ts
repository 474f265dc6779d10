import '@tensorflow/tfjs-backend-cpu';
import { memory, train } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { SimCLR } from '../../src/methods/index.js';
import { smallConvNet } from '../../src/models/index.js';
import { knnProbe, type ProbeEntry, probeCallback } from '../../src/probes/index.js';
import { batches, pretrain } from '../../src/training/index.js';
import { halves } from './images.js';

const data = { train: halves(1, 12), test: halves(2, 8) };
const encoder = () => smallConvNet({ inputShape: [6, 6, 3], channels: [3], seed: 1 });

test('probes before, every n steps and at the end, and changes nothing of the training', async () => {
  const run = async (watched: boolean) => {
    const method = new SimCLR({ encoder: encoder() });
    const seen: ProbeEntry[] = [];
    const watch = probeCallback(method.encoder, data, 1, { every: 2, k: 3, log: (entry) => seen.push(entry) });
    const optimizer = train.adam(0.01, 0.9, 0.999, 1e-8);
    const before = memory().numTensors;
    const history = await pretrain(method, batches(data.train.x, { size: 6 }, 1), {
      steps: 5,
      optimizer,
      seed: 1,
      callbacks: watched ? [watch] : [],
    });
    const left = memory().numTensors - before;
    const last = await knnProbe(method.encoder, data, 1, { k: 3 });
    method.dispose();
    method.encoder.dispose();
    optimizer.dispose();
    return { history, watch, seen, left, last };
  };
  const [watched, plain] = [await run(true), await run(false)];
  expect(watched.history.loss).toEqual(plain.history.loss);
  expect(watched.left).toBe(plain.left);
  expect(watched.watch.history.map(({ step }) => step)).toEqual([0, 2, 4, 5]);
  expect(watched.seen).toEqual(watched.watch.history);
  expect(watched.watch.history.map(({ loss }) => loss)).toEqual([
    null,
    ...[1, 3, 4].map((i) => watched.history.loss[i]),
  ]);
  expect(watched.watch.history.at(-1)?.accuracy).toBe(watched.last.accuracy);
  expect(JSON.parse(JSON.stringify(watched.watch.history))).toEqual(watched.watch.history);
});

test('counts from where a resumed run starts, and steps by itself where logs have none, as in fit', async () => {
  const model = encoder();
  const resumed = probeCallback(model, data, 1, { every: 4, probe: 'ridge' });
  for (const step of [6, 7, 8]) {
    await resumed.onBatchBegin(step, { step });
    await resumed.onBatchEnd(step, { step, loss: step });
  }
  await resumed.onTrainEnd();
  expect(resumed.history.map(({ step, loss }) => [step, loss])).toEqual([
    [6, null],
    [8, 7],
    [9, 8],
  ]);
  const fitted = probeCallback(model, data, 1, { every: 3, start: false, probe: 'linear' });
  for (let batch = 0; batch < 3; batch++) {
    await fitted.onBatchBegin(batch);
    await fitted.onBatchEnd(batch);
  }
  await fitted.onTrainEnd();
  expect(fitted.history.map(({ step }) => step)).toEqual([3]);
  model.dispose();
});

test('a probe that fails says so and goes on; what is wrong from the start throws', async () => {
  const broken = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }); // does not take images
  const watch = probeCallback(broken, data, 1, { every: 1 });
  await watch.onBatchBegin(0, { step: 0 });
  expect(watch.history[0]).toMatchObject({ step: 0, accuracy: null, interval: null });
  expect(watch.history[0]?.error).toBeTruthy();
  expect(() => probeCallback(broken, data, 1, { every: 0 })).toThrow(
    'probeCallback: every must be an integer >= 1, got 0.',
  );
  expect(() => probeCallback(broken, data, 1, { probe: 'mlp' as 'knn' })).toThrow("probe must be one of 'linear'");
  expect(() => probeCallback(broken, data, 1, { k: 0 })).toThrow('probeCallback: k must be an integer >= 1, got 0.');
  expect(() => probeCallback(broken, {} as never, 1)).toThrow('probeCallback: data.train must be {x, labels}');
  broken.dispose();
});
