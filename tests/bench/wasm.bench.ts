import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {
  add,
  conv2d,
  conv2dTranspose,
  engine,
  erf,
  exp,
  getKernel,
  type KernelFunc,
  matMul,
  max,
  mul,
  randomUniform,
  ready,
  reshape,
  setBackend,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tanh,
  transpose,
} from '@tensorflow/tfjs-core';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { compare, report } from './harness.js';
import type { Backend } from './options.js';
import { simclrYardstick, stepProducts } from './simclrStep.js';

const random = (...shape: number[]): Tensor => randomUniform(shape, -1, 1);
const layersTimed: { size: number; from: number; to: number; stride: number; batch: number }[] = [
  { batch: 64, size: 32, from: 32, to: 64, stride: 1 },
  { batch: 128, size: 32, from: 32, to: 64, stride: 2 },
  { batch: 128, size: 16, from: 64, to: 128, stride: 2 },
  { batch: 64, size: 32, from: 16, to: 32, stride: 1 },
  { batch: 128, size: 32, from: 3, to: 32, stride: 1 },
];

/** Kernels that pass over a matrix of 1024 x 1024. */
const PASSES: readonly [string, (x: Tensor) => Tensor][] = [
  ['Exp', exp],
  ['Erf', erf],
  ['Tanh', tanh],
  ['Max', (x) => max(x, 1)],
  ['Transpose', (x) => transpose(reshape(x, [64, 64, 4, 8, 8]), [2, 0, 3, 1, 4])],
];

export const backends: readonly Backend[] = ['wasm'];

/** Ratios of the WASM training kernels, each within one run. */
export async function bench(): Promise<void> {
  const stock = new Map(PASSES.map(([name]) => [name, stockOf(name)]));
  const plain = stockOf('BatchMatMul');
  registerWasmTraining();
  await setBackend('wasm');
  await ready();
  /** The product as tfjs computes it, with a right-hand side that it has not packed before, as in training. */
  const stockProduct = (a: Tensor, b: Tensor): Tensor => withKernel('BatchMatMul', plain, () => matMul(a, add(b, 0)));
  passes(stock);
  convolutions();
  products(stockProduct);
  step(stockProduct);
}

function stockOf(name: string): KernelFunc {
  const stock = getKernel(name, 'wasm');
  if (stock === undefined) throw new Error(`bench: no kernel '${name}' for backend 'wasm'`);
  return stock.kernelFunc;
}

/** Runs something with another kernel in place. */
function withKernel<T>(name: string, kernelFunc: KernelFunc, run: () => T): T {
  const ours = getKernel(name, 'wasm') as { kernelFunc: KernelFunc };
  const kept = ours.kernelFunc;
  ours.kernelFunc = kernelFunc;
  try {
    return run();
  } finally {
    ours.kernelFunc = kept;
  }
}

/** A million numbers: tfjs's kernels, ours, and a pass that multiplies. */
function passes(stock: ReadonlyMap<string, KernelFunc>): void {
  const x = random(1024, 1024);
  for (const [name, f] of PASSES) {
    const t = compare(
      {
        pass: () => mul(x, 2),
        ours: () => f(x),
        plain: () => withKernel(name, stock.get(name) as KernelFunc, () => f(x)),
      },
      { rounds: 5 },
    );
    report(`${name} / one pass`, t.ours, t.pass);
    report(`  tfjs / ours`, t.plain, t.ours);
  }
  x.dispose();
}

function convolutions(): void {
  for (const { batch, size, from, to, stride } of layersTimed) {
    const [x, w] = [random(batch, size, size, from) as Tensor4D, random(3, 3, from, to) as Tensor4D];
    const dy = random(batch, size / stride, size / stride, to);
    const attrs = { strides: stride, pad: 'same', dataFormat: 'NHWC' };
    const t = compare({
      forward: () => conv2d(x, w, stride, 'same'),
      input: () => conv2dTranspose(dy as Tensor4D, w, [batch, size, size, from], stride, 'same'),
      filter: () => engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: w.shape }) as Tensor,
    });
    const name = `conv 3x3 ${batch}x${size}x${size}x${from} -> ${to}, stride ${stride}`;
    console.log(`${name}: forward ${t.forward.toFixed(1)} ms`);
    report('  input gradient / forward', t.input, t.forward, from >= 16 ? 1.5 : undefined);
    report('  filter gradient / forward', t.filter, t.forward, from >= 16 ? 3 : undefined);
    for (const used of [x, w, dy]) used.dispose();
  }
}

function products(stockProduct: (a: Tensor, b: Tensor) => Tensor): void {
  for (const [m, k, n] of [
    [512, 128, 512],
    [512, 512, 512],
    [128, 2048, 128],
    [4096, 128, 128],
  ] as const) {
    const [a, b] = [random(m, k) as Tensor2D, random(k, n) as Tensor2D];
    const [at, bt] = [random(k, m) as Tensor2D, random(n, k) as Tensor2D];
    const t = compare({
      plain: () => stockProduct(a, b),
      first: () => matMul(at, add(b, 0), true),
      second: () => matMul(a, add(bt, 0), false, true),
    });
    console.log(`matMul ${m}x${k} by ${k}x${n}: ${t.plain.toFixed(2)} ms`);
    report('  first transposed / plain', t.first, t.plain, 1.5);
    report('  second transposed / plain', t.second, t.plain, 1.5);
    for (const used of [a, b, at, bt]) used.dispose();
  }
  for (const [batch, m, k, n] of [
    [64, 257, 64, 257],
    [64, 257, 257, 64],
    [32, 197, 64, 197],
    [256, 64, 32, 64],
    [256, 16, 16, 16],
  ] as const) {
    const [a, b] = [random(batch, m, k), random(batch, k, n)];
    const [flatA, flatB] = [random(batch * m, k), random(k, n)];
    const t = compare({ flat: () => stockProduct(flatA, flatB), batched: () => matMul(a, b) });
    report(
      `matMul ${batch} x (${m}x${k} by ${k}x${n}) / one of its size`,
      t.batched,
      t.flat,
      m >= 128 ? 1.5 : undefined,
    );
    for (const used of [a, b, flatA, flatB]) used.dispose();
  }
}

function step(stockProduct: (a: Tensor, b: Tensor) => Tensor): void {
  const yardstick = simclrYardstick();
  const pairs = stepProducts().map(([m, k, n]) => [random(m, k), random(k, n)] as const);
  const t = compare({ step: yardstick.step, products: () => pairs.map(([a, b]) => stockProduct(a, b)) });
  console.log(`SimCLR step, 2 x 64 images of 32x32x3: ${t.step.toFixed(0)} ms (aim: at most 900)`);
  report('  step / its bare matrix products', t.step, t.products, 3.5);
  for (const [a, b] of pairs) for (const used of [a, b]) used.dispose();
  yardstick.dispose();
}
