import {
  concat,
  gather,
  mul,
  reshape,
  type Scalar,
  slice,
  sum,
  type Tensor,
  tensor,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  MultiHeadAttention,
  PatchEmbedding,
  PoolTokens,
  RestoreTokens,
  TakeTokens,
  TransformerBlock,
} from '../../src/layers/index.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

/** Builds a layer for an input, and writes drawn values into all weights. */
function fill(layer: layers.Layer, x: Tensor, seed: number, scale: number): void {
  hold(layer.apply(x) as Tensor);
  for (const [i, weight] of layer.weights.entries()) weight.write(normals(seed + i, weight.shape as number[], scale));
}

/** Slopes of a layer's result against differences: in the first input, and in all weights at once. */
async function expectGradients(layer: layers.Layer, inputs: Tensor[], kwargs = {}): Promise<void> {
  const [x, ...others] = inputs as [Tensor, ...Tensor[]];
  const run = (z: Tensor): Tensor => layer.apply(others.length === 0 ? z : [z, ...others], kwargs) as Tensor;
  const towards = normals(99, hold(run(x)).shape);
  const loss = (z: Tensor): Scalar => tidy(() => sum(mul(run(z), towards)));
  await expectGradient(loss, x, { directions: 1 });
  const weights = layer.trainableWeights;
  if (weights.length === 0) return;
  const values = weights.map((weight) => weight.read());
  const starts = values.map((_, i) => values.slice(0, i).reduce((total, value) => total + value.size, 0));
  const all = hold(tidy(() => concat(values.map((value) => reshape(value, [value.size])))));
  await expectGradient(
    (flat) => {
      weights.forEach((weight, i) => {
        const value = values[i] as Tensor;
        weight.read = () => reshape(slice(flat, [starts[i] as number], [value.size]), value.shape);
      });
      return loss(x);
    },
    all,
    { directions: 2 },
  );
  weights.forEach((weight, i) => {
    weight.read = () => values[i] as Tensor;
  });
}

/** Attention in plain loops over one sample `[tokens][dim]`; kernels `[from][to]`. */
function attention(x: number[][], qkv: number[][], qkvBias: number[], out: number[][], bias: number[], heads: number) {
  const product = (row: number[], kernel: number[][], b: number[]): number[] =>
    b.map((start, j) => row.reduce((total, v, i) => total + v * (kernel[i]?.[j] as number), start));
  const dim = x[0]?.length as number;
  const d = dim / heads;
  const all = x.map((row) => product(row, qkv, qkvBias));
  const mixed = all.map((query) =>
    Array.from({ length: dim }, (_, j) => {
      const head = Math.floor(j / d);
      const scores = all.map((key) => {
        let score = 0;
        for (let i = head * d; i < (head + 1) * d; i++) score += (query[i] as number) * (key[dim + i] as number);
        return Math.exp(score / Math.sqrt(d));
      });
      const total = scores.reduce((a, b) => a + b, 0);
      return all.reduce((s, value, t) => s + ((scores[t] as number) / total) * (value[2 * dim + j] as number), 0);
    }),
  );
  return mixed.map((row) => product(row, out, bias));
}

