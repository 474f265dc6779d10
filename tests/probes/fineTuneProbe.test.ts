import { memory } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { fineTuneProbe } from '../../src/probes/index.js';
import { onEveryBackend } from '../helpers/index.js';
import { halves } from './images.js';

const weightsOf = async (model: LayersModel): Promise<number[][]> =>
  Promise.all(model.weights.map(async (w) => Array.from(await w.read().data())));

onEveryBackend('fineTuneProbe', () => {
  test('trains a copy with batch norm, leaves the encoder as it is, and no tensor', async () => {
    // All features are 0 at first: a head alone could learn nothing.
    const encoder = sequential({
      layers: [
        layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 3], useBias: false }),
        layers.batchNormalization({ momentum: 0.5 }),
        layers.flatten(),
        layers.dense({ units: 2, kernelInitializer: 'zeros' }),
      ],
    });
    const before = await weightsOf(encoder);
    const tensors = memory().numTensors;
    const data = { train: halves(1, 16), test: halves(2, 8) };
    const result = await fineTuneProbe(encoder, data, 3, { epochs: 3, batchSize: 8, learningRate: 0.05 });
    expect(memory().numTensors).toBe(tensors);
    expect(await weightsOf(encoder)).toEqual(before);
    expect(encoder.weights.every((w) => w.trainable || w.name.includes('moving'))).toBe(true);
    expect(result).toMatchObject({ probe: 'fineTune', accuracy: 1, steps: 6, classes: 2, dim: 2, trainSamples: 16 });
    expect(result.interval[1]).toBe(1);
    expect(result.loss.at(-1) as number).toBeLessThan(0.5 * (result.loss[0] as number));
    expect(result.predictions).toEqual(data.test.labels);
    encoder.dispose();
  });
});
