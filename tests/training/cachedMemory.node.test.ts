import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  engine,
  ready,
  setBackend,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
  type Variable,
} from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { barlowTwinsLoss } from '../../src/losses/index.js';
import { foldIn, uniform } from '../../src/random/index.js';
import { cachedGradients } from '../../src/training/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';

let model: LayersModel;
beforeAll(async () => {
  registerWasmTraining();
  await setBackend('wasm');
  await ready();
  model = sequential({
    layers: [
      layers.conv2d({
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        inputShape: [16, 16, 3],
        activation: 'relu',
      }),
      layers.conv2d({ filters: 16, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 4 }),
    ],
  });
});
afterAll(() => model.dispose());

/** Most bytes alive at once while a batch of that many images goes through in chunks of `rows`. */
async function peak(batch: number, rows: number): Promise<number> {
  const view =
    (stream: number) =>
    (chunk: number): Tensor4D =>
      tensor4d(uniform(foldIn(foldIn(stream, batch), chunk), rows * 16 * 16 * 3), [rows, 16, 16, 3]);
  const before = engine().memory().numBytes;
  const profile = await engine().profile(() => {
    const { value, grads } = cachedGradients<Tensor4D>({
      inputs: [view(1), view(2)],
      encode: (x) => model.apply(x) as Tensor2D,
      loss: (a, b) => barlowTwinsLoss(a, b),
      chunks: batch / rows,
      variables: model.trainableWeights.map((weight) => weight.read() as Variable),
    });
    return [value, ...Object.values(grads)] as Tensor[];
  });
  for (const x of profile.result as Tensor[]) x.dispose();
  expect(engine().memory().numBytes).toBe(before);
  return profile.peakBytes - before;
}

test('memory stays flat from 256 to 4096 images', async () => {
  const [small, large, whole] = [await peak(256, 64), await peak(4096, 64), await peak(256, 256)];
  // Embeddings, their slopes and the loss's own work on [batch, 4] are all that may grow: some 12 tensors of that size.
  const embeddings = 2 * (4096 - 256) * 4 * 4;
  expect(large - small).toBeLessThan(8 * embeddings);
  expect(large).toBeLessThan(1.2 * small);
  expect(whole).toBeGreaterThan(2 * small);
});
