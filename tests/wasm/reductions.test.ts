import {
  abs,
  add,
  batchNorm,
  max,
  mean,
  moments,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectClose, expectKept, hold, normals } from '../helpers/index.js';
import { expectGradients, forAll, onWasm, sizes } from './support.js';

const cases = fc
  .array(sizes(1, 7), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.record({ shape: fc.constant(shape), axes: fc.subarray(shape.map((_, i) => i)), keepDims: fc.boolean() }),
  );

onWasm('reductions and batch normalisation', () => {
  test('sum and mean have the values of the definition over any axes', () =>
    forAll(
      cases,
      async ({ shape, axes, keepDims }) => {
        const x = normals(1, shape);
        const expected = reduced(await x.data(), shape, axes);
        const count = axes.reduce((product, axis) => product * (shape[axis] as number), 1);
        const [sums, means] = [sum(x, axes, keepDims), mean(x, axes, keepDims)];
        const kept = shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
        expect(sums.shape).toEqual(kept);
        expect(means.shape).toEqual(kept);
        await expectClose(sums, expected);
        await expectClose(
          means,
          expected.map((s) => s / count),
        );
        for (const t of [sums, means]) t.dispose();
      },
      50,
    ));

  test.each([
    [[64, 16384], 0],
    [[8, 40000], 0],
    [[16, 20011], 0], // a prime
    [[2, 9, 16384], 1],
  ] as const)('sums of rows as long as those of %j, for which tfjs runs over its stack', async (shape, axis) => {
    const x = normals(1, [...shape]);
    const expected = reduced(await x.data(), [...shape], [axis]);
    const result = hold(sum(x, axis));
    await expectClose(result, expected);
    x.dispose();
  });

  test('sum and mean have the right gradients', () =>
    forAll(
      cases,
      async ({ shape, axes, keepDims }) => {
        const x = normals(1, shape);
        await expectGradients((a) => sum(a as Tensor, axes, keepDims), [x]);
        await expectGradients((a) => mean(a as Tensor, axes, keepDims), [x]);
      },
      20,
    ));

  test('max has the values of the definition over any axes and widths, and finds what is not a number', async () => {
    await forAll(
      fc.record({
        rows: sizes(1, 5),
        width: fc.constantFrom(1, 3, 15, 16, 17, 31, 33, 64, 100),
        keepDims: fc.boolean(),
      }),
      async ({ rows, width, keepDims }) => {
        const x = normals(width, [rows, 2, width]);
        const values = Array.from(await x.data());
        for (const [axes, outer] of [
          [[2], [rows, 2]],
          [[2, 1], [rows]],
          [[0, 1, 2], []],
        ] as const) {
          const count = values.length / outer.reduce((a, b) => a * b, 1);
          const expected = Array.from({ length: values.length / count }, (_, i) =>
            Math.max(...values.slice(i * count, (i + 1) * count)),
          );
          const largest = max(x, [...axes], keepDims);
          expect(largest.shape).toEqual([...outer, ...(keepDims ? axes.map(() => 1) : [])]);
          expect(Array.from(await largest.data())).toEqual(expected);
          largest.dispose();
        }
        const middle = max(x, 1, keepDims);
        expect(middle.shape).toEqual(keepDims ? [rows, 1, width] : [rows, width]);
        middle.dispose();
      },
      15,
    );
    for (const at of [0, 17, 39]) {
      const x = Float32Array.from({ length: 80 }, (_, i) => (i === at ? Number.NaN : i));
      const largest = hold(max(hold(tensor(x, [2, 40])), 1));
      expect(Array.from(await largest.data())).toEqual([Number.NaN, 79]);
    }
    const x = normals(1, [3, 40]);
    expectKept(1, () => max(x, 1));
  });

  test('max has the right gradient', () => expectGradients((x) => max(x as Tensor, 1), [normals(1, [3, 40])]));

  test('a long sum rounds little, and int32 sums stay exact', async () => {
    const values = hold(tensor(new Float32Array(1 << 18).fill(0.1), [1 << 16, 4]));
    const sums = sum(values, 0);
    await expectClose(sums, new Array(4).fill(6553.6), { rtol: 1e-6 });
    const whole = sum(hold(tensor(new Int32Array(60).fill(16777217), [30, 2], 'int32')), 0);
    expect(Array.from(await whole.data())).toEqual([30 * 16777217, 30 * 16777217]);
    for (const t of [sums, whole]) t.dispose();
  });

  test('batchNorm has the values of the definition, with and without scale and offset', async () => {
    const x = normals<Tensor4D>(1, [3, 4, 5, 6]);
    const [m, v, o, s] = parameters([6]);
    const [xs, ms, vs, os, ss] = await Promise.all([x, m, v, o, s].map((t) => t.data()));
    for (const [offset, scale] of [
      [o, s],
      [o, undefined],
      [undefined, s],
      [undefined, undefined],
    ]) {
      const expected = Array.from(xs as Float32Array, (value, i) => {
        const c = i % 6;
        const unit = (value - (ms?.[c] as number)) / Math.sqrt((vs?.[c] as number) + 1e-3);
        return unit * (scale ? (ss?.[c] as number) : 1) + (offset ? (os?.[c] as number) : 0);
      });
      const actual = batchNorm(x, m as Tensor1D, v as Tensor1D, offset as Tensor1D, scale as Tensor1D);
      await expectClose(actual, expected, { atol: 1e-5 });
      actual.dispose();
    }
  });

  test('batchNorm has the right gradients in all inputs, with and without scale and offset', async () => {
    const x = normals(1, [3, 4, 2, 5]);
    for (const shape of [[5], [1, 1, 1, 5]]) {
      const [m, v, o, s] = parameters(shape);
      const f = (...t: Tensor[]): Tensor =>
        batchNorm(t[0] as Tensor4D, t[1] as Tensor1D, t[2] as Tensor1D, t[3] as Tensor1D, t[4] as Tensor1D);
      await expectGradients(f, [x, m, v, o, s]);
      await expectGradients(f, [x, m, v, o]);
      await expectGradients(f, [x, m, v]);
      await expectGradients(
        (a, b, c, d) => f(a as Tensor, b as Tensor, c as Tensor, undefined as never, d as Tensor),
        [x, m, v, s],
      );
    }
  });

  test('batchNorm by its own moments has the right gradients', async () => {
    const [, , o, s] = parameters([5]);
    await expectGradients(
      (x, offset, scale) => {
        const { mean: m, variance } = moments(x as Tensor, [0, 1, 2]);
        return batchNorm(x as Tensor4D, m as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D);
      },
      [normals(1, [3, 4, 2, 5]), o, s],
    );
  });
});

/** Mean, a variance well above 0, offset and scale. */
function parameters(shape: number[]): [Tensor, Tensor, Tensor, Tensor] {
  const variance = hold(tidy(() => add(abs(normals(4, shape)), 0.5)));
  return [normals(3, shape), variance, normals(5, shape), normals(6, shape)];
}

/** Sums over axes, in double precision. */
function reduced(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[] {
  const kept = shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const out = new Array<number>(kept.reduce((a, b) => a * b, 1)).fill(0);
  for (let i = 0; i < values.length; i++) {
    let [rest, target, step] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % (shape[axis] as number);
      rest = (rest - at) / (shape[axis] as number);
      target += (axes.includes(axis) ? 0 : at) * step;
      step *= kept[axis] as number;
    }
    out[target] = (out[target] as number) + (values[i] as number);
  }
  return out;
}
