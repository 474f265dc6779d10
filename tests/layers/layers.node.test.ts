import '@tensorflow/tfjs-backend-cpu';
import { type io, memory, ones, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { input, type layers, loadLayersModel, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { ShapeError } from '../../src/internal/errors.js';
import {
  BatchNorm,
  ChannelwiseDense,
  ClassToken,
  DropPath,
  L2Normalize,
  LayerNorm,
  PositionEmbedding,
  registerLayers,
  resizePositions,
  WeightNormDense,
} from '../../src/layers/index.js';
import { MomentumEncoder } from '../../src/momentum/index.js';
import { foldIn } from '../../src/random/index.js';
import { flat } from '../helpers/index.js';

test('bad options are refused by the constructor, before any tensor', () => {
  const before = memory().numTensors;
  const bad: [() => unknown, string][] = [
    [() => new LayerNorm({ epsilon: 0 }), 'LayerNorm: epsilon must be a number > 0, got 0.'],
    [() => new DropPath({ rate: 1, seed: 1 }), 'DropPath: rate must be a number >= 0 and < 1, got 1.'],
    [() => new DropPath({ rate: Number.NaN, seed: 1 }), 'DropPath: rate must be'],
    [() => new DropPath({ rate: 0.1, seed: 0.5 }), 'seed must be a safe integer or a RandomKey, got 0.5'],
    [() => new DropPath({ rate: 0.1 } as never), 'seed must be a safe integer or a RandomKey, got undefined'],
    [() => new DropPath({ rate: 0.1, seed: 1, calls: -1 }), 'DropPath: calls must be an integer >= 0, got -1.'],
    [() => new L2Normalize({ epsilon: -1 }), 'L2Normalize: epsilon must be a number >= 0, got -1.'],
    [() => new WeightNormDense({ units: 0 }), 'WeightNormDense: units must be an integer >= 1, got 0.'],
    [() => new BatchNorm({ momentum: 1.1 }), 'BatchNorm: momentum must be a number >= 0 and <= 1, got 1.1.'],
    [() => new BatchNorm({ epsilon: 0 }), 'BatchNorm: epsilon must be a number > 0, got 0.'],
    [() => new BatchNorm({ movingVariance: 'torch' as never }), 'BatchNorm: movingVariance must be one of'],
    [() => new ClassToken({ std: -1 }), 'ClassToken: std must be a number >= 0, got -1.'],
    [() => new PositionEmbedding({ gridSize: [0, 2] }), 'PositionEmbedding: gridSize (rows) must be an integer >= 1'],
    [() => new PositionEmbedding({} as never), 'PositionEmbedding: gridSize (rows) must be an integer >= 1'],
    [() => new PositionEmbedding({ gridSize: 2, kind: 'fixed' as never }), 'PositionEmbedding: kind must be one of'],
  ];
  for (const [make, message] of bad) {
    expect(make).toThrow(message);
    expect(make).toThrow(RangeError);
  }
  expect(memory().numTensors).toBe(before);
});

test('shapes that do not fit are refused, symbolic ones too', () => {
  const apply = (layer: layers.Layer, shape: (number | null)[]) => () => layer.apply(input({ shape }));
  const grid = () => new PositionEmbedding({ gridSize: [2, 3], classToken: true });
  const bad: [() => unknown, string][] = [
    [apply(new LayerNorm(), [3, null]), 'LayerNorm: input must have at least 2 axes and a last one of known size'],
    [apply(new WeightNormDense({ units: 2 }), []), 'WeightNormDense: input must have at least 2 axes'],
    [apply(new ChannelwiseDense(), [3, 2]), 'ChannelwiseDense: input must have shape [batch, height, width, channels]'],
    [apply(new ClassToken(), [3]), 'ClassToken: input must have shape [batch, tokens, dim]'],
    [
      apply(grid(), [6, 8]),
      'PositionEmbedding: input must have 7 tokens, for a grid of 2 x 3 and a class token, got 6.',
    ],
    [() => new BatchNorm().apply([zeros([2, 2]), zeros([2, 2])]), 'BatchNorm: must have one input, got 2.'],
    [() => new BatchNorm().apply(zeros([1, 2]), { training: true }), 'BatchNorm: training needs at least 2 values'],
    [
      () => resizePositions(tensor2d([[1], [2]]), 2, 3),
      'resizePositions: positions must have shape [4, dim], got [2, 1].',
    ],
  ];
  for (const [run, message] of bad) {
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ name: ShapeError.name }));
  }
  const sines = new PositionEmbedding({ gridSize: 2, kind: 'sineCosine' });
  expect(apply(sines, [4, 6])).toThrow('PositionEmbedding: dim must be a multiple of 4, got 6.');
  expect(() => resizePositions(tensor2d([[1]]), 1, 0)).toThrow('resizePositions: to (rows) must be an integer >= 1');
});

