import { memory, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, expect, test } from 'vitest';
import { extractFeatures } from '../../src/probes/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('extractFeatures', () => {
  const models: LayersModel[] = [];
  const made = <M extends LayersModel>(m: M): M => {
    models.push(m);
    return m;
  };
  afterEach(() => {
    for (const m of models.splice(0)) m.dispose();
  });
  const convolution = (): LayersModel =>
    made(
      sequential({
        layers: [
          layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2], name: `maps${models.length}` }),
          layers.batchNormalization(),
          layers.dropout({ rate: 0.5 }),
        ],
      }),
    );

  test('runs in inference mode, in batches, and averages maps', async () => {
    const encoder = convolution();
    const x = normals(1, [5, 6, 6, 2]);
    const before = memory().numTensors;
    const features = hold(await extractFeatures(encoder, x, { batchSize: 2 }));
    expect(memory().numTensors - before).toBe(1);
    expect(features.shape).toEqual([5, 3]);
    const maps = Array.from(await hold(encoder.predict(x) as Tensor).data());
    const mean = Array.from({ length: 15 }, (_, i) => {
      const [n, c] = [Math.floor(i / 3), i % 3];
      return Array.from({ length: 16 }, (_, p) => maps[(n * 16 + p) * 3 + c] as number).reduce((a, b) => a + b) / 16;
    });
    await expectClose(features, mean);
    const whole = hold(await extractFeatures(encoder, x));
    await expectClose(whole, features);
    expect(memory().numTensors - before).toBe(3);
  });

  test('takes a layer by name, and pools as told', async () => {
    const encoder = convolution();
    const x = normals(2, [3, 6, 6, 2]);
    const name = encoder.layers[0]?.name as string;
    expect(hold(await extractFeatures(encoder, x, { layer: name, pool: 'flatten' })).shape).toEqual([3, 48]);
    const first = hold(await extractFeatures(encoder, x, { layer: name, pool: 'first' }));
    const all = hold(await extractFeatures(encoder, x, { layer: name, pool: 'flatten' }));
    expect(Array.from((await first.data()).slice(0, 3))).toEqual(Array.from((await all.data()).slice(0, 3)));
    await expect(extractFeatures(encoder, x, { layer: 'nope' })).rejects.toThrow(
      /^extractFeatures: layer must be one of .*, got "nope"\.$/,
    );
  });

  test('reads bytes on the host as [0, 1], and vectors as they are', async () => {
    const encoder = made(sequential({ layers: [layers.activation({ activation: 'linear', inputShape: [2] })] }));
    const bytes = { data: Uint8Array.of(0, 255, 51, 102), shape: [2, 2] };
    await expectClose(
      hold(await extractFeatures(encoder, bytes)),
      hold(
        tensor2d([
          [0, 1],
          [0.2, 0.4],
        ]),
      ),
    );
  });

  test('says what is wrong, and keeps no tensor', async () => {
    const encoder = convolution();
    const before = memory().numTensors;
    await expect(extractFeatures(encoder, { data: new Uint8Array(), shape: [0, 6, 6, 2] })).rejects.toThrow(
      'extractFeatures: x must have at least one sample, got shape [0, 6, 6, 2].',
    );
    const bytes = { data: new Uint8Array(6 * 6 * 2), shape: [1, 6, 6, 2] };
    await expect(extractFeatures(encoder, bytes, { batchSize: 0 })).rejects.toThrow(
      'batchSize must be an integer >= 1',
    );
    await expect(extractFeatures(encoder, { data: new Uint8Array(4), shape: [1, 4] })).rejects.toThrow();
    const a = input({ shape: [2] });
    const two = made(
      model({
        inputs: a,
        outputs: [layers.dense({ units: 1 }).apply(a), layers.dense({ units: 1 }).apply(a)] as never,
      }),
    );
    const now = memory().numTensors;
    await expect(extractFeatures(two, { data: new Uint8Array(2), shape: [1, 2] })).rejects.toThrow(
      'extractFeatures: encoder must have one output, got 2.',
    );
    expect([now - before >= 0, memory().numTensors]).toEqual([true, now]);
  });
});
