import { io, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { projectionHead, smallConvNet } from '../../src/models/index.js';
import { expectClose, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const trainable = (model: LayersModel): number =>
  model.trainableWeights.reduce(
    (sum, w) => sum + w.shape.reduce((product: number, n) => product * (n as number), 1),
    0,
  );

const makers: Record<string, (seed: number) => LayersModel> = {
  smallConvNet: (seed) => smallConvNet({ inputShape: [9, 7, 3], channels: [4, 6], seed }),
  projectionHead: (seed) => projectionHead({ inputDim: 5, outputDim: 3, seed }),
};

onEveryBackend('models', () => {
  test.each(Object.keys(makers))(
    '%s: same seed, same model; another seed, another one; save and load',
    async (name) => {
      const make = makers[name] as (seed: number) => LayersModel;
      const [a, b, c] = [make(1), make(1), make(2)];
      const shape = [2, ...(a.inputs[0]!.shape.slice(1) as number[])];
      const x = uniforms(4, shape);
      const y = hold(a.predict(x) as Tensor);
      expect(y.shape).toEqual([2, a.outputs[0]?.shape[1]]);
      await expectClose(hold(b.predict(x) as Tensor), y, { atol: 0, rtol: 0 });
      const other = await flat(hold(c.predict(x) as Tensor));
      expect(Math.max(...(await flat(y)).map((v, i) => Math.abs(v - (other[i] as number))))).toBeGreaterThan(1e-3);
      let saved: io.ModelArtifacts | undefined;
      await a.save(
        io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
        }),
      );
      const loaded = await loadLayersModel(io.fromMemory(saved as io.ModelArtifacts));
      await expectClose(hold(loaded.predict(x) as Tensor), y, { atol: 0, rtol: 0 });
      for (const model of [a, b, c, loaded]) model.dispose();
    },
  );

  test('smallConvNet has the sizes asked for', () => {
    const model = smallConvNet({ inputShape: [32, 32, 3] });
    expect(model.outputs[0]?.shape).toEqual([null, 128]);
    // Convolutions, and scale and offset of each batch normalisation.
    expect(trainable(model)).toBe(9 * (3 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128));
    model.dispose();
    expect(() => smallConvNet({ channels: [] })).toThrow(
      'channels and strides must have the same length >= 1, got 0 and 0',
    );
    expect(() => smallConvNet({ channels: [4], strides: [1, 2] })).toThrow('got 1 and 2');
    expect(() => smallConvNet({ channels: [1.5] })).toThrow(
      'smallConvNet: channels[0] must be an integer >= 1, got 1.5',
    );
    expect(() => smallConvNet({ inputShape: [0, 8, 3] })).toThrow(
      'smallConvNet: height must be an integer >= 1, got 0',
    );
  });

  test('projectionHead wires the heads of the papers', () => {
    const simclr = projectionHead({ inputDim: 8, outputDim: 4 });
    expect(trainable(simclr)).toBe(8 * 8 + 2 * 8 + 8 * 4);
    const moco = projectionHead({ inputDim: 8, outputDim: 4, batchNorm: false });
    expect(trainable(moco)).toBe(8 * 8 + 8 + 8 * 4 + 4);
    const barlow = projectionHead({ inputDim: 8, hiddenDim: 16, outputDim: 16, layers: 3 });
    expect(trainable(barlow)).toBe(8 * 16 + 2 * 16 + 16 * 16 + 2 * 16 + 16 * 16);
    const linear = projectionHead({ inputDim: 8, outputDim: 4, layers: 1 });
    expect(trainable(linear)).toBe(8 * 4);
    for (const model of [simclr, moco, barlow, linear]) model.dispose();
    expect(() => projectionHead({ inputDim: 0 })).toThrow('projectionHead: inputDim must be an integer >= 1, got 0');
  });
});
