import { clipByValue, cos, exp, grads, ones, sub, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { matMul } from '../../src/internal/matMul.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

/** Ones that a kernel computed: on WebGL the same lies beyond the last row and column of an odd size. */
const computed: Record<string, (shape: number[]) => Tensor> = {
  cos: (shape) => cos(zeros(shape)),
  exp: (shape) => exp(zeros(shape)),
  clipByValue: (shape) => clipByValue(zeros(shape), 1, 2),
  sub: (shape) => sub(1, zeros(shape)),
};
const transposes = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));
const shapes = (m: number, k: number, n: number, ta: boolean, tb: boolean, batch: number[] = []): number[][] => [
  [...batch, ...(ta ? [k, m] : [m, k])],
  [...batch, ...(tb ? [n, k] : [k, n])],
];

onEveryBackend('matMul', () => {
  const sizes: readonly (readonly [number, number, number])[] = [
    [1, 1, 1],
    [3, 5, 7],
    [4, 5, 6],
    [17, 13, 15],
    [4, 1201, 3],
    [1, 1201, 3],
  ];
  test.each(Object.entries(computed))('counts what is there and nothing beyond it: ones by %s', async (_, make) => {
    for (const [m, k, n] of sizes) {
      for (const [ta, tb] of transposes) {
        for (const batch of [[], [2]]) {
          const [a, b] = shapes(m, k, n, ta, tb, batch) as [number[], number[]];
          const result = hold(tidy(() => matMul(make(a), make(b), ta, tb)));
          await expectClose(result, new Array(result.size).fill(k), { atol: 0, rtol: 1e-6 });
        }
      }
    }
  });
  test.each(Object.entries(computed))('differentiates so too: ones by %s', async (_, make) => {
    for (const [m, k, n] of [
      [3, 5, 7],
      [4, 6, 5],
      [5, 4, 6],
      [6, 6, 6],
    ] as const) {
      for (const [ta, tb] of transposes) {
        const [a, b] = shapes(m, k, n, ta, tb) as [number[], number[]];
        const [x, y, dy] = [hold(tidy(() => make(a))), hold(tidy(() => make(b))), hold(tidy(() => make([m, n])))];
        const [dx, dW] = grads((p: Tensor, q: Tensor) => matMul(p, q, ta, tb))([x, y], dy) as [Tensor, Tensor];
        await expectClose(hold(dx), new Array(m * k).fill(n), { atol: 0, rtol: 1e-6 });
        await expectClose(hold(dW), new Array(n * k).fill(m), { atol: 0, rtol: 1e-6 });
      }
    }
  });
  test('is the product of other numbers, with its gradient and that of the gradient', async () => {
    for (const [ta, tb] of transposes) {
      const [a, b] = shapes(5, 3, 7, ta, tb) as [number[], number[]];
      const [x, y] = [normals(1, a), normals(2, b)];
      const [p, q] = [Array.from(await x.data()), Array.from(await y.data())];
      const at = (i: number, j: number, l: number): number =>
        (p[ta ? l * 5 + i : i * 3 + l] as number) * (q[tb ? j * 3 + l : l * 7 + j] as number);
      const expected = Array.from({ length: 35 }, (_, ij) =>
        [0, 1, 2].reduce((total, l) => total + at(Math.floor(ij / 7), ij % 7, l), 0),
      );
      await expectClose(hold(matMul(x, y, ta, tb)), expected, { atol: 1e-5 });
      // d/dx of |d sum(xy)/dy|^2 / 2 is m * (column sums of x), told through two gradients.
      const inner = (u: Tensor): Tensor => grads((v: Tensor) => sum(matMul(u, v, ta, tb)))([y])[0] as Tensor;
      const second = hold(grads((u: Tensor) => sum(inner(u)))([x])[0] as Tensor);
      await expectClose(second, new Array(15).fill(7), { rtol: 1e-5 });
    }
  });
  test('keeps one tensor', () => {
    const [a, b] = [hold(ones([3, 5])), hold(ones([5, 3]))];
    expectKept(1, () => matMul(a, b));
    expect(() => matMul(a, a)).toThrow('inner shapes');
  });
});
