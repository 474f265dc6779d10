import { memory } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { denseProbe, linearProbe, mlpProbe } from '../../src/probes/index.js';
import { uniform } from '../../src/random/index.js';
import { onEveryBackend } from '../helpers/index.js';

/** Four clouds, opposite ones of a class. */
const crossed = (seed: number, n: number) => {
  const labels = Array.from({ length: n }, (_, i) => (i % 2) ^ ((i >> 1) % 2));
  const data = uniform(seed, 2 * n).map((u, i) => 0.6 * u + (((i >> 1) >> (i % 2)) % 2));
  return { x: { data, shape: [n, 2] }, labels };
};

onEveryBackend('mlpProbe', () => {
  test('finds classes that no line parts, and leaves no tensor', async () => {
    const data = { train: crossed(1, 32), test: crossed(2, 16) };
    const before = memory().numTensors;
    const options = { steps: 12, batchSize: 32, epochs: 100, hidden: 16, learningRate: 0.1 };
    const result = await mlpProbe(data, 1, options);
    expect(memory().numTensors).toBe(before);
    expect(result).toMatchObject({ probe: 'mlp', accuracy: 1, trainAccuracy: 1, hidden: 16, classes: 2, dim: 2 });
    expect(result.loss).toHaveLength(12);
    expect((await linearProbe(data, 1, { C: 1 })).accuracy).toBeLessThan(0.8);
  });
});

onEveryBackend('denseProbe', () => {
  test('segments at the size of the labels, whatever the grid', async () => {
    // The class of a pixel is whether it lies in the bright band, which starts at another column in each image.
    const part = (n: number, first: number) => {
      const start = (i: number): number => 1 + ((first + i) % 3);
      const inside = Uint8Array.from({ length: n * 64 }, (_, i) => {
        const column = (i % 8) - 2 * start(i >> 6);
        return column >= 0 && column < 2 ? 3 : 1;
      });
      const data = Float32Array.from(inside, (c, i) => 0.2 * c + ((i * 7) % 10) / 100);
      return { x: { data, shape: [n, 8, 8, 1] }, labels: { data: inside, shape: [n, 8, 8] } };
    };
    const encoder = sequential({
      layers: [layers.conv2d({ filters: 2, kernelSize: 2, strides: 2, inputShape: [8, 8, 1] })],
    });
    const before = memory().numTensors;
    const result = await denseProbe(encoder, { train: part(6, 0), test: part(3, 1) }, 1, { C: 10, batchSize: 2 });
    expect(memory().numTensors).toBe(before);
    expect(result).toMatchObject({ grid: [4, 4], dim: 2, trainCells: 96, classes: 4, testSamples: 3 });
    // Upsampled logits cross half-way between cells: the border lies where it is, or a pixel beside it.
    expect(result.meanIoU).toBeGreaterThan(0.7);
    expect(result.pixelAccuracy).toBeGreaterThan(0.85);
    expect(result.perClass[0]).toBeNull();
    expect(result.predictions[0]).toHaveLength(64);
    expect(result.interval[0]).toBeLessThanOrEqual(result.meanIoU);
    encoder.dispose();
  });
});