/** Which of n samples a call keeps. */
async function kept(layer: layers.Layer, n: number, args = {}): Promise<boolean[]> {
  return (await flat(layer.apply(ones([n, 1]), { training: true, ...args }) as Tensor)).map((v) => v > 0);
}

test('DropPath drops at its rate; the call, the layer and the sample decide, not the batch', async () => {
  const make = (seed: number) => new DropPath({ rate: 0.3, seed });
  const layer = make(1);
  const first = await kept(layer, 4000);
  expect(Math.abs(first.filter(Boolean).length / 4000 - 0.7)).toBeLessThan(0.025);
  expect(layer.calls).toBe(1);
  const second = await kept(layer, 4000);
  const both = first.filter((k, i) => k && second[i]).length / 4000;
  expect(Math.abs(both - 0.49)).toBeLessThan(0.03);
  expect(await kept(make(1), 50)).toEqual(first.slice(0, 50));
  expect(await kept(make(2), 50)).not.toEqual(first.slice(0, 50));

  const seed = foldIn(9, 3);
  const given = await kept(layer, 50, { seed });
  expect(layer.calls).toBe(2);
  expect(await kept(make(1), 50, { seed })).toEqual(given);
  expect(await kept(make(2), 50, { seed })).not.toEqual(given);
  expect(await kept(layer, 50, { seed: foldIn(9, 4) })).not.toEqual(given);
  layer.apply(ones([2, 1]));
  expect(layer.calls).toBe(2);
  expect(() => layer.apply(ones([2, 1]), { training: true, seed: 'x' })).toThrow('seed must be a safe integer');
});

test('a saved DropPath goes on where it was; a seed of the call reaches the layers of a model', async () => {
  registerLayers();
  const start = input({ shape: [1] });
  const path = new DropPath({ rate: 0.5, seed: foldIn(1, 2) });
  const whole = model({ inputs: start, outputs: path.apply(start) as SymbolicTensor });
  await kept(whole, 20);
  await kept(whole, 20);
  let artifacts: io.ModelArtifacts | undefined;
  await whole.save({
    save: async (all) => {
      artifacts = JSON.parse(JSON.stringify({ modelTopology: all.modelTopology, weightSpecs: all.weightSpecs }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  const loaded = await loadLayersModel({ load: async () => artifacts as io.ModelArtifacts });
  expect((loaded.layers[1] as DropPath).calls).toBe(2);
  expect(await kept(loaded, 20)).toEqual(await kept(whole, 20));
  expect(await kept(loaded, 20, { seed: 3 })).toEqual(await kept(path, 20, { seed: 3 }));
  expect(path.calls).toBe(3);
});

test('initial weights come from the seed: uniform within 1 / sqrt(inputs), normal', async () => {
  const dense = (seed: number) => {
    const layer = new WeightNormDense({ units: 40, seed });
    layer.build([null, 25]);
    return flat(layer.getWeights()[0] as Tensor);
  };
  const kernel = await dense(1);
  expect(await dense(1)).toEqual(kernel);
  expect(await dense(2)).not.toEqual(kernel);
  expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(0.2);
  expect(Math.max(...kernel.map(Math.abs))).toBeGreaterThan(0.19);
  for (const [layer, std] of [
    [new ClassToken({ std: 0.5 }), 0.5],
    [new PositionEmbedding({ gridSize: 1 }), 0.02],
  ] as const) {
    layer.build([null, 1, 1000]);
    const values = await flat(layer.getWeights()[0] as Tensor);
    const deviation = Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);
    expect(Math.abs(deviation / std - 1)).toBeLessThan(0.1);
  }
});

test('layers work in a sequential model, and a momentum encoder copies them', async () => {
  registerLayers();
  registerLayers();
  const head = sequential({
    layers: [
      new WeightNormDense({ units: 3, inputShape: [2] }),
      new BatchNorm({ scale: false }),
      new L2Normalize({ epsilon: 1e-6, name: 'unit' }),
    ],
  });
  const copy = new MomentumEncoder(head);
  const x = tensor2d([[1, 2], [3, -1]]); // biome-ignore format: rows
  expect(await flat(copy.apply(x, { training: false }))).toEqual(await flat(head.apply(x) as Tensor));
  expect(copy.model.layers[2]?.name).toBe('unit');
  copy.dispose();
  head.dispose();
});
