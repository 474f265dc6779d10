import {
  customGrad,
  grad,
  grads,
  mul,
  onesLike,
  type Scalar,
  square,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  train,
  valueAndGrad,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { underGradient } from '../../src/internal/underGradient.js';
import { hold, onEveryBackend } from '../helpers/index.js';

onEveryBackend('underGradient', () => {
  test('is true wherever gradients are recorded, and nowhere else', () => {
    const seen: boolean[] = [];
    const f = (x: Tensor): Scalar => {
      seen.push(underGradient());
      return sum(square(x)) as Scalar;
    };
    const x = hold(tensor1d([1, 2]));
    const v = hold(tidy(() => variable(tensor1d([3, 4]))));
    const wrapped = customGrad((...args: unknown[]) => ({
      value: f(args[0] as Tensor),
      gradFunc: (dy: Tensor) => mul(onesLike(x), dy),
    }));
    const ways: Record<string, () => unknown> = {
      grad: () => grad(f)(x),
      valueAndGrad: () => valueAndGrad(f)(x),
      grads: () => grads((a: Tensor, b: Tensor) => f(mul(a, b)))([x, x]),
      variableGrads: () => variableGrads(() => f(v), [v]),
      minimize: () => {
        const optimizer = train.adam(0.1, 0.9, 0.999, 1e-8);
        optimizer.minimize(() => f(v), false, [v]);
        optimizer.dispose();
      },
      'the forward function of a custom gradient': () => grad((a: Tensor) => wrapped(a))(x),
      'a gradient of a gradient': () => grad((a: Tensor) => sum(grad(f)(a)))(x),
    };
    expect(underGradient()).toBe(false);
    for (const [name, way] of Object.entries(ways)) {
      seen.length = 0;
      tidy(() => {
        way();
      });
      expect(seen.length, name).toBeGreaterThan(0);
      expect(seen.every(Boolean), name).toBe(true);
      expect(underGradient(), `after ${name}`).toBe(false);
    }
    seen.length = 0;
    tidy(() => {
      f(x);
      wrapped(x);
      expect(() =>
        grad(() => {
          throw new Error('in the loss');
        })(x),
      ).toThrow('in the loss');
      f(x);
    });
    expect(seen).toEqual([false, false, false]);
  });
});
