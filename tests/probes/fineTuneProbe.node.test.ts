import '@tensorflow/tfjs-backend-cpu';
import { memory, type Tensor4D, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { smallConvNet } from '../../src/models/index.js';
import { fineTuneProbe } from '../../src/probes/index.js';
import { labelledRows } from '../../src/probes/labelledRows.js';
import { AdamW, layerWiseDecay } from '../../src/training/index.js';
import { randomHorizontalFlip } from '../../src/transforms/index.js';
import { halves } from './images.js';

test('a labelled share is balanced, at least one of each class, and grows by adding', () => {
  const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 90 ? i % 2 : 7));
  const rows = labelledRows(labels, 0.1, 1);
  expect(Array.from(rows, (r) => labels[r]).sort()).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 7].sort());
  expect(new Set(rows).size).toBe(rows.length);
  const more = new Set(labelledRows(labels, 0.3, 1));
  expect([...rows].every((r) => more.has(r))).toBe(true);
  expect(labelledRows(labels, 1e-9, 1)).toHaveLength(3);
  expect(labelledRows(labels, 0.1, 2)).not.toEqual(rows);
  expect(Array.from(labelledRows(labels, 1, 5))).toEqual(Array.from(labels.keys()));
});

test('says what is wrong before it makes a tensor', async () => {
  const encoder = smallConvNet({ inputShape: [6, 6, 3], channels: [3] });
  const data = { train: halves(1, 4), test: halves(2, 4) };
  const before = memory().numTensors;
  const flat = { x: { data: new Float32Array(12), shape: [4, 3] }, labels: [0, 1, 0, 1] };
  const cases: [Promise<unknown>, string][] = [
    [fineTuneProbe(encoder, data, 0, { epochs: 0 }), 'fineTuneProbe: epochs must be an integer >= 1, got 0.'],
    [fineTuneProbe(encoder, data, 0, { fraction: 0 }), 'fineTuneProbe: fraction must be a number > 0 and <= 1, got 0.'],
    [fineTuneProbe(encoder, data, 0, { labelSmoothing: 1 }), 'labelSmoothing must be a number'],
    [fineTuneProbe(encoder, data, 0, { learningRate: -1 }), 'fineTuneProbe: learningRate must lie in'],
    [fineTuneProbe(encoder, data, 0, { classes: 1 }), 'labels must be below classes = 1, got 1.'],
    [fineTuneProbe(encoder, data, 0.5), 'seed must be a safe integer'],
    [
      fineTuneProbe(encoder, { ...data, test: flat }, 0),
      'fineTuneProbe: data.test.x must have shape [any, 6, 6, 3], got [4, 3].',
    ],
    [
      fineTuneProbe(encoder, { ...data, train: { x: data.train.x, labels: [0] } }, 0),
      'fineTuneProbe: data.train.labels must have 4 entries, got 1.',
    ],
  ];
  for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  const nan = { x: { data: new Float32Array(4 * 108).fill(Number.NaN), shape: [4, 6, 6, 3] }, labels: [0, 1, 0, 1] };
  await expect(fineTuneProbe(encoder, { ...data, train: nan }, 0)).rejects.toThrow(
    'fineTuneProbe: data.train.x must be finite, got NaN in sample 0.',
  );
  expect(memory().numTensors).toBe(before);
  encoder.dispose();
});

test('the learning rate of a step reaches the optimizer: at 0 nothing is learnt', async () => {
  const encoder = smallConvNet({ inputShape: [6, 6, 3], channels: [3] });
  const data = { train: halves(1, 8), test: halves(2, 4) };
  const { loss } = await fineTuneProbe(encoder, data, 1, {
    steps: 3,
    batchSize: 8,
    learningRate: (step) => (step === 0 ? 0 : 0.5),
    optimizer: () => train.sgd(7),
  });
  expect(loss[1]).toBeCloseTo(loss[0] as number, 5);
  expect(Math.abs((loss[2] as number) - (loss[1] as number))).toBeGreaterThan(1e-3);
  encoder.dispose();
});

test('takes an optimizer, a transform and a share of the labels; the same seed gives the same', async () => {
  const encoder = smallConvNet({ inputShape: [6, 6, 3], channels: [3] });
  const tensors = memory().numTensors;
  const data = { train: halves(1, 24, 6, 3), test: halves(2, 6, 6, 3) };
  const made: AdamW[] = [];
  const flip = randomHorizontalFlip();
  let seen = 0;
  const options = {
    epochs: 1,
    batchSize: 4,
    fraction: 0.25,
    labelSmoothing: 0.1,
    transform: (x: Tensor4D, seed: Parameters<typeof flip>[1]) => {
      seen += x.shape[0];
      return flip(x, seed);
    },
    optimizer: (copy: LayersModel) => {
      const optimizer = new AdamW({ learningRate: 0.01, learningRateScale: layerWiseDecay(copy) });
      made.push(optimizer);
      return optimizer;
    },
  };
  const first = await fineTuneProbe(encoder, data, 1, options);
  expect(first).toMatchObject({ trainSamples: 6, steps: 2, classes: 3 });
  expect(seen).toBe(8);
  expect(JSON.parse(JSON.stringify(await fineTuneProbe(encoder, data, 1, options)))).toEqual(first);
  expect(memory().numTensors).toBe(tensors);
  expect(made).toHaveLength(2);
  encoder.dispose();
});
