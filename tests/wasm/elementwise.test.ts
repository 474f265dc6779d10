import { erf, exp, type Tensor, tanh, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { expectKept, hold, uniforms } from '../helpers/index.js';
import { erf as exactErf } from './reference.js';
import { onWasm } from './support.js';

/** Each function with the range in which it does something, and how many units in the last place it may be off. */
const functions: readonly [string, (x: Tensor) => Tensor, (x: number) => number, number, number][] = [
  ['exp', exp, Math.exp, 87.3, 1],
  ['erf', erf, exactErf, 4.5, 1.5],
  ['tanh', tanh, Math.tanh, 10, 1.5],
];

onWasm('functions of each element', () => {
  test.each(functions)('%s is right to the last places over its range', (_, f, exact, range, ulps) => {
    for (const scale of [range, 1, 0.01]) {
      const x = uniforms(7, [20001], -scale, scale);
      const [at, got] = [x.dataSync(), hold(f(x)).dataSync()];
      let worst = { ulps: 0, x: Number.NaN };
      for (let i = 0; i < at.length; i++) {
        const expected = exact(at[i] as number);
        const off = Math.abs((got[i] as number) - expected) / unit(expected);
        if (!(off <= worst.ulps)) worst = { ulps: off, x: at[i] as number };
      }
      expect(worst.ulps, `units in the last place at ${worst.x}`).toBeLessThan(ulps);
    }
  });

  test.each<[string, (x: Tensor) => Tensor, [number, number][]]>([
    [
      'exp',
      exp,
      [
        [88.72283, 3.4027985e38],
        [88.72284, Number.POSITIVE_INFINITY],
        [3e38, Number.POSITIVE_INFINITY],
        [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
        [-87.33654, 1.1754997e-38],
        [-87.33655, 0],
        [-1e9, 0],
        [-3e38, 0],
        [Number.NEGATIVE_INFINITY, 0],
        [1e-40, 1],
        [-0, 1],
      ],
    ],
    ...(['erf', 'tanh'] as const).map((name): [string, (x: Tensor) => Tensor, [number, number][]] => [
      name,
      name === 'erf' ? erf : tanh,
      [
        [Number.POSITIVE_INFINITY, 1],
        [Number.NEGATIVE_INFINITY, -1],
        [3e38, 1],
        [-12, -1],
        [0, 0],
        [-0, -0],
        [1e-40, name === 'erf' ? 1.1283792e-40 : 1e-40],
      ],
    ]),
  ])('%s of the largest, the smallest and what is not a number', (_, f, cases) => {
    const x = hold(tensor1d([...cases.map(([input]) => input), Number.NaN]));
    const y = f(x);
    const got = y.dataSync();
    for (const [i, [input, expected]] of cases.entries()) {
      const off = Math.abs((got[i] as number) - expected);
      expect(Object.is(got[i], expected) || off <= 1.5 * unit(expected), `f(${input}) is ${got[i]}`).toBe(true);
    }
    expect(got[cases.length]).toBeNaN();
    y.dispose();
  });

  test.each(functions)('%s of any number of elements writes them and no more', (_, f, exact) => {
    for (const size of [0, 1, 2, 3, 4, 5, 7, 8, 30, 31]) {
      const x = uniforms(size, [size], -2, 2);
      const neighbours = [hold(tensor1d([7, 7])), hold(tensor1d([7, 7]))];
      const y = f(x);
      expect(y.shape).toEqual([size]);
      const expected = Array.from(x.dataSync(), exact);
      for (const [i, value] of y.dataSync().entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
      for (const neighbour of neighbours) expect(Array.from(neighbour.dataSync())).toEqual([7, 7]);
      y.dispose();
    }
  });

  test.each(functions)('%s leaves one tensor', (_, f) => {
    const x = uniforms(1, [3, 5, 7], -1, 1);
    expectKept(1, () => f(x));
    const before = Array.from(x.dataSync());
    f(x).dispose();
    expect(Array.from(x.dataSync())).toEqual(before);
  });

  test('exp of int32 is as before', () => {
    const y = exp(hold(tensor1d([0, 1, -1], 'int32')));
    expect(y.dtype).toBe('float32');
    y.dispose();
  });
});

/** Spacing of float32 numbers at x, rounded to one. */
function unit(x: number): number {
  const bits = new Uint32Array(Float32Array.of(Math.abs(x)).buffer);
  const next = new Float32Array(Uint32Array.of((bits[0] as number) + 1).buffer);
  return (next[0] as number) - Math.fround(Math.abs(x));
}
