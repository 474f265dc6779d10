import {
  abs,
  getBackend,
  getKernel,
  type KernelConfig,
  registerKernel,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { lossLaws, transformLaws } from '../../src/testing/index.js';
import { makeTransform } from '../../src/transforms/index.js';
import { onEveryBackend } from '../helpers/index.js';

onEveryBackend('a missing kernel', () => {
  test('is named, and is no broken law', async () => {
    const backend = getBackend();
    const kernel = getKernel('Abs', backend) as KernelConfig;
    unregisterKernel('Abs', backend);
    try {
      const absolute = makeTransform<Record<string, never>>('absolute', { sample: () => ({}), apply: (x) => abs(x) });
      const message = `: tfjs must have the kernel Abs for its backend ${backend}, got none`;
      await expect(transformLaws(absolute)).rejects.toThrow(`transformLaws(absolute)${message}`);
      const loss = (x: Tensor): Scalar => tidy(() => sum(abs(x)));
      await expect(lossLaws(loss, { inputs: 1 })).rejects.toThrow(`lossLaws(loss)${message}`);
      await expect(lossLaws(loss, { inputs: 1 })).rejects.not.toThrow('law:');
    } finally {
      registerKernel(kernel);
    }
  });
});
