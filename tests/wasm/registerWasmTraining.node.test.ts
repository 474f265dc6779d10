import {
  conv2d,
  exp,
  getBackend,
  grad,
  matMul,
  ready,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { expectClose, expectGradient, normals } from '../helpers/index.js';
import { product } from './reference.js';

/** One process, one order: nothing imported, then one package after the other. */
test('says what has to be imported first', async () => {
  expect(() => registerWasmTraining()).toThrow(
    /registerWasmTraining: .*got none; import '@tensorflow\/tfjs-backend-wasm' first/,
  );
  await import('@tensorflow/tfjs-backend-wasm');
  expect(() => registerWasmTraining()).toThrow(/registerWasmTraining: .*import '@tensorflow\/tfjs-layers'/);
  await import('@tensorflow/tfjs-layers');
  registerWasmTraining();
});

test('works without a vector module of our own, as with threads', async () => {
  await setBackend('wasm');
  await ready();
  expect(getBackend()).toBe('wasm');
  const { backend } = await import('@tensorflow/tfjs-core');
  const { wasm } = backend() as unknown as { wasm: { asm: Record<string, unknown> } };
  wasm.asm = { ...wasm.asm, memory: undefined };
  const [x, w] = [normals<Tensor4D>(1, [2, 20, 21, 5]), normals<Tensor4D>(2, [3, 3, 5, 8])];
  await expectGradient((filter: Tensor) => sum(conv2d(x, filter as Tensor4D, 1, 'same')), w);
  const [a, b] = [normals(3, [64, 24]), normals(4, [64, 32])];
  await expectClose(matMul(a, b, true), product(await a.data(), await b.data(), [24, 64, 32], true), { atol: 1e-4 });
  await expectClose(exp(a), Array.from(await a.data(), Math.exp));
});

test("gradients on another backend stay tfjs's own", async () => {
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  const x = tensor([1, 2, 3, 4], [2, 2]);
  await expectClose(grad((t: Tensor) => sum(sum(t, 0)))(x), [1, 1, 1, 1]);
  const dilated = (t: Tensor): Tensor =>
    sum(conv2d(t as Tensor4D, normals<Tensor4D>(1, [2, 2, 1, 1]), 1, 'valid', 'NHWC', 2));
  expect(() => grad(dilated)(normals(2, [1, 5, 5, 1]))).toThrow(/dilation rates greater than 1/);
});
