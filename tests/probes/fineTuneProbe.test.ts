import { memory, type Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { smallConvNet } from '../../src/models/index.js';
import { fineTuneProbe } from '../../src/probes/index.js';
import { AdamW, layerWiseDecay } from '../../src/training/index.js';
import { randomHorizontalFlip } from '../../src/transforms/index.js';
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
    const result = await fineTuneProbe(encoder, data, 3, { epochs: 5, batchSize: 8, learningRate: 0.02 });
    expect(memory().numTensors).toBe(tensors);
    expect(await weightsOf(encoder)).toEqual(before);
    expect(encoder.weights.every((w) => w.trainable || w.name.includes('moving'))).toBe(true);
    expect(result).toMatchObject({ probe: 'fineTune', accuracy: 1, steps: 10, classes: 2, dim: 2, trainSamples: 16 });
    expect(result.interval).toEqual([1, 1]);
    expect(result.loss.at(-1) as number).toBeLessThan(0.5 * (result.loss[0] as number));
    expect(result.predictions).toEqual(data.test.labels);
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
});
