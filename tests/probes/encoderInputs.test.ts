import { memory, type Tensor, tensor, tensor4d } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, expect, test } from 'vitest';
import * as probes from '../../src/probes/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('inputs and weights of an encoder', () => {
  const models: LayersModel[] = [];
  afterEach(() => {
    for (const m of models.splice(0)) m.dispose();
  });
  const encoder = (): LayersModel => {
    const m = sequential({
      layers: [
        layers.conv2d({
          filters: 3,
          kernelSize: 2,
          inputShape: [2, 2, 3],
          activation: 'relu',
          name: `first${models.length}`,
        }),
        layers.batchNormalization({ name: `norm${models.length}` }),
        layers.reLU({ maxValue: 6 }),
        layers.flatten(),
      ],
    });
    models.push(m);
    return m;
  };
  const n = 6;
  const size = n * 12;
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 37) % 256);
  const shape = [n, 2, 2, 3];
  const labels = [0, 1, 0, 1, 0, 1];
  const data = (x: probes.Data) => ({ train: { x, labels }, test: { x, labels } });
  const unit = { data: bytes, shape };

  test('bytes are bytes in every form', async () => {
    const model = encoder();
    const expected = await hold(await probes.extractFeatures(model, unit)).data();
    const forms: Record<string, probes.Data> = {
      clamped: { data: Uint8ClampedArray.from(bytes), shape },
      int32: { data: Int32Array.from(bytes), shape },
      'int32 tensor': hold(tensor(Int32Array.from(bytes), shape, 'int32')),
      float: { data: Float32Array.from(bytes, (v) => v / 255), shape },
      'float tensor': hold(
        tensor(
          Float32Array.from(bytes, (v) => v / 255),
          shape,
        ),
      ),
      view: { data: new Uint8Array(new Uint8Array([9, ...bytes]).buffer, 1), shape },
    };
    for (const [form, x] of Object.entries(forms)) {
      const features = hold(await probes.extractFeatures(model, x, { batchSize: 4 }));
      await expectClose(features, Array.from(expected), { rtol: 1e-5, atol: 1e-6 });
      const flat = await probes.nearestNeighbors(x, unit, { k: 1, metric: 'euclidean' }); // without an encoder
      expect(
        flat.distances.flat().every((d) => d < 2e-3),
        form,
      ).toBe(true);
    }
  });

  test('floats that are bytes are refused, in every probe with an encoder, unless asked for', async () => {
    const model = encoder();
    const host = { data: Float32Array.from(bytes), shape };
    const tensors = hold(tensor(Float32Array.from(bytes), shape));
    const before = memory().numTensors;
    const { extractFeatures, collapseReport, knnProbe, fineTuneProbe, layerwiseProbe, robustnessProbe } = probes;
    for (const x of [host, tensors]) {
      const calls = [
        () => extractFeatures(model, x),
        () => collapseReport(model, x),
        () => knnProbe(model, data(x), 1),
        () => fineTuneProbe(model, data(x), 1),
        () => layerwiseProbe(model, data(x), 1),
        () => robustnessProbe(model, data(x), 1),
      ];
      for (const call of calls)
        await expect(call()).rejects.toThrow(/must hold images in \[0, 1\], got .*divide by 255/);
    }
    for (const value of [1.01, -0.01]) {
      const near = { data: new Float32Array(size).fill(0.5).fill(value, size - 1), shape };
      await expect(extractFeatures(model, near)).rejects.toThrow(/in sample 5: divide by 255/);
      (await extractFeatures(model, { ...near, range: 'any' })).dispose();
      (await extractFeatures(model, near, { range: 'any' })).dispose();
    }
    for (const value of [1 + 1e-4, -1e-4]) {
      (await extractFeatures(model, { data: new Float32Array(size).fill(value), shape })).dispose();
    }
    for (const value of [-1, 256]) {
      const integers = Int32Array.from(bytes).fill(value, 3, 4);
      for (const x of [{ data: integers, shape }, hold(tensor(integers, shape, 'int32'))]) {
        await expect(extractFeatures(model, x)).rejects.toThrow('x must hold bytes, 0 to 255');
      }
    }
    (await extractFeatures(model, normals(1, shape))).dispose(); // standardized tensors pass
    expect(memory().numTensors - before).toBe(3);
  });

  test('a NaN or an infinity among weights or inputs is refused by name', async () => {
    const { extractFeatures, collapseReport, knnProbe, linearProbe, fineTuneProbe, layerwiseProbe } = probes;
    const check = async (model: LayersModel, x: probes.Data, message: RegExp) => {
      const before = memory().numTensors;
      for (const call of [
        () => extractFeatures(model, x),
        () => collapseReport(model, x),
        () => knnProbe(model, data(x), 1),
        () => linearProbe(model, data(x), 1),
        () => fineTuneProbe(model, data(x), 1),
        () => layerwiseProbe(model, data(x), 1, { probe: 'knn' }),
      ]) {
        await expect(call()).rejects.toThrow(message);
      }
      const watch = probes.probeCallback(model, data(x), 1);
      await watch.onBatchBegin(0);
      expect(watch.history[0]?.error).toMatch(message);
      expect(memory().numTensors).toBe(before);
    };
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const [index, name] of [
        [0, /kernel/],
        [1, /bias/],
        [2, /gamma/],
        [3, /beta/],
        [4, /moving_mean/],
      ] as const) {
        const model = encoder();
        const weights = model.getWeights();
        const broken = await Promise.all(
          weights.map(async (w, i) => {
            const values = Float32Array.from(await w.data());
            if (i === index) values[0] = bad;
            return hold(tensor(values, w.shape));
          }),
        );
        model.setWeights(broken);
        await check(
          model,
          unit,
          new RegExp(`encoder must have finite weights, got NaN or infinity in .*${name.source}`),
        );
      }
      const model = encoder();
      const values = Float32Array.from(bytes, (v) => v / 255).fill(bad, 40, 41);
      for (const x of [
        { data: values, shape },
        hold(tensor4d(values, shape as [number, number, number, number])),
      ] as const) {
        await check(model, x as probes.Data, /x must be finite, got -?(NaN|Infinity) in sample 3/);
      }
    }
  }, 120_000);

  test('disposed tensors, disposed encoders and what is none are named', async () => {
    const model = encoder();
    const gone: Tensor = tensor(new Float32Array(size), shape);
    gone.dispose();
    await expect(probes.extractFeatures(model, gone)).rejects.toThrow('extractFeatures: x must be a tensor in use');
    await expect(probes.knnProbe(model, data(gone), 1)).rejects.toThrow(
      'knnProbe: data.train.x must be a tensor in use',
    );
    const dead = encoder();
    models.pop();
    dead.dispose();
    for (const call of [
      () => probes.extractFeatures(dead, unit),
      () => probes.knnProbe(dead, data(unit), 1),
      () => probes.fineTuneProbe(dead, data(unit), 1),
      () => probes.collapseReport(dead, unit),
      () => probes.layerwiseProbe(dead, data(unit), 1),
    ]) {
      await expect(call()).rejects.toThrow(/^\w+: encoder must be a model in use, got one that is disposed/);
    }
    for (const none of [null, {}, 'model', unit]) {
      await expect(probes.knnProbe(none as never, data(unit), 1)).rejects.toThrow(
        'knnProbe: encoder must be a built model',
      );
      await expect(probes.extractFeatures(none as never, unit)).rejects.toThrow('extractFeatures: encoder must be');
    }
  });
});