onEveryBackend('transformer layers', () => {
  test('MultiHeadAttention: values of plain loops, order of tokens, gradients, tensors', async () => {
    const [x, layer] = [normals(1, [2, 5, 6]), new MultiHeadAttention({ heads: 2 })];
    fill(layer, x, 10, 0.5);
    const y = hold(layer.apply(x) as Tensor);
    const weights = await Promise.all(layer.getWeights().map((weight) => weight.array()));
    const [qkv, qkvBias, out, bias] = weights as [number[][], number[], number[][], number[]];
    const expected = ((await x.array()) as number[][][]).map((one) => attention(one, qkv, qkvBias, out, bias, 2));
    await expectClose(y, expected, { atol: 1e-4 });
    const order = hold(tensor([3, 0, 4, 2, 1], [5], 'int32'));
    await expectClose(hold(layer.apply(hold(gather(x, order, 1))) as Tensor), hold(gather(y, order, 1)));
    await expectGradients(layer, [x]);
    expectKept(1, () => layer.apply(x) as Tensor);
    layer.dispose();
  });

  test('TransformerBlock: gradients with layer scale and dropped paths, tensors', async () => {
    const x = normals(2, [4, 3, 4]);
    const layer = new TransformerBlock({
      heads: 2,
      mlpRatio: 1.5,
      dropPath: 0.4,
      layerScale: 0.5,
      epsilon: 1e-2,
      seed: 5,
    });
    fill(layer, x, 20, 0.7);
    const kwargs = { training: true, seed: 3 };
    await expectGradients(layer, [x], kwargs);
    expectKept(1, () => layer.apply(x, kwargs) as Tensor);
    expectKept(1, () => layer.apply(x) as Tensor);
    layer.dispose();
  });

  test('TakeTokens: the tokens asked for, gradients also where one is taken twice', async () => {
    const [x, layer] = [normals(3, [2, 4, 3]), new TakeTokens()];
    const ids = hold(
      tensor2d(
        [
          [3, 0, 1],
          [2, 2, 1],
        ],
        [2, 3],
        'int32',
      ),
    );
    const rows = (await x.array()) as number[][][];
    const expected = [
      [3, 0, 1],
      [2, 2, 1],
    ].map((some, i) => some.map((j) => rows[i]?.[j] as number[]));
    await expectClose(hold(layer.apply([x, ids]) as Tensor), expected, { atol: 0, rtol: 0 });
    await expectGradients(layer, [x, ids]);
    expectKept(1, () => layer.apply([x, ids]) as Tensor);
  });

  test.each([false, true])(
    'RestoreTokens, class token %s: the order of the patches, mask tokens, gradients',
    async (classToken) => {
      const first = classToken ? 1 : 0;
      const [x, layer] = [normals(4, [2, 2 + first, 3]), new RestoreTokens({ classToken })];
      const restore = [
        [1, 3, 0, 2],
        [2, 0, 3, 1],
      ];
      const ids = hold(tensor2d(restore, [2, 4], 'int32'));
      const y = hold(layer.apply([x, ids]) as Tensor);
      const mask = (await layer.getWeights()[0]?.array()) as number[];
      const rows = (await x.array()) as number[][][];
      const expected = restore.map((numbers, i) => [
        ...(rows[i] as number[][]).slice(0, first),
        ...numbers.map((j) => (j < 2 ? (rows[i]?.[j + first] as number[]) : mask)),
      ]);
      await expectClose(y, expected, { atol: 0, rtol: 0 });
      await expectGradients(layer, [x, ids]);
      expectKept(1, () => layer.apply([x, ids]) as Tensor);
      layer.dispose();
    },
  );

  test('PatchEmbedding: every patch times the kernel, rows by pixel row, column, channel', async () => {
    const [x, layer] = [normals(5, [2, 4, 6, 2]), new PatchEmbedding({ patchSize: 2, dim: 3 })];
    fill(layer, x, 30, 0.5);
    const y = hold(layer.apply(x) as Tensor);
    const [kernel, bias] = (await Promise.all(layer.getWeights().map((w) => w.array()))) as [number[][], number[]];
    const images = (await x.array()) as number[][][][];
    const expected = images.map((image) =>
      Array.from({ length: 6 }, (_, p) => {
        const [top, left] = [2 * Math.floor(p / 3), 2 * (p % 3)];
        const patch = [0, 1].flatMap((r) => [0, 1].flatMap((c) => image[top + r]?.[left + c] as number[]));
        return bias.map((start, j) => patch.reduce((s, v, i) => s + v * (kernel[i]?.[j] as number), start));
      }),
    );
    await expectClose(y, expected);
    await expectGradients(layer, [x]);
    expectKept(1, () => layer.apply(x) as Tensor);
    layer.dispose();
  });

  test('PoolTokens: mean, class token or patches', async () => {
    const x = hold(tensor([1, 10, 2, 20, 6, 60], [1, 3, 2]));
    for (const [options, expected] of [
      [{ pool: 'average' }, [[3, 30]]],
      [{ pool: 'average', classToken: true }, [[4, 40]]],
      [{ pool: 'class' }, [[1, 10]]],
      [
        { pool: 'patches' },
        [
          [
            [2, 20],
            [6, 60],
          ],
        ],
      ],
    ] as const) {
      const layer = new PoolTokens(options);
      const y = hold(layer.apply(x) as Tensor);
      await expectClose(y, expected);
      expect(layer.computeOutputShape([null, 3, 2])).toEqual([null, ...y.shape.slice(1)]);
      await expectGradients(layer, [x]);
    }
  });
});
