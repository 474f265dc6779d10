import { add, grad, mul, square, sum, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { stopGradient } from '../../src/losses/index.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('stopGradient', () => {
  test('passes values and no gradient, of any shape and dtype', async () => {
    for (const x of [normals(1, [2, 3, 1]), normals(1, []), hold(tensor1d([1, 2], 'int32'))]) {
      const y = stopGradient(x);
      await expectClose(y, x, { atol: 0, rtol: 0 });
      expect(y.dtype).toBe(x.dtype);
      y.dispose();
    }
    const x = normals(2, [4]);
    const slope = hold(tidy(() => grad((z: Tensor) => sum(add(mul(z, stopGradient(square(z))), stopGradient(z))))(x)));
    await expectClose(slope, hold(square(x)));
    expectKept(1, () => stopGradient(x));
  });

  test('rejects what is no tensor', () => {
    expect(() => stopGradient(3 as unknown as Tensor)).toThrow(/stopGradient: x must be a tensor, got 3/);
  });
});
