import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { maskedReconstructionLoss } from '../../src/losses/index.js';
import { MAE, type MAEBatch, type MAEOptions } from '../../src/methods/index.js';
import { type MaeModel, maeModel } from '../../src/models/index.js';
import { maskedPatchesTask, patchify } from '../../src/pretext/index.js';
import { expectClose, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const tensorsOf = (task: object): Tensor[] => Object.values(task).filter((x) => typeof x === 'object');

onEveryBackend('MAE', () => {
  const owned: { dispose(): unknown }[] = [];
  const modelOf = (channels = 3, dropPath = 0): MaeModel => {
    const model = maeModel({
      size: 8,
      patchSize: 2,
      channels,
      dim: 8,
      depth: 2,
      dropPath,
      heads: 2,
      decoderDim: 8,
      decoderDepth: 1,
      decoderHeads: 2,
    });
    owned.push(model.features, model.encoder, model.decoder);
    return model;
  };
  const make = (options: Partial<MAEOptions> = {}): MAE => {
    const method = new MAE({ model: modelOf(), ...options });
    owned.push(method);
    return method;
  };
  afterEach(() => {
    for (const part of owned.splice(0).reverse()) part.dispose();
  });

  test('the loss is that of the parts, wired by hand', async () => {
    const model = modelOf();
    const method = make({ model });
    const task = method.prepare(uniforms<Tensor4D>(1, [3, 8, 8, 3]), 4);
    for (const x of tensorsOf(task)) hold(x);
    expect(task.idsKeep.shape).toEqual([3, 4]);
    const codes = hold(model.encoder.apply([task.inputs, task.idsKeep]) as Tensor3D);
    const painted = hold(model.decoder.apply([codes, task.idsRestore]) as Tensor3D);
    const expected = maskedReconstructionLoss(painted, task.targets, task.mask, { normalizePatches: true });
    await expectClose(hold(method.loss(task)), hold(expected));
  });

  test('reconstructions show the visible patches as they are, and paint in the scale of the image', async () => {
    const model = modelOf();
    const images = uniforms<Tensor4D>(2, [2, 8, 8, 3]);
    const method = make({ model, ratio: 0.5, strategy: 'block' });
    const pictures = method.reconstruct(images, 3);
    for (const x of Object.values(pictures)) hold(x);
    const task = maskedPatchesTask(images, 3, { patchSize: 2, ratio: 0.5, strategy: 'block' });
    for (const x of Object.values(task)) hold(x);
    const rows = async (x: Tensor4D): Promise<number[][]> => {
      const numbers = await flat(hold(patchify(x, 2)));
      return Array.from({ length: 32 }, (_, i) => numbers.slice(12 * i, 12 * (i + 1)));
    };
    const [own, masked, painted, completed] = await Promise.all(
      [images, pictures.masked, pictures.reconstructed, pictures.completed].map(rows),
    );
    const predicted = await flat(
      hold(
        model.decoder.apply([
          hold(model.encoder.apply([images, task.idsKeep]) as Tensor3D),
          task.idsRestore,
        ]) as Tensor3D,
      ),
    );
    for (const [i, hidden] of (await flat(task.mask)).entries()) {
      const patch = own?.[i] as number[];
      const mean = patch.reduce((sum, v) => sum + v, 0) / 12;
      const deviation = Math.sqrt(patch.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 11 + 1e-6);
      const expected = predicted.slice(12 * i, 12 * (i + 1)).map((v) => v * deviation + mean);
      await expectClose(painted?.[i] as number[], expected, { atol: 1e-4 });
      await expectClose(masked?.[i] as number[], hidden ? patch.map(() => 0.5) : patch);
      await expectClose(completed?.[i] as number[], hidden ? expected : patch, { atol: 1e-4 });
    }
  });

  test('what drop path drops comes from the seed of the step', async () => {
    const method = make({ model: modelOf(3, 0.5) });
    const images = uniforms<Tensor4D>(1, [6, 8, 8, 3]);
    const [a, b, c] = [7, 7, 8].map((seed) => method.prepare(images, seed)) as [MAEBatch, MAEBatch, MAEBatch];
    for (const task of [a, b, c]) for (const x of tensorsOf(task)) hold(x);
    expect(b.dropSeed).toBe(a.dropSeed);
    expect(c.dropSeed).not.toBe(a.dropSeed);
    const loss = async (task: MAEBatch): Promise<number> => (await flat(hold(method.loss(task))))[0] as number;
    expect(await loss(b)).toBe(await loss(a));
    expect(await loss({ ...a, dropSeed: c.dropSeed })).not.toBe(await loss(a));
  });

  test('parts that do not fit are rejected', () => {
    const [model, other] = [modelOf(), modelOf(1)];
    expect(() => new MAE({ model: { ...model, decoder: other.decoder } })).toThrow(
      /MAE: the decoder must predict patchSize² \* 3 numbers .* got 4/,
    );
    expect(() => new MAE({ model, ratio: 1 })).toThrow(/ratio must hide and leave at least one of 16 patches, got 1/);
    expect(() => new MAE({ model, ratio: 0.01 })).not.toThrow();
    expect(() => new MAE({ model, strategy: 'tube' as 'grid' })).toThrow(/strategy must be one of/);
  });
});
