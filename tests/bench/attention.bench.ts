import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  add,
  grads,
  matMul,
  mul,
  randomNormal,
  ready,
  setBackend,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { gelu } from '../../src/internal/gelu.js';
import { layerNorm } from '../../src/internal/layerNorm.js';
import { MultiHeadAttention, TransformerBlock } from '../../src/layers/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { compare, report } from './harness.js';
import type { Backend } from './options.js';

const SHAPES = [
  { batch: 64, tokens: 65, dim: 192, heads: 3 },
  { batch: 64, tokens: 17, dim: 192, heads: 3 },
  { batch: 8, tokens: 197, dim: 384, heads: 6 },
] as const;

export const backends: readonly Backend[] = ['wasm'];

/** Attention against its bare matrix products, and the parts of a block, value and gradient, on WASM with the training kernels. */
export async function bench(): Promise<void> {
  registerWasmTraining();
  await setBackend('wasm');
  await ready();
  for (const { batch, tokens, dim, heads } of SHAPES) {
    const x = randomNormal<Tensor['rankType']>([batch, tokens, dim]);
    const [attention, block] = [new MultiHeadAttention({ heads }), new TransformerBlock({ heads })];
    for (const layer of [attention, block]) layer.apply(x);
    const products = attentionProducts(batch * tokens, tokens, dim).map(
      ([m, k, n]) => [randomNormal([m, k]), randomNormal([k, n])] as const,
    );
    const rows = randomNormal<Tensor2D['rankType']>([batch * tokens, dim]) as Tensor2D;
    const hidden = randomNormal<Tensor2D['rankType']>([batch * tokens, 4 * dim]) as Tensor2D;
    const affine = [randomNormal([dim]), randomNormal([dim])] as [Tensor1D, Tensor1D];
    const norm = grads((z, scale, offset) => layerNorm(z as Tensor2D, 1e-6, { scale, offset } as never));
    const activation = grads((z) => gelu(z));
    const t = compare(
      {
        attention: step(attention, x),
        products: () => products.map(([a, b]) => matMul(a, add(b, 0))),
        block: step(block, x),
        norm: () => norm([rows, ...affine]),
        activation: () => activation([hidden]),
      },
      { rounds: 7, warmUp: 1 },
    );
    const name = `${batch} x ${tokens} tokens of ${dim}, ${heads} heads`;
    console.log(`${name}: products ${t.products.toFixed(1)} ms`);
    report('  attention, value and gradient / its products', t.attention, t.products, 1.5);
    report('  two layer norms and a GELU / block', 2 * t.norm + t.activation, t.block, 0.2);
    for (const used of [x, rows, hidden, ...affine, ...products.flat()]) used.dispose();
    for (const layer of [attention, block]) layer.dispose();
  }
}

/** Value and gradients with respect to the input and the weights. */
function step(layer: layers.Layer, x: Tensor): () => Tensor[] {
  const variables = layer.trainableWeights.map((weight) => weight.read());
  const run = grads((...all) => sum(mul(layer.apply(all[0] as Tensor) as Tensor, x)));
  return () => run([x, ...variables]);
}

/** Products of one pass and of its gradients, each as one of two matrices: `[m, k, n]`. */
function attentionProducts(rows: number, tokens: number, dim: number): [number, number, number][] {
  const forward: [number, number, number][] = [
    [rows, dim, 3 * dim],
    [rows, dim, dim],
    [rows, dim, tokens], // scores, all heads together
    [rows, tokens, dim],
  ];
  return forward.flatMap(([m, k, n]) => [
    [m, k, n],
    [m, n, k],
    [k, m, n],
  ]);
}
