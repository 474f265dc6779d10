import { add, cast, clone, slice, split, type Tensor, tensor, tile, transpose } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectClose, expectKept, hold, normals } from '../helpers/index.js';
import { expectGradients, forAll, onWasm, sizes } from './support.js';

const axes = fc.array(
  sizes(1, 5).chain((size) =>
    fc.nat(size - 1).chain((begin) =>
      fc.record({
        size: fc.constant(size),
        begin: fc.constant(begin),
        length: sizes(0, size - begin),
        reps: sizes(1, 3),
      }),
    ),
  ),
  { minLength: 1, maxLength: 5 },
);

onWasm('copies', () => {
  test('transpose has the values of the definition for any number of axes, and its gradient', async () => {
    const orders = fc.array(sizes(1, 4), { minLength: 4, maxLength: 6 }).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        perm: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        dtype: fc.constantFrom('float32' as const, 'int32' as const),
      }),
    );
    await forAll(orders, async ({ shape, perm, dtype }) => {
      const values = numbers(shape, dtype);
      const turned = transpose(hold(tensor(values, shape, dtype)), perm);
      expect([turned.shape, turned.dtype]).toEqual([perm.map((axis) => shape[axis]), dtype]);
      const steps = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
      const expected = perm.reduce<number[]>(
        (starts, axis) =>
          starts.flatMap((at) =>
            Array.from({ length: shape[axis] as number }, (_, i) => at + i * (steps[axis] as number)),
          ),
        [0],
      );
      expect(Array.from(await turned.data())).toEqual(expected.map((at) => values[at]));
      turned.dispose();
    });
    const x = normals(1, [2, 3, 2, 3, 2]);
    await expectGradients((t) => transpose(t as Tensor, [2, 0, 3, 1, 4]), [x]);
    expectKept(1, () => transpose(x, [4, 3, 2, 1, 0]));
  });

  test('slice and tile have the values of the definition, in every dtype', () =>
    forAll(
      fc.tuple(axes, fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const)),
      async ([list, dtype]) => {
        const shape = list.map((axis) => axis.size);
        const values = numbers(shape, dtype);
        const x = hold(tensor(values, shape, dtype));
        const [begin, length] = [list.map((axis) => axis.begin), list.map((axis) => axis.length)];
        const reps = list.map((axis) => axis.reps);
        const [part, tiled] = [slice(x, begin, length), tile(x, reps)];
        expect(Array.from(await part.data())).toEqual(
          picked(values, shape, length, (at, i) => at + (begin[i] as number)),
        );
        const whole = shape.map((n, i) => n * (reps[i] as number));
        expect(Array.from(await tiled.data())).toEqual(
          picked(values, shape, whole, (at, i) => at % (shape[i] as number)),
        );
        expect([part.shape, part.dtype, tiled.shape, tiled.dtype]).toEqual([length, dtype, whole, dtype]);
        for (const t of [part, tiled]) t.dispose();
      },
      60,
    ));

  test('split has the values of slices, and the parts the right gradients', async () => {
    const x = normals(1, [4, 6, 3]);
    for (const [parts, axis] of [
      [3, 1],
      [[1, 4, 1], 1],
      [2, 0],
      [[2, 1], 2],
    ] as [number | number[], number][]) {
      let start = 0;
      for (const part of split(x, parts, axis)) {
        const begin = [0, 0, 0].map((_, i) => (i === axis ? start : 0));
        const expected = slice(x, begin, part.shape);
        await expectClose(part, expected);
        start += part.shape[axis] as number;
        for (const t of [part, expected]) t.dispose();
      }
    }
    await expectGradients(
      (a) => {
        const [one, , three] = split(a as Tensor, 3, 1);
        return add(one as Tensor, three as Tensor);
      },
      [x],
    );
    await expectGradients((a) => slice(a as Tensor, [1, 2, 0], [2, 3, 2]), [x]);
    await expectGradients((a) => tile(a as Tensor, [2, 1, 3]), [x]);
  });

  test('strings still slice', async () => {
    const part = slice(hold(tensor(['a', 'b', 'c'], [3], 'string')), 1, 2);
    expect(await part.data()).toEqual(['b', 'c']);
    part.dispose();
  });

  test('a clone and a cast to the same dtype outlive the original', async () => {
    const values = numbers([40], 'float32');
    for (const copy of [clone, (t: Tensor) => cast(t, 'float32')]) {
      const x = tensor(values, [40]);
      const y = copy(x);
      x.dispose();
      const other = tensor(new Float32Array(40).fill(7));
      await expectClose(y, values);
      for (const t of [y, other]) t.dispose();
    }
    const whole = cast(hold(tensor([1.7, -1.7])), 'int32');
    expect(Array.from(await whole.data())).toEqual([1, -1]);
    whole.dispose();
  });

  test('keep one tensor each', () => {
    const x = normals(1, [4, 6]);
    expectKept(1, () => slice(x, [1, 2], [2, 3]));
    expectKept(1, () => tile(x, [2, 2]));
    expectKept(2, () => split(x, 2, 1));
    expectKept(1, () => clone(x));
  });
});

function numbers(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): number[] {
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, i) => (dtype === 'bool' ? ((i * 7) % 3) & 1 : i + 1));
}

/** Values of a new shape, each from the place that `source` gives per axis. */
function picked(
  values: readonly number[],
  shape: readonly number[],
  out: readonly number[],
  source: (at: number, axis: number) => number,
): number[] {
  return Array.from({ length: out.reduce((a, b) => a * b, 1) }, (_, i) => {
    let [rest, from, step] = [i, 0, 1];
    for (let axis = out.length - 1; axis >= 0; axis--) {
      const at = rest % (out[axis] as number);
      rest = (rest - at) / (out[axis] as number);
      from += source(at, axis) * step;
      step *= shape[axis] as number;
    }
    return values[from] as number;
  });
}
