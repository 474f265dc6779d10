import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor3d } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { asMaps, cellLabels } from '../../src/probes/denseCells.js';
import {
  denseProbe,
  fewLabelProbe,
  layerwiseProbe,
  linearProbe,
  mlpProbe,
  retrievalProbe,
} from '../../src/probes/index.js';
import { normal } from '../../src/random/index.js';
import { expectClose } from '../helpers/index.js';

const blobs = (seed: number, n: number, { classes = 3, dim = 6, noise = 0.8 } = {}) => {
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const data = normal(seed, n * dim).map((v, i) => noise * v + (i % dim === labels[Math.floor(i / dim)] ? 2 : 0));
  return { x: { data, shape: [n, dim] }, labels };
};

describe('fewLabelProbe', () => {
  const data = { train: blobs(1, 120), test: blobs(2, 90) };
  test('more labels give more, all of them what the probe gives, with intervals', async () => {
    const before = memory().numTensors;
    const result = await fewLabelProbe(data, 1, { fractions: [0.025, 0.25, 1], probe: 'ridge', draws: 4 });
    expect(memory().numTensors).toBe(before);
    const [few, some, all] = result.results as [
      (typeof result.results)[0],
      (typeof result.results)[0],
      (typeof result.results)[0],
    ];
    expect([few, some, all].map((r) => r.trainSamples)).toEqual([3, 30, 120]);
    expect([few, some, all].map((r) => r.accuracies.length)).toEqual([4, 4, 1]);
    expect(few.mean).toBeLessThan(some.mean);
    expect(new Set(few.accuracies).size).toBeGreaterThan(1);
    for (const { mean, interval, accuracies } of result.results) {
      await expectClose(mean, accuracies.reduce((a, b) => a + b) / accuracies.length, { rtol: 1e-9 });
      expect(interval[0]).toBeLessThan(mean);
      expect(interval[1]).toBeGreaterThan(mean);
    }
    expect(few.interval[1] - few.interval[0]).toBeGreaterThan(all.interval[1] - all.interval[0]);
    const half = 1.96 * Math.sqrt((all.mean * (1 - all.mean)) / 89);
    await expectClose(all.interval[0], all.mean - half, { atol: 1e-6 });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
  test('each kind of probe runs, and with all labels is itself', async () => {
    const linear = await fewLabelProbe(data, 1, { fractions: [1] });
    expect(linear.fitted).toBe('linear');
    expect(linear.results[0]?.mean).toBe((await linearProbe(data, 5)).accuracy);
    expect(
      (await fewLabelProbe(data, 1, { fractions: [0.1], draws: 2, probe: 'knn' })).results[0]?.mean,
    ).toBeGreaterThan(0.6);
  });
  test('says what is wrong', async () => {
    const cases: [Promise<unknown>, string][] = [
      [fewLabelProbe(data, 1, { fractions: [] }), 'fewLabelProbe: fractions must hold at least one number, got [].'],
      [fewLabelProbe(data, 1, { fractions: [0] }), 'fractions must be a number > 0 and <= 1, got 0.'],
      [fewLabelProbe(data, 1, { draws: 0 }), 'draws must be an integer >= 1, got 0.'],
      [
        fewLabelProbe(data, 1, { probe: 'svm' as 'knn' }),
        "probe must be one of 'linear', 'ridge', 'knn', got \"svm\".",
      ],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  });
});

test('layerwiseProbe: a result per layer, from the layer that still knows to the one that forgot', async () => {
  const x = input({ shape: [6] });
  const kept = layers.dense({ units: 6, kernelInitializer: 'identity', name: 'kept' }).apply(x) as SymbolicTensor;
  const lost = layers.dense({ units: 1, kernelInitializer: 'zeros', name: 'lost' }).apply(kept) as SymbolicTensor;
  const encoder = model({ inputs: x, outputs: lost });
  const data = { train: blobs(1, 60), test: blobs(2, 60) };
  const before = memory().numTensors;
  const { layers: results } = await layerwiseProbe(encoder, data, 1, { probe: 'ridge' });
  expect(memory().numTensors).toBe(before);
  expect(results.map(({ layer, dim }) => [layer, dim])).toEqual([
    ['kept', 6],
    ['lost', 1],
  ]);
  expect(results[0]?.accuracy).toBeGreaterThan(0.8);
  expect(results[1]?.accuracy).toBeCloseTo(1 / 3, 5);
  await expect(layerwiseProbe(encoder, data, 1, { layers: ['middle'] })).rejects.toThrow(
    'layerwiseProbe: layers must be among ',
  );
  await expect(layerwiseProbe(encoder, data, 1, { layers: [] })).rejects.toThrow('layers must name at least one');
  encoder.dispose();
});

describe('retrievalProbe', () => {
  const at = (...angles: number[]) => ({
    data: Float32Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)])),
    shape: [angles.length, 2],
  });
  test('ranks the bank, counts what is found, and says what chance gives', async () => {
    const train = { x: at(0.1, 0.2, 0.3, 2), labels: [1, 0, 1, 0] };
    const test = { x: at(0, 2.1, 1), labels: [0, 0, 7] };
    const before = memory().numTensors;
    const result = await retrievalProbe({ train, test }, 1, { k: [1, 2, 99], chunk: 2 });
    expect(memory().numTensors).toBe(before);
    expect(result.firstHit).toEqual([2, 1, null]);
    expect(result.recall.map(({ recall }) => recall)).toEqual([1 / 3, 2 / 3, 2 / 3]);
    // Query 0 finds 0 at ranks 2 and 4; query 1 (nearest first: 2, 0.3, 0.2, 0.1) at ranks 1 and 3.
    await expectClose(result.meanAveragePrecision, ((1 / 2 + 2 / 4) / 2 + (1 + 2 / 3) / 2) / 2, { rtol: 1e-6 });
    expect(result).toMatchObject({ withoutRelevant: 1, chance: 0.5, trainSamples: 4, testSamples: 3 });
    await expectClose(result.interval, [0.5, (1 + 2 / 3) / 2], { rtol: 1e-6 });
    await expect(retrievalProbe({ train, test: { x: at(1), labels: [7] } }, 1)).rejects.toThrow(
      'retrievalProbe: data.train must have a class of data.test, got none.',
    );
    await expect(retrievalProbe({ train, test }, 1, { k: 0 })).rejects.toThrow('k must be an integer >= 1, got 0.');
  });
});

