import { type Scalar, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { alignmentLoss, barlowTwinsLoss, infoNCELoss, ntXentLoss, uniformityLoss } from '../../src/losses/index.js';
import { normal } from '../../src/random/index.js';
import { expectClose, expectGradient, hold, normals, onEveryBackend } from '../helpers/index.js';
import { expectFinite, extremes, givenInputs, inBrowser } from './extremes.js';

type Rows = number[][];
const draw = (seed: number, n: number, dim: number): Rows =>
  Array.from({ length: n }, (_, i) => Array.from(normal(seed * 100 + i, dim)));
const unit = (rows: Rows): Rows => rows.map((row) => row.map((x) => x / Math.hypot(...row)));
const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** -log softmax of the first of some logits, in float64. */
function crossEntropy([first = 0, ...others]: number[]): number {
  const top = Math.max(...others);
  const d = top + Math.log(others.reduce((sum, x) => sum + Math.exp(x - top), 0)) - first;
  return Math.max(d, 0) + Math.log1p(Math.exp(-Math.abs(d)));
}

/** NT-Xent in float64, by its definition. */
function ntXent(a: Rows, b: Rows, temperature: number): number {
  const z = unit([...a, ...b]);
  const n = a.length;
  const losses = z.map((row, i) => {
    const positive = (i + n) % (2 * n);
    const others = z.filter((_, j) => j !== i && j !== positive);
    return crossEntropy([z[positive] as number[], ...others].map((other) => dot(row, other) / temperature));
  });
  return losses.reduce((sum, x) => sum + x, 0) / (2 * n);
}

onEveryBackend('stability of the losses', () => {
  test.each(extremes)('$name is finite, or says why not', async (extreme) => {
    for (const [kind, given] of givenInputs()) {
      if ((given[0]?.shape[0] as number) < extreme.smallest) {
        expect(() => extreme.loss(given[0] as Tensor2D, given[1] as Tensor2D, 0.1)).toThrow(/batch must be/);
      } else {
        for (const temperature of inBrowser ? [0.01] : [0.01, 1]) await expectFinite(extreme, given, temperature, kind);
      }
    }
  });

  test('ntXentLoss is exact at temperature 0.01 and near zero', async () => {
    const [a, b] = [draw(1, 6, 8), draw(2, 6, 8)];
    const close = a.map((row, i) => row.map((x, j) => x + 0.1 * (b[i]?.[j] as number)));
    for (const [first, second, temperature] of [
      [a, b, 0.01],
      [a, b, 0.05],
      [a, close, 0.03],
    ] as const) {
      const loss = ntXentLoss(hold(tensor2d(first)), hold(tensor2d(second)), { temperature });
      await expectClose(loss, ntXent(first, second, temperature), { rtol: 1e-4, atol: 1e-9 });
      loss.dispose();
    }
  });

  test('the gradient is right at temperature 0.01', async () => {
    const b = normals<Tensor2D>(4, [5, 6]);
    const options = { step: 1e-3, tolerance: 0.05 };
    const nt = (x: Tensor2D): Scalar => ntXentLoss(x, b, { temperature: 0.01 });
    await expectGradient(nt, normals<Tensor2D>(3, [5, 6]), options);
    const nce = (x: Tensor2D): Scalar => infoNCELoss(x, b, { temperature: 0.01 });
    await expectGradient(nce, normals<Tensor2D>(3, [5, 6]), options);
  });

  test('one pair has nothing to tell apart: value and gradient are 0', async () => {
    const [a, b] = [normals<Tensor2D>(1, [1, 4]), normals<Tensor2D>(2, [1, 4])];
    for (const loss of [ntXentLoss(a, b), infoNCELoss(a, b)]) {
      await expectClose(loss, 0, { atol: 1e-40 });
      loss.dispose();
    }
  });

  test('options that the table leaves at their defaults have the right gradient', async () => {
    const [a, b] = [normals<Tensor2D>(5, [5, 4]), normals<Tensor2D>(6, [5, 4])];
    await expectGradient((x: Tensor2D) => alignmentLoss(x, b, { alpha: 1 }), a);
    await expectGradient((x: Tensor2D) => alignmentLoss(x, b, { alpha: 3, normalize: false }), a);
    await expectGradient((x: Tensor2D) => uniformityLoss(x, { t: 0.1, normalize: false }), a);
    await expectGradient((x: Tensor2D) => barlowTwinsLoss(x, b, { epsilon: 0.5 }), a);
  });

  test('no negatives, null, no rows and an empty queue are the same', async () => {
    const [a, b] = [normals<Tensor2D>(1, [4, 3]), normals<Tensor2D>(2, [4, 3])];
    const expected = infoNCELoss(a, b);
    const none = hold(tensor2d([], [0, 3]));
    for (const negatives of [null, none]) {
      const loss = infoNCELoss(a, b, { negatives });
      await expectClose(loss, expected, { atol: 0, rtol: 0 });
      loss.dispose();
    }
    expected.dispose();
  });
});
