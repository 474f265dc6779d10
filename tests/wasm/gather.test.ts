import {
  gather,
  grad,
  sum,
  type Tensor,
  type Tensor1D,
  tensor,
  tensor1d,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectClose, expectKept, hold, normals } from '../helpers/index.js';
import { expectGradients, forAll, onWasm, sizes } from './support.js';

const cases = fc
  .record({
    shape: fc.array(sizes(1, 4), { minLength: 1, maxLength: 4 }),
    each: sizes(1, 5),
    batchDims: fc.nat(2),
    seed: fc.nat(99),
  })
  .chain(({ shape, each, batchDims, seed }) => {
    const batch = Math.min(batchDims, shape.length - 1);
    return fc.record({
      shape: fc.constant(shape),
      each: fc.constant(each),
      batch: fc.constant(batch),
      axis: fc.integer({ min: batch, max: shape.length - 1 }),
      seed: fc.constant(seed),
    });
  });

onWasm('gather and segment sums', () => {
  test('gather has the values of the definition and the right gradient, with and without batch axes', () =>
    forAll(
      cases,
      async ({ shape, each, batch, axis, seed }) => {
        const x = normals(seed, shape);
        const lead = shape.slice(0, batch);
        const count = lead.reduce((a, b) => a * b, 1) * each;
        const size = shape[axis] as number;
        const picks = Int32Array.from({ length: count }, (_, i) => (7 * i + seed) % size);
        const indices = hold(tensor(picks, [...lead, each], 'int32'));
        const actual = gather(x, indices as Tensor1D, axis, batch);
        await expectClose(actual, gathered(await x.data(), shape, picks, each, axis, batch));
        expect(actual.shape).toEqual([...shape.slice(0, axis), each, ...shape.slice(axis + 1)]);
        actual.dispose();
        await expectGradients((a) => gather(a as Tensor, indices as Tensor1D, axis, batch), [x]);
      },
      40,
    ));

  test('gather rejects an index that does not exist', () => {
    const x = normals(1, [2, 3]);
    const indices = hold(tensor([0, 3], [2, 1], 'int32'));
    expectKept(0, () => {
      expect(() => gather(x, indices as Tensor1D, 1, 1)).toThrow('index value 3 is not in [0, 2]');
      return undefined;
    });
  });

  test('unsortedSegmentSum sums rows, drops ids outside, and has the right gradient', async () => {
    const x = normals(1, [5, 3]);
    const ids = hold(tensor1d([2, 0, 2, 9, -1], 'int32'));
    const values = await x.data();
    const expected = new Array(12).fill(0);
    for (const [row, id] of [2, 0, 2].entries()) {
      for (let c = 0; c < 3; c++) expected[3 * id + c] += values[3 * row + c];
    }
    const actual = unsortedSegmentSum(x, ids, 4);
    await expectClose(actual, expected);
    actual.dispose();
    const inside = hold(tensor1d([2, 0, 2, 3, -1], 'int32'));
    await expectGradients((a) => unsortedSegmentSum(a as Tensor, inside, 4), [x]);
  });

  test('the gradient keeps one tensor', () => {
    const [x, indices] = [normals(1, [6, 4]), hold(tensor1d([5, 0, 5], 'int32'))];
    expectKept(1, () => grad((a: Tensor) => sum(gather(a, indices)))(x));
  });
});

/** gather by its definition. */
function gathered(
  x: ArrayLike<number>,
  shape: number[],
  picks: Int32Array,
  each: number,
  axis: number,
  batch: number,
): number[] {
  const product = (sizes: number[]): number => sizes.reduce((a, b) => a * b, 1);
  const [outer, inner, size] = [
    product(shape.slice(batch, axis)),
    product(shape.slice(axis + 1)),
    shape[axis] as number,
  ];
  const out: number[] = [];
  for (let b = 0; b < product(shape.slice(0, batch)); b++) {
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < each; j++) {
        const row = (b * outer + o) * size + (picks[b * each + j] as number);
        for (let i = 0; i < inner; i++) out.push(x[row * inner + i] as number);
      }
    }
  }
  return out;
}
