import '@tensorflow/tfjs-backend-wasm';
import {
  matMul,
  mul,
  ready,
  type Scalar,
  setBackend,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { BatchNorm, GELU, LayerNorm } from '../../src/layers/index.js';
import { normal } from '../../src/random/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { compare, report } from './harness.js';
import type { Backend } from './options.js';

const ROWS = 64 * 65;
const DIM = 192;
const normals = (seed: number, rows: number, columns: number): Tensor2D =>
  tensor(normal(seed, rows * columns), [rows, columns]);

/** Value and gradients of sum(y * towards) in the input and in all weights. */
function both(layer: layers.Layer, x: Variable, towards: Tensor): () => Tensor[] {
  const args = { training: true };
  tidy(() => layer.apply(x, args) as Tensor); // makes the weights
  const variables = [x, ...layer.trainableWeights.map((weight) => weight.read() as Variable)];
  return () => {
    const loss = (): Scalar => sum<Scalar>(mul(layer.apply(x, args) as Tensor, towards));
    const { value, grads } = variableGrads(loss, variables);
    return [value, ...Object.values(grads)];
  };
}

export const backends: readonly Backend[] = ['wasm'];

/** Layers on the tokens of a small ViT against a bare product of its MLP, and against tfjs's own layers. */
export async function bench(): Promise<void> {
  await setBackend('wasm');
  await ready();
  const [x, w, towards] = [normals(1, ROWS, DIM), normals(2, DIM, 4 * DIM), normals(3, ROWS, DIM)];
  const input = variable(x);
  const pairs: [string, layers.Layer, layers.Layer][] = [
    ['GELU', new GELU(), layers.activation({ activation: 'gelu' })],
    ['LayerNorm', new LayerNorm(), layers.layerNormalization({ epsilon: 1e-6 })],
    ['BatchNorm', new BatchNorm(), layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 })],
  ];
  for (const kernels of ['stock', 'training']) {
    if (kernels === 'training') registerWasmTraining();
    for (const [name, ours, plain] of pairs) {
      const other = { other: both(plain, input, towards) };
      const slow = name === 'LayerNorm'; // tfjs's own takes seconds
      const candidates = {
        product: () => [matMul(x, w)],
        value: () => [ours.apply(x, { training: true }) as Tensor],
        ours: both(ours, input, towards),
        loss: both(layers.activation({ activation: 'linear' }), input, towards),
      };
      const ms = slow
        ? { ...compare(candidates), ...compare(other, { rounds: 1, warmUp: 0, budget: 0 }) }
        : compare({ ...candidates, ...other });
      const label = `${kernels} kernels, ${name} ${ROWS}x${DIM}:`;
      report(`${label} value / product x${4 * DIM}`, ms.value, ms.product);
      report(`${label} value+gradient / product`, ms.ours - ms.loss, ms.product);
      report(`${label} tfjs's own / ours`, ms.other - ms.loss, ms.ours - ms.loss);
    }
  }
}
