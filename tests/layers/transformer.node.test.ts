import '@tensorflow/tfjs-backend-cpu';
import { add, matMul, mul, ones, reshape, setBackend, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  GELU,
  LayerNorm,
  MultiHeadAttention,
  PatchEmbedding,
  PoolTokens,
  RestoreTokens,
  TakeTokens,
  TransformerBlock,
} from '../../src/layers/index.js';
import { expectClose, flat, normals } from '../helpers/index.js';

beforeAll(async () => {
  await setBackend('cpu');
});

const block = (): { layer: TransformerBlock; weights: Map<string, Tensor> } => {
  const layer = new TransformerBlock({ name: 'b', heads: 2, mlpRatio: 2, layerScale: 1, dropPath: 0.5, seed: 1 });
  layer.apply(zeros([1, 3, 4]));
  layer.setWeights(layer.getWeights().map((weight, i) => normals(i, weight.shape, 0.5)));
  return { layer, weights: new Map(layer.weights.map((w) => [w.originalName, w.read()])) };
};

test('a block is its layers one after the other, under the names of their weights', async () => {
  const { layer, weights } = block();
  const x = normals(50, [2, 3, 4]);
  const get = (...names: string[]): Tensor[] => names.map((name) => weights.get(`b/${name}`) as Tensor);
  const run = (part: layers.Layer, z: Tensor, names: string[]): Tensor => {
    part.build(z.shape);
    part.setWeights(get(...names));
    return part.apply(z) as Tensor;
  };
  const norm = (z: Tensor, name: string): Tensor => run(new LayerNorm(), z, [`${name}/gamma`, `${name}/beta`]);
  const attention = ['qkv', 'projection'].flatMap((name) => [`attention/${name}/kernel`, `attention/${name}/bias`]);
  const mixed = run(new MultiHeadAttention({ heads: 2 }), norm(x, 'norm1'), attention);
  const middle = add(x, mul(mixed, get('scale1')[0] as Tensor));
  const dense = (z: Tensor, name: string, units: number): Tensor =>
    run(layers.dense({ units }), z, [`mlp/${name}/kernel`, `mlp/${name}/bias`]);
  const hidden = new GELU().apply(dense(norm(middle, 'norm2'), 'fc1', 8)) as Tensor;
  const expected = add(middle, mul(dense(hidden, 'fc2', 4), get('scale2')[0] as Tensor));
  await expectClose(layer.apply(x) as Tensor, expected);
  expect([...weights.keys()].map((name) => name.slice(2))).toEqual([
    ...['norm1/gamma', 'norm1/beta', ...attention, 'scale1', 'norm2/gamma', 'norm2/beta'],
    ...['mlp/fc1/kernel', 'mlp/fc1/bias', 'mlp/fc2/kernel', 'mlp/fc2/bias', 'scale2'],
  ]);
});

test('a dropped branch leaves the sample, a kept one counts 1 / (1 - rate); the same seed drops the same', async () => {
  const { layer } = block();
  const x = normals(60, [40, 3, 4]);
  const run = (kwargs: object): Promise<number[]> => flat(layer.apply(x, kwargs) as Tensor);
  const [a, b, c] = [
    await run({ training: true, seed: 1 }),
    await run({ training: true, seed: 1 }),
    await run({ training: true, seed: 2 }),
  ];
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
  const values = await flat(x);
  const same = Array.from({ length: 40 }, (_, i) =>
    a.slice(12 * i, 12 * i + 12).every((v, j) => v === values[12 * i + j]),
  );
  const untouched = same.filter(Boolean).length; // both branches dropped: a quarter of 40
  expect(untouched).toBeGreaterThan(3);
  expect(untouched).toBeLessThan(20);
  expect(layer.calls).toBe(0);
  await run({ training: true });
  expect([layer.calls, layer.getConfig().calls]).toEqual([1, 1]);
});

