import '@tensorflow/tfjs-backend-wasm';
import { ready, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { maeModel, vit } from '../../src/models/index.js';
import { flat } from '../helpers/index.js';

beforeAll(async () => {
  await setBackend('wasm');
  await ready();
});

test("vit 'tiny' for 224 pixels has the parameters of timm's deit_tiny_patch16_224, and the start of MAE's code", async () => {
  const model = vit({ size: 224, patchSize: 16, classes: 1000 });
  expect(model.countParams()).toBe(5_717_416);
  const [kernel, token] = ['block11/mlp/fc2/kernel', 'class/token'].map((name) =>
    model.weights.find((weight) => weight.originalName === name)?.read(),
  ) as [Tensor, Tensor];
  const values = (await flat(kernel)).map(Math.abs);
  const bound = Math.sqrt(6 / (5 * 192));
  expect(Math.max(...values.slice(0, 100_000))).toBeLessThanOrEqual(bound);
  expect(values.reduce((a, b) => a + b, 0) / values.length / bound).toBeCloseTo(0.5, 2);
  const deviation = Math.sqrt((await flat(token)).reduce((s, v) => s + v * v, 0) / 192);
  expect(deviation).toBeGreaterThan(0.016);
  expect(deviation).toBeLessThan(0.024);
  model.dispose();
});

test('the same seed gives the same weights, another one others; drop path rises to the last block', async () => {
  const make = (seed: number) => vit({ size: 4, dim: 8, depth: 3, heads: 2, dropPath: 0.2, seed });
  const models = [make(1), make(1), make(2)];
  const [a, b, c] = await Promise.all(models.map(async (model) => flat(model.weights.at(-6)?.read() as Tensor)));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  expect(models[0]?.layers.flatMap((layer) => (layer.getConfig().dropPath as number) ?? [])).toEqual([0, 0.1, 0.2]);
  const kernels = models[0]?.weights.filter(({ originalName }) => originalName.endsWith('fc1/kernel')) ?? [];
  const [first, second] = await Promise.all(kernels.map((weight) => flat(weight.read())));
  expect(first).not.toEqual(second);
  for (const model of models) model.dispose();
});

test('shapes of the outputs', () => {
  const options = { size: 8, dim: 8, depth: 1, heads: 2 } as const;
  for (const [more, shape] of [
    [{}, [null, 8]],
    [{ classToken: false }, [null, 8]],
    [{ pool: 'average', positions: 'sineCosine' }, [null, 8]],
    [{ pool: 'none' }, [null, 5, 8]],
    [{ pool: 'none', classToken: false }, [null, 4, 8]],
    [{ classes: 3 }, [null, 3]],
  ] as const) {
    const model = vit({ ...options, ...more });
    expect(model.outputs[0]?.shape).toEqual(shape);
    model.dispose();
  }
  for (const classToken of [true, false]) {
    const { encoder, decoder, features } = maeModel({ ...options, classToken });
    expect(encoder.outputs[0]?.shape).toEqual([null, null, 8]);
    expect(decoder.outputs[0]?.shape).toEqual([null, 4, 48]);
    expect(features.outputs[0]?.shape).toEqual([null, 8]);
    expect(features.layers.map(({ name }) => name).slice(1)).toEqual([
      ...['patches', 'positions', ...(classToken ? ['class'] : []), 'block0', 'norm', 'pool'],
    ]);
    for (const model of [encoder, decoder, features]) model.dispose();
  }
});

test.each<[() => unknown, string]>([
  [() => vit({ size: 30 }), 'vit: height and width of the images must be multiples of the patch size 4, got 30 x 30.'],
  [() => vit({ size: [32, 0] }), 'vit: size (width) must be an integer >= 1, got 0.'],
  [() => vit({ patchSize: 0 }), 'vit: patchSize must be an integer >= 1, got 0.'],
  [() => vit({ channels: 0.5 }), 'vit: channels must be an integer >= 1, got 0.5.'],
  [() => vit({ preset: 'large' as 'base' }), "vit: preset must be one of 'tiny', 'small', 'base', got \"large\"."],
  [() => vit({ depth: 0 }), 'vit: depth must be an integer >= 1, got 0.'],
  [() => vit({ heads: 5 }), 'vit: heads must divide dim 192, got 5.'],
  [() => vit({ mlpRatio: 0 }), 'vit: mlpRatio must be a number > 0, got 0.'],
  [() => vit({ dropPath: 1 }), 'vit (dropPath): rate must be a number >= 0 and < 1, got 1.'],
  [() => vit({ layerScale: Number.NaN }), 'vit: layerScale must be a number that is finite, got NaN.'],
  [() => vit({ pool: 'max' as 'none' }), "vit: pool must be one of 'average', 'class', 'none', got \"max\"."],
  [() => vit({ pool: 'class', classToken: false }), "vit: pool 'class' must have a class token, got none."],
  [
    () => vit({ positions: 'none' as 'learned' }),
    "vit: positions must be one of 'learned', 'sineCosine', got \"none\".",
  ],
  [
    () => vit({ positions: 'sineCosine', dim: 6, heads: 1 }),
    'vit: dim must be a multiple of 4 with fixed positions, got 6.',
  ],
  [() => vit({ classes: 0 }), 'vit: classes must be an integer >= 1, got 0.'],
  [() => maeModel({ dim: 6, heads: 1 }), 'maeModel: dim must be a multiple of 4, got 6.'],
  [() => maeModel({ decoderDim: 6, decoderHeads: 1 }), 'maeModel: decoderDim must be a multiple of 4, got 6.'],
  [() => maeModel({ decoderDepth: 0 }), 'maeModel: decoderDepth must be an integer >= 1, got 0.'],
  [() => maeModel({ decoderHeads: 3 }), 'maeModel: decoderHeads must divide decoderDim 128, got 3.'],
  [() => maeModel({ pool: 'class', classToken: false }), "maeModel: pool 'class' must have a class token, got none."],
  [() => maeModel({ pool: 'none' as 'class' }), "maeModel: pool must be one of 'average', 'class', got \"none\"."],
])('bad option %#', (f, message) => {
  expect(f).toThrow(message);
});
