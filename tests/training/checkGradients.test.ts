import { memory, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { checkGradients } from '../../src/training/checkGradients.js';
import { hold, onEveryBackend, uniforms } from '../helpers/index.js';

onEveryBackend('checkGradients', () => {
  // More tensors than a WebGPU shader may take at once.
  const many = () => Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`layer${i}`, uniforms(i, [3, i + 1])]));
  test('lets finite gradients pass, as many as there are, and keeps nothing', async () => {
    const grads = many();
    const before = memory().numTensors;
    await checkGradients(grads, 4);
    expect(memory().numTensors).toBe(before);
  });
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'finds %s in any of them',
    async (bad) => {
      for (const i of [0, 7, 19]) {
        const grads = { ...many(), [`layer${i}`]: hold(tensor1d([1, bad, 2])) };
        await expect(checkGradients(grads, 4)).rejects.toThrow(`the gradient of layer${i} is not finite at step 4`);
      }
    },
  );
  test('a sum that overflows is no reason to stop', async () => {
    await checkGradients({ a: hold(tensor1d([3e38, 3e38])) }, 0);
  });
});
