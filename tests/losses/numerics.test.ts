import { mul, type Scalar, sum, type Tensor, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { l2Normalize, rowNorms } from '../../src/internal/l2Normalize.js';
import { logSumExpRows } from '../../src/internal/logSumExp.js';
import { marked, upTo } from '../../src/internal/marked.js';
import { timesTransposed, transposedTimes } from '../../src/internal/products.js';
import { standardizeColumns } from '../../src/internal/standardize.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

type Operation = readonly [name: string, shape: number[], f: (x: Tensor2D, other: Tensor2D) => Tensor, other: number[]];

const operations: readonly Operation[] = [
  ['l2Normalize', [4, 3], (x) => l2Normalize(x), [4, 3]],
  ['rowNorms', [4, 3], (x) => rowNorms(x), [4]],
  ['logSumExpRows', [4, 3], (x) => logSumExpRows(x), [4]],
  ['standardizeColumns', [5, 3], (x) => standardizeColumns(x, 0.01), [5, 3]],
  [
    'timesTransposed, left',
    [4, 3],
    (x) =>
      timesTransposed(
        x,
        tensor2d([
          [1, 2, 3],
          [0, -1, 1],
        ]),
      ),
    [4, 2],
  ],
  [
    'timesTransposed, right',
    [2, 3],
    (x) =>
      timesTransposed(
        tensor2d([
          [1, 2, 3],
          [0, -1, 1],
          [2, 2, 0],
        ]),
        x,
      ),
    [3, 2],
  ],
  [
    'transposedTimes, left',
    [2, 3],
    (x) =>
      transposedTimes(
        x,
        tensor2d([
          [1, 2],
          [0, -1],
        ]),
      ),
    [3, 2],
  ],
  [
    'transposedTimes, right',
    [2, 3],
    (x) =>
      transposedTimes(
        tensor2d([
          [1, 2],
          [0, -1],
        ]),
        x,
      ),
    [2, 3],
  ],
];

onEveryBackend('numerics behind the losses', () => {
  describe.each(operations)('%s', (_, shape, f, weights) => {
    // Weighted by fixed numbers, so that no term of the gradient cancels.
    test('has the right gradient', () => {
      const w = normals(7, weights);
      const loss = (x: Tensor2D): Scalar => tidy(() => sum(mul(f(x, w as Tensor2D), w)));
      return expectGradient(loss, normals<Tensor2D>(3, shape), { step: 5e-3 });
    });
    test('keeps one tensor', () => {
      const x = normals<Tensor2D>(1, shape);
      expectKept(1, () => tidy(() => f(x, x)));
    });
  });

  test('products are what they say', async () => {
    const [a, b] = [
      hold(
        tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ),
      hold(
        tensor2d([
          [1, 0],
          [2, -1],
          [0, 3],
        ]),
      ),
    ];
    await expectClose(hold(timesTransposed(a, b)), [1, 0, 6, 3, 2, 12, 5, 4, 18]);
    await expectClose(hold(transposedTimes(a, b)), [7, 12, 10, 14]);
  });

  test('marked puts integers where it is told', async () => {
    const x = hold(marked(Int32Array.of(1, 0), 3, -5, 2));
    expect([x.dtype, x.shape]).toEqual(['float32', [2, 3]]);
    await expectClose(x, [2, -5, 2, -5, 2, 2], { atol: 0, rtol: 0 });
    await expectClose(hold(marked(upTo(2), 1, 4, 3)), [4, 3], { atol: 0, rtol: 0 });
  });
});