test('the kernel of a patch embedding is that of a convolution', async () => {
  const layer = new PatchEmbedding({ patchSize: 2, dim: 3 });
  const x = normals(70, [1, 4, 4, 2]);
  const y = layer.apply(x) as Tensor;
  const convolution = layers.conv2d({ filters: 3, kernelSize: 2, strides: 2 });
  convolution.build([null, 4, 4, 2]);
  const [kernel, bias] = layer.getWeights() as [Tensor, Tensor];
  convolution.setWeights([reshape(kernel, [2, 2, 2, 3]), bias]);
  await expectClose(reshape(convolution.apply(x) as Tensor, [1, 4, 3]), y);
  expect(matMul(ones([1, 8]), kernel as Tensor).shape).toEqual([1, 3]);
});

const ids = (): Tensor => tensor2d([[0]], [1, 1], 'int32');
test.each<[() => unknown, string]>([
  [() => new MultiHeadAttention({ heads: 0 }), 'MultiHeadAttention: heads must be an integer >= 1, got 0.'],
  [
    () => new MultiHeadAttention({ heads: 3 }).apply(zeros([1, 2, 4])),
    'MultiHeadAttention: heads must divide the width of the tokens, 4, got 3.',
  ],
  [
    () => new MultiHeadAttention({ heads: 3 }).apply(zeros([1, 4])),
    'MultiHeadAttention: input must have shape [batch, tokens, dim], got [1, 4].',
  ],
  [() => new TransformerBlock({ heads: 1.5 }), 'TransformerBlock: heads must be an integer >= 1, got 1.5.'],
  [() => new TransformerBlock({ heads: 1, mlpRatio: 0 }), 'TransformerBlock: mlpRatio must be a number > 0, got 0.'],
  [
    () => new TransformerBlock({ heads: 1, epsilon: Number.NaN }),
    'TransformerBlock: epsilon must be a number > 0, got NaN.',
  ],
  [
    () => new TransformerBlock({ heads: 1, dropPath: 1 }),
    'TransformerBlock (dropPath): rate must be a number >= 0 and < 1, got 1.',
  ],
  [
    () => new TransformerBlock({ heads: 3 }).apply(zeros([1, 2, 4])),
    'TransformerBlock: heads must divide the width of the tokens, 4, got 3.',
  ],
  [() => new PatchEmbedding({ patchSize: 0, dim: 1 }), 'PatchEmbedding: patchSize must be an integer >= 1, got 0.'],
  [
    () => new PatchEmbedding({ patchSize: 4, dim: 1 }).apply(zeros([1, 8, 6, 3])),
    'PatchEmbedding: height and width of the images must be multiples of the patch size 4, got 8 x 6.',
  ],
  [
    () => new PatchEmbedding({ patchSize: 4, dim: 1 }).apply(zeros([8, 8, 3])),
    'PatchEmbedding: input must be [batch, height, width, channels] of known size, got [8, 8, 3].',
  ],
  [
    () => new PoolTokens({ pool: 'max' as 'class' }),
    "PoolTokens: pool must be one of 'average', 'class', 'patches', got \"max\".",
  ],
  [() => new TakeTokens().apply(zeros([1, 2, 4])), 'TakeTokens: must have two inputs, got 1.'],
  [
    () => new TakeTokens().apply([zeros([1, 2, 4]), zeros([1, 1])]),
    'TakeTokens: ids must have dtype int32, got float32.',
  ],
  [
    () => new TakeTokens().apply([zeros([1, 2, 4]), zeros([2, 1], 'int32')]),
    'TakeTokens: ids must have shape [1, ids], got [2, 1].',
  ],
  [
    () => new RestoreTokens().apply([zeros([2, 4]), ids()]),
    'RestoreTokens: inputs must have shapes [batch, tokens, dim] and [batch, ids], got [[2,4],[1,1]].',
  ],
])('bad input %#', (f, message) => {
  expect(f).toThrow(message);
});
