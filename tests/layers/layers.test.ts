import { type io, mul, type Scalar, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  BatchNorm,
  ChannelwiseDense,
  ClassToken,
  DropPath,
  GELU,
  L2Normalize,
  LayerNorm,
  PositionEmbedding,
  registerLayers,
  WeightNormDense,
} from '../../src/layers/index.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend, uniforms } from '../helpers/index.js';

type Layer = layers.Layer;

interface Row {
  /** Name of the class. */
  readonly name: string;
  readonly make: () => Layer;
  /** Shape of one sample. */
  readonly shape: number[];
  /** Shape of one sample of the output. @defaultValue the input's */
  readonly output?: number[];
  /** Weights as [name, shape, trainable]. */
  readonly weights?: [string, number[], boolean][];
  /** Arguments of the calls whose gradient is checked. */
  readonly args?: Record<string, unknown>;
}

const rows: Row[] = [
  { name: 'GELU', make: () => new GELU(), shape: [3, 4] },
  {
    name: 'LayerNorm',
    make: () => new LayerNorm({ epsilon: 0.01 }),
    shape: [3, 4],
    weights: [
      ['gamma', [4], true],
      ['beta', [4], true],
    ],
  },
  { name: 'LayerNorm', make: () => new LayerNorm({ affine: false, epsilon: 0.01 }), shape: [5] },
  {
    name: 'DropPath',
    make: () => new DropPath({ rate: 0.5, seed: { high: 3, low: 4 } }),
    shape: [3, 2],
    args: { training: true, seed: 1 },
  },
  { name: 'L2Normalize', make: () => new L2Normalize(), shape: [2, 3] },
  { name: 'L2Normalize', make: () => new L2Normalize({ epsilon: 1.5 }), shape: [3] },
  {
    name: 'ChannelwiseDense',
    make: () => new ChannelwiseDense({ seed: 3 }),
    shape: [1, 3, 2],
    weights: [
      ['kernel', [2, 3, 3], true],
      ['bias', [2, 1, 3], true],
    ],
  },
  {
    name: 'WeightNormDense',
    make: () => new WeightNormDense({ units: 3, seed: { high: 1, low: 2 } }),
    shape: [2, 4],
    output: [2, 3],
    weights: [['kernel', [4, 3], true]],
  },
  {
    name: 'WeightNormDense',
    make: () => new WeightNormDense({ units: 3, trainableScale: true, useBias: true }),
    shape: [4],
    output: [3],
    weights: [
      ['kernel', [4, 3], true],
      ['scale', [3], true],
      ['bias', [3], true],
    ],
  },
  {
    name: 'BatchNorm',
    make: () => new BatchNorm({ epsilon: 0.01 }),
    shape: [2, 2, 3],
    weights: [
      ['gamma', [3], true],
      ['beta', [3], true],
      ['moving_mean', [3], false],
      ['moving_variance', [3], false],
    ],
    args: { training: true },
  },
  {
    name: 'BatchNorm',
    make: () => new BatchNorm({ center: false, scale: false, movingVariance: 'biased', momentum: 0.5 }),
    shape: [3],
    weights: [
      ['moving_mean', [3], false],
      ['moving_variance', [3], false],
    ],
    args: { training: true },
  },
  {
    name: 'BatchNorm',
    make: () => new BatchNorm({ scale: false }),
    shape: [3],
    weights: [
      ['beta', [3], true],
      ['moving_mean', [3], false],
      ['moving_variance', [3], false],
    ],
  },
  {
    name: 'ClassToken',
    make: () => new ClassToken({ seed: 1 }),
    shape: [2, 3],
    output: [3, 3],
    weights: [['token', [3], true]],
  },
  {
    name: 'PositionEmbedding',
    make: () => new PositionEmbedding({ gridSize: [1, 3], classToken: true, seed: 2 }),
    shape: [4, 4],
    weights: [['positions', [4, 4], true]],
  },
  {
    name: 'PositionEmbedding',
    make: () => new PositionEmbedding({ gridSize: 2, kind: 'sineCosine' }),
    shape: [4, 4],
    weights: [['positions', [4, 4], false]],
  },
];

/** A model's saved form, kept in memory. */
async function saved(m: LayersModel): Promise<io.ModelArtifacts> {
  let kept: io.ModelArtifacts | undefined;
  await m.save({
    save: (artifacts) => {
      kept = { ...artifacts, modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)) };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    },
  });
  return kept as io.ModelArtifacts;
}

/** Writes other values into all weights, positive ones: a variance is among them. */
function disturb(layer: Layer): void {
  for (const [i, weight] of layer.weights.entries()) weight.write(uniforms(50 + i, weight.shape as number[], 0.5, 1.5));
}

onEveryBackend('layers', () => {
  for (const [i, { name, make, shape, output = shape, weights = [], args = {} }] of rows.entries()) {
    test(`${name} (row ${i}): shapes, weights, gradients, saved and loaded, nothing left`, async () => {
      registerLayers();
      const x = normals(i, [4, ...shape]);
      const layer = make();
      expect(layer.getClassName()).toBe(`Selfsup${name}`);
      const start = input({ shape });
      const end = layer.apply(start) as SymbolicTensor;
      expect(end.shape).toEqual([null, ...output]);
      expect(layer.weights.map((w) => [w.originalName.split('/').at(-1), w.shape, w.trainable])).toEqual(weights);
      disturb(layer);
      expectKept(1, () => layer.apply(x, { training: false }) as Tensor);
      expectKept(1, () => layer.apply(x, args) as Tensor);

      const towards = normals(i + 20, [4, ...output]);
      const loss = (z: Tensor): Scalar => tidy(() => sum(mul(layer.apply(z, args) as Tensor, towards)));
      await expectGradient(loss, x, { directions: 1 });
      for (const weight of layer.trainableWeights) {
        const value = hold(weight.read().clone());
        await expectGradient(
          (w) => {
            weight.read = () => w;
            return loss(x);
          },
          value,
          { directions: 1 },
        );
        weight.read = () => (weight as unknown as { val: Tensor }).val;
      }

      const whole = model({ inputs: start, outputs: end });
      const expected = hold(whole.apply(x) as Tensor);
      const loaded = await loadLayersModel({ load: async () => saved(whole) });
      await expectClose(hold(loaded.apply(x) as Tensor), expected, { atol: 1e-6, rtol: 1e-6 });
      expect(loaded.layers[1]?.getConfig()).toEqual(layer.getConfig());
      loaded.dispose();
      whole.dispose();
    });
  }
});