test('mlpProbe says what is wrong before it reads', async () => {
  const data = { train: blobs(1, 6), test: blobs(2, 6) };
  const cases: [Promise<unknown>, string][] = [
    [mlpProbe(data, 1, { hidden: 0 }), 'mlpProbe: hidden must be an integer >= 1, got 0.'],
    [mlpProbe(data, 1, { batchSize: 0.5 }), 'mlpProbe: batchSize must be an integer >= 1, got 0.5.'],
    [mlpProbe(data, 1, { learningRate: Number.NaN }), 'mlpProbe: learningRate must lie in'],
  ];
  for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
});

describe('denseProbe', () => {
  test('a cell takes the most frequent class under it', () => {
    const labels = Int32Array.from([0, 0, 1, 9, 2, 1, 1, 1, 9, 9, 9, 2]); // 3 x 4
    expect(Array.from(cellLabels(labels, [3, 4], [3, 2], 9, 3))).toEqual([0, 1, 1, 1, -1, 2]);
    expect(Array.from(cellLabels(labels, [3, 4], [1, 1], 9, 3))).toEqual([1]);
    expect(Array.from(cellLabels(labels, [3, 4], [1, 1], 1, 10))).toEqual([9]);
    expect(Array.from(cellLabels(Int32Array.of(2), [1, 1], [2, 2], 9, 3))).toEqual([2, 2, 2, 2]);
  });
  test('tokens are a grid, with a class token before or not', async () => {
    const tokens = tensor3d(
      Float32Array.from({ length: 10 }, (_, i) => i),
      [1, 5, 2],
    );
    const maps = asMaps('f', tokens);
    expect(maps.shape).toEqual([1, 2, 2, 2]);
    expect(Array.from(await maps.data())).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    const wrong = tensor3d(new Float32Array(6), [1, 6, 1]);
    expect(() => asMaps('f', wrong)).toThrow('f: encoder must give [batch, height, width, channels] or');
    for (const t of [tokens, maps, wrong]) t.dispose();
  });
  test('leaves ignored pixels out, chooses C on held-out images, and says what is wrong', async () => {
    const part = (n: number, ignore = 255) => {
      const data = Int32Array.from({ length: n * 16 }, (_, i) => (i % 16 === 5 ? ignore : (i >> 1) % 2));
      const x = Float32Array.from(data, (c, i) => (c === 1 ? 0.7 : 0) + ((i * 13) % 7) / 20);
      return { x: { data: x, shape: [n, 4, 4, 1] }, labels: { data, shape: [n, 4, 4] } };
    };
    const encoder = sequential({ layers: [layers.activation({ activation: 'linear', inputShape: [4, 4, 1] })] });
    const data = { train: part(5), test: part(2) };
    const before = memory().numTensors;
    const result = await denseProbe(encoder, data, 1);
    expect(result).toMatchObject({ meanIoU: 1, perClass: [1, 1], pixelAccuracy: 1, classes: 2, trainCells: 75 });
    expect(result.validation.length).toBeGreaterThan(1);
    expect((await denseProbe(encoder, data, 1, { cells: 20 })).trainCells).toBeLessThanOrEqual(20);
    expect(JSON.parse(JSON.stringify(await denseProbe(encoder, data, 1)))).toEqual(result);
    const blank = { x: data.test.x, labels: { data: new Uint8Array(32).fill(255), shape: [2, 4, 4] } };
    const vector = sequential({ layers: [layers.flatten({ inputShape: [4, 4, 1] })] });
    const cases: [Promise<unknown>, string][] = [
      [denseProbe(encoder, { ...data, train: blank }, 1), 'denseProbe: data.train.labels must hold a class, got none.'],
      [denseProbe(encoder, { ...data, test: blank }, 1), 'denseProbe: data.test.labels must hold a class, got none.'],
      [denseProbe(encoder, data, 1, { classes: 1 }), 'labels must be below classes = 1, got 1.'],
      [denseProbe(encoder, data, 1, { cells: 0 }), 'cells must be an integer >= 1, got 0.'],
      [denseProbe(encoder, data, 1, { layer: 'none' }), 'denseProbe: layer must be one of'],
      [denseProbe(vector, data, 1), 'got [5, 16].'],
      [
        denseProbe(encoder, { ...data, test: { x: data.train.x, labels: data.test.labels } }, 1),
        'denseProbe: data.test.labels must have 5 maps, got 2.',
      ],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
    encoder.dispose();
    vector.dispose();
  });
});
