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
import { DropPath, GELU, LayerNorm, registerLayers } from '../../src/layers/index.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

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

/** Writes other values into all weights. */
function disturb(layer: Layer): void {
  for (const [i, weight] of layer.weights.entries()) weight.write(normals(50 + i, weight.shape as number[], 0.5));
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
      await expectGradient(loss, x);
      for (const weight of layer.trainableWeights) {
        const value = hold(weight.read().clone());
        await expectGradient((w) => {
          weight.read = () => w;
          return loss(x);
        }, value);
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
