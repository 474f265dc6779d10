import {
  mean,
  mul,
  ones,
  type Scalar,
  square,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tidy,
  train,
  type Variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { gelu } from '../../src/internal/gelu.js';
import { layerNorm } from '../../src/internal/layerNorm.js';
import {
  BatchNorm,
  ChannelwiseDense,
  ClassToken,
  DropPath,
  L2Normalize,
  LayerNorm,
  PositionEmbedding,
  resizePositions,
  sineCosinePositions,
  WeightNormDense,
} from '../../src/layers/index.js';
import { expectClose, expectGradient, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

const run = (layer: layers.Layer, x: Tensor, args = {}): Tensor => hold(layer.apply(x, args) as Tensor);
/** Writes weights into a layer; its first call makes them. */
const set = (layer: layers.Layer, x: Tensor, ...values: Tensor[]): void => {
  run(layer, x);
  layer.setWeights(values.map(hold));
};

onEveryBackend('numbers of layers', () => {
  test('gelu is x times the normal distribution function, by math.erf of Python', async () => {
    const xs = [-6, -2, -1, -0.3, 0, 0.3, 1, 2, 6];
    const ys = [-5.919526e-9, -0.0455002639, -0.158655254, -0.114626573, 0, 0.185373427, 0.841344746, 1.95449974, 6];
    await expectClose(hold(gelu(hold(tensor1d(xs)))), ys, { atol: 2e-6 });
  });

  test('layerNorm is the stock layer, at rows far from zero too', async () => {
    const stock = layers.layerNormalization({ epsilon: 1e-3 });
    const x = normals(1, [2, 3, 5], 100);
    await expectClose(hold(layerNorm(x, 1e-3)), run(stock, x), { atol: 1e-4 });
    stock.dispose();
  });

  // PyTorch 1.13 in float32: layer_norm, BatchNorm1d, weight_norm(Linear), interpolate.
  const x = () => hold(tensor2d([[1, -2], [2, 0.5], [4, 3], [-1, 1]])); // biome-ignore format: rows
  const [scale, offset] = [() => tensor1d([2, -1]), () => tensor1d([0.5, 3])];

  test('LayerNorm, L2Normalize and WeightNormDense have the numbers of PyTorch', async () => {
    const norm = new LayerNorm();
    set(norm, x(), scale(), offset());
    await expectClose(run(norm, x()), [2.5, 4, 2.499998, 3.999999, 2.499996, 3.999998, -1.499999, 2]);
    norm.dispose();

    const rows = hold(tensor3d([[[3, 4], [0, 0]], [[-0.3, 0.4], [1e-30, 0]]])); // biome-ignore format: rows
    await expectClose(run(new L2Normalize(), rows), [0.6, 0.8, 0, 0, -0.6, 0.8, 1, 0]);
    await expectClose(run(new L2Normalize({ epsilon: 1 }), rows), [0.6, 0.8, 0, 0, -0.3, 0.4, 0, 0]);

    const dense = new WeightNormDense({ units: 3, trainableScale: true });
    set(dense, x(), tensor2d([[3, 1, -1], [4, 0, 1]]), tensor1d([1, 2, 3])); // biome-ignore format: rows
    const expected = [-1, 2, -6.363961, 1.6, 4, -3.181981, 4.8, 8, -2.12132, 0.2, -2, 4.242641];
    await expectClose(run(dense, x()), expected);
    dense.dispose();
  });

  test('ChannelwiseDense multiplies the places of each channel by a matrix of its own', async () => {
    const dense = new ChannelwiseDense();
    const map = hold(tensor4d([1, 10, 2, 20, 3, 30, 4, 40], [2, 1, 2, 2])); // channel 0: (1, 2), (3, 4); 1: ten times that
    const kernel = tensor3d([[[1, 2], [3, 4]], [[0, -1], [1, 0]]]); // biome-ignore format: from, to
    set(dense, map, kernel, tensor3d([[[0.5, 0]], [[0, 7]]])); // biome-ignore format: rows
    await expectClose(run(dense, map), [7.5, 20, 10, -3, 15.5, 40, 22, -23]);
    dense.dispose();
  });

  test('BatchNorm has the numbers of PyTorch, with scale and offset and without', async () => {
    const train = { training: true };
    for (const affine of [true, false]) {
      const norm = new BatchNorm({ scale: affine, center: affine });
      run(norm, x());
      const statistics = () => norm.nonTrainableWeights.map((weight) => weight.read());
      if (affine) set(norm, x(), scale(), offset(), zeros([2]), ones([2]));
      const trained = affine
        ? [-0.054699, 4.473909, 1.054699, 3.070186, 3.273497, 1.666464, -2.273497, 2.789442]
        : [-0.27735, -1.473909, 0.27735, -0.070186, 1.386748, 1.333537, -1.386748, 0.210558];
      await expectClose(run(norm, x(), train), trained, { rtol: 1e-3 });
      await expectClose(statistics()[0] as Tensor, [0.15, 0.0625]);
      await expectClose(statistics()[1] as Tensor, [1.333333, 1.322917]);
      run(norm, hold(mul(x(), 2)), train);
      await expectClose(statistics()[0] as Tensor, [0.435, 0.18125]);
      await expectClose(statistics()[1] as Tensor, [2.933333, 2.882292]);
      const tested = affine
        ? [1.159777, 4.284801, 2.327523, 2.81225, 4.663016, 1.339699, -1.175716, 2.51774]
        : [0.329888, -1.284801, 0.913762, 0.18775, 2.081508, 1.660301, -0.837858, 0.48226];
      await expectClose(run(norm, x()), tested, { rtol: 1e-3 });
      norm.dispose();
    }
    const biased = new BatchNorm({ movingVariance: 'biased', momentum: 0.5 });
    run(biased, x(), train);
    await expectClose(biased.weights[3]?.read() as Tensor, [0.5 + 0.5 * 3.25, 0.5 + 0.5 * 3.171875]);
    biased.dispose();
  });

  test('BatchNorm in a loop of ones own: statistics follow, have no gradient, and nothing is left', async () => {
    const start = input({ shape: [2] });
    const hidden = layers.dense({ units: 2, kernelInitializer: 'identity' }).apply(start) as SymbolicTensor;
    const norm = new BatchNorm({ center: false, scale: false });
    const whole = model({ inputs: start, outputs: norm.apply(hidden) as SymbolicTensor });
    const towards = normals(3, [4, 2]);
    const batch = x();
    const loss = () => tidy(() => mean<Scalar>(mul(whole.apply(batch, { training: true }) as Tensor, towards)));
    const { value, grads } = variableGrads(loss);
    hold(value);
    expect(Object.values(grads).map((g) => hold(g).shape)).toEqual([[2, 2], [2]]);
    await expectClose(norm.weights[0]?.read() as Tensor, [0.15, 0.0625]);
    const sgd = train.sgd(0.1);
    const moving = norm.nonTrainableWeights[1]?.read() as Variable;
    const before = await flat(moving);
    expectKept(0, () => {
      sgd.minimize(loss);
      return undefined;
    });
    expect(await flat(moving)).not.toEqual(before);
    const stays = await flat(moving);
    hold(whole.apply(batch) as Tensor);
    expect(await flat(moving)).toEqual(stays);
    whole.dispose();
    sgd.dispose();
  });

  test('DropPath: whole samples, drawn alike everywhere', async () => {
    const layer = new DropPath({ rate: 0.25, seed: 5 });
    const all = hold(ones([8, 2, 2]));
    const dropped = await flat(run(layer, all, { training: true }));
    const kept = Array.from({ length: 8 }, (_, i) => dropped[4 * i] as number);
    expect(kept.map((v) => v > 0)).toEqual([true, false, true, false, true, true, true, true]);
    await expectClose(
      dropped,
      kept.flatMap((v) => Array<number>(4).fill(v > 0 ? 4 / 3 : 0)),
    );
    await expectClose(run(layer, all), all);
  });

  test('ClassToken comes first; PositionEmbedding adds', async () => {
    const token = new ClassToken();
    const tokens = hold(tensor3d([[[1, 2]], [[3, 4]]]));
    set(token, tokens, tensor1d([7, 8]));
    await expectClose(run(token, tokens), [7, 8, 1, 2, 7, 8, 3, 4]);
    token.dispose();
    const fixed = new PositionEmbedding({ gridSize: [2, 1], kind: 'sineCosine', classToken: true });
    const expected = await flat(hold(sineCosinePositions({ gridSize: [2, 1], dim: 4, classToken: true })));
    const two = hold(ones([2, 3, 4]));
    await expectClose(
      run(fixed, two),
      [...expected, ...expected].map((v) => v + 1),
    );
    fixed.dispose();
  });

  test('resizePositions is the bicubic interpolation of PyTorch, antialiased or not', async () => {
    const grid = [0, 0.1, 0.4, 0.9, 1.6, 2.5];
    // biome-ignore format: rows
    const cases: [antialias: boolean, to: [number, number], expected: number[]][] = [
      [false, [3, 2], [-0.075985, 0.163224, 0.519531, 1.328125, 1.115047, 2.493025]],
      [false, [4, 5], [-0.098447, -0.097719, -0.058203, 0.089313, 0.201241, 0.181256, 0.264063, 0.439844, 0.723625, 0.917631,
        0.641944, 0.859938, 1.260156, 1.768375, 2.097569, 0.921647, 1.221719, 1.758203, 2.402688, 2.81396]],
      [true, [3, 2], [-0.048486, 0.173108, 0.565891, 1.2561, 1.180267, 2.339092]],
      [true, [1, 2], [0.565891, 1.2561]],
    ];
    const channels = (values: number[]): number[] => values.flatMap((v) => [v, 1 - 2 * v]);
    const positions = hold(tensor2d(channels(grid), [6, 2]));
    const withToken = hold(tensor2d([5, 6, ...channels(grid)], [7, 2]));
    for (const [antialias, to, expected] of cases) {
      const got = hold(resizePositions(positions, [2, 3], to, { antialias }));
      await expectClose(got, channels(expected), { atol: 3e-6 });
    }
    const [antialias, to, expected] = cases[0] as (typeof cases)[0];
    const got = hold(resizePositions(withToken, [2, 3], to, { antialias, classToken: true }));
    await expectClose(got, [5, 6, ...channels(expected)], { atol: 3e-6 });
    await expectClose(hold(resizePositions(positions, [2, 3], [2, 3])), positions);
    expectKept(1, () => resizePositions(withToken, [2, 3], 2, { classToken: true }));
    await expectGradient((p) => tidy(() => mean<Scalar>(square(resizePositions(p as Tensor2D, [2, 3], 2)))), positions);
  });
});
