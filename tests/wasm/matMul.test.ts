import { fused, matMul, reshape, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectClose, expectKept, normals } from '../helpers/index.js';
import { product } from './reference.js';
import { expectGradients, forAll, onWasm, sizes } from './support.js';

const flags = fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() });
const dims = fc.oneof(
  fc.tuple(sizes(1, 5), sizes(1, 5), sizes(1, 5)),
  fc.tuple(sizes(18, 40), sizes(18, 130), sizes(18, 40)),
);

onWasm('matMul', () => {
  test('has the values of the definition for any transposition and batch', () =>
    forAll(
      fc.record({
        dims,
        flags,
        outer: fc.constantFrom(
          [[], []],
          [[3], [3]],
          [
            [2, 2],
            [2, 2],
          ],
          [[3], [1]],
          [[1], [3]],
          [
            [2, 1],
            [1, 3],
          ],
          [[], [4]],
          [[4], []],
        ),
        seed: fc.nat(99),
      }),
      async ({ dims: [m, k, n], flags: { transposeA, transposeB }, outer, seed }) => {
        const [outerA, outerB] = outer as unknown as [number[], number[]];
        const a = normals(seed, [...outerA, ...(transposeA ? [k, m] : [m, k])]);
        const b = normals(seed + 1, [...outerB, ...(transposeB ? [n, k] : [k, n])]);
        const actual = matMul(a, b, transposeA, transposeB);
        await expectClose(actual, await expected(a, b, [m, k, n], transposeA, transposeB), { atol: 1e-4 });
        actual.dispose();
      },
      50,
    ));

  test('widths in multiples of 8 with the first operand transposed', () =>
    forAll(
      fc.record({ m: sizes(1, 6), n: sizes(1, 4), k: sizes(1, 300), batch: sizes(1, 2) }),
      async ({ m, n, k, batch }) => {
        const [a, b] = [normals(1, [batch, k, 8 * m]), normals(2, [batch, k, 8 * n])];
        const actual = matMul(a, b, true);
        await expectClose(actual, await expected(a, b, [8 * m, k, 8 * n], true, false), { atol: 1e-4 });
        actual.dispose();
      },
      20,
    ));

  test('batches of small matrices of any size, down to a tile', () =>
    forAll(
      fc.record({ dims: fc.tuple(sizes(4, 18), sizes(1, 20), sizes(8, 26)), flags }),
      async ({ dims: [m, k, n], flags: { transposeA, transposeB } }) => {
        const a = normals(1, [2, ...(transposeA ? [k, m] : [m, k])]);
        const b = normals(2, [2, ...(transposeB ? [n, k] : [k, n])]);
        const actual = matMul(a, b, transposeA, transposeB);
        await expectClose(actual, await expected(a, b, [m, k, n], transposeA, transposeB), { atol: 1e-4 });
        actual.dispose();
      },
      30,
    ));

  test('has the right gradients', () =>
    forAll(
      fc.record({ dims, flags, batch: fc.constantFrom([], [3]) }),
      async ({ dims: [m, k, n], flags: { transposeA, transposeB }, batch }) => {
        const a = normals(1, [...batch, ...(transposeA ? [k, m] : [m, k])]);
        const b = normals(2, [...batch, ...(transposeB ? [n, k] : [k, n])]);
        await expectGradients((x, y) => matMul(x as Tensor, y as Tensor, transposeA, transposeB), [a, b]);
      },
      20,
    ));

  test('the same data as right-hand side in several shapes', async () => {
    const data = normals(1, [24, 40]);
    for (const rows of [24, 40, 8, 24, 40]) {
      const [a, b] = [normals<Tensor2D>(2, [3, rows]), tidy(() => reshape(data, [rows, 960 / rows]) as Tensor2D)];
      const actual = matMul(a, b);
      await expectClose(actual, product(await a.data(), await b.data(), [3, rows, 960 / rows]), { atol: 1e-4 });
      for (const t of [actual, b]) t.dispose();
    }
  });

  test('fused products with bias and activation, transposed', async () => {
    const [a, b, bias] = [normals<Tensor2D>(1, [30, 25]), normals<Tensor2D>(2, [28, 30]), normals<Tensor1D>(3, [28])];
    for (let round = 0; round < 3; round++) {
      const actual = fused.matMul({ a, b, transposeA: true, transposeB: true, bias, activation: 'relu' });
      const plain = product(await a.data(), await b.data(), [25, 30, 28], true, true);
      const biases = await bias.data();
      await expectClose(
        actual,
        plain.map((x, i) => Math.max(0, x + (biases[i % 28] as number))),
        { atol: 1e-4 },
      );
      actual.dispose();
    }
  });

  test('keeps one tensor and rejects inner sizes that differ', () => {
    const [a, b] = [normals<Tensor2D>(1, [30, 24]), normals<Tensor2D>(2, [30, 32])];
    expectKept(1, () => matMul(a, b, true));
    const [c, d] = [normals(3, [4, 24, 30]), normals(4, [4, 30, 24])];
    expectKept(1, () => matMul(c, d));
    expect(() => matMul(a, b)).toThrow(/inner shapes/);
    expect(() => matMul(a, normals<Tensor2D>(5, [29, 32]), true)).toThrow(/inner shapes/);
  });
});

/** The definition, matrix by matrix, with broadcasting of the outer axes. */
async function expected(
  a: Tensor,
  b: Tensor,
  [m, k, n]: [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): Promise<number[]> {
  const [dataA, dataB] = [await a.data(), await b.data()];
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const rank = Math.max(outerA.length, outerB.length);
  const padded = (shape: number[]): number[] => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [fullA, fullB] = [padded(outerA), padded(outerB)];
  const outer = fullA.map((size, i) => Math.max(size, fullB[i] as number));
  const result: number[] = [];
  for (let i = 0; i < outer.reduce((x, y) => x * y, 1); i++) {
    let [rest, atA, atB, stepA, stepB] = [i, 0, 0, 1, 1];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const index = rest % (outer[axis] as number);
      rest = (rest - index) / (outer[axis] as number);
      atA += (index % (fullA[axis] as number)) * stepA;
      atB += (index % (fullB[axis] as number)) * stepB;
      stepA *= fullA[axis] as number;
      stepB *= fullB[axis] as number;
    }
    const [one, two] = [dataA.slice(atA * m * k, (atA + 1) * m * k), dataB.slice(atB * k * n, (atB + 1) * k * n)];
    result.push(...product(one, two, [m, k, n], transposeA, transposeB));
  }
  return result;
}
