import {
  avgPool,
  avgPool3d,
  grad,
  maxPool,
  maxPool3d,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { test } from 'vitest';
import { expectClose, hold, normals } from '../helpers/index.js';
import { explicitAxis, pool, sameAxis } from './reference.js';
import { expectGradients, forAll, onWasm, pairs, sizes, spaced } from './support.js';

const pad2d = fc.oneof(fc.constantFrom('same' as const, 'valid' as const), fc.constant(1));
const cases = fc.record({ size: pairs(5, 9), window: pairs(2, 4), stride: pairs(1, 3), pad: pad2d, seed: fc.nat(99) });
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

onWasm('pooling', () => {
  test('maxPool has the right gradient, also below zero', () =>
    forAll(fc.tuple(cases, fc.constantFrom(-100, 0, 100)), async ([{ size, window, stride, pad, seed }, centre]) => {
      const x = spaced(seed, [2, ...size, 3], centre);
      await expectGradients((a) => maxPool(a as Tensor4D, window, stride, pad), [x]);
    }));

  test('avgPool has the right gradient where windows lie partly in the padding', () =>
    forAll(cases, async ({ size, window, stride, pad, seed }) => {
      await expectGradients((a) => avgPool(a as Tensor4D, window, stride, pad), [normals(seed, [2, ...size, 3])]);
    }));

  test('maxPool3d and avgPool3d have the right gradients', () =>
    forAll(
      fc.record({ window: sizes(1, 3), stride: sizes(1, 3), pad: fc.constantFrom('same' as const, 'valid' as const) }),
      async ({ window, stride, pad }) => {
        await expectGradients((a) => maxPool3d(a as Tensor5D, window, stride, pad), [spaced(1, [2, 4, 5, 6, 2], -50)]);
        await expectGradients((a) => avgPool3d(a as Tensor5D, window, stride, pad), [normals(1, [2, 4, 5, 6, 2])]);
      },
      12,
    ));

  test('maxPool3d has the values of the definition below zero', async () => {
    const x = spaced(3, [1, 4, 5, 6, 2], -100);
    const axes = [sameAxis(4, 3, 2), sameAxis(5, 2, 2), sameAxis(6, 2, 2)];
    const expected = pool(await x.data(), axes, 2, (values) => Math.max(...values));
    const actual = maxPool3d(x as Tensor5D, [3, 2, 2], 2, 'same');
    await expectClose(actual, expected);
    actual.dispose();
  });

  test('one number of padding goes with any window and stride', () =>
    forAll(cases, async ({ size, window, stride, seed }) => {
      const x = normals<Tensor4D>(seed, [1, ...size, 2]);
      const axes = size.map((n, i) => explicitAxis(n, window[i] as number, stride[i] as number, 1, [1, 1]));
      const values = await x.data();
      const pools: [Tensor, number[]][] = [
        [maxPool(x, window, stride, 1), pool(values, axes, 2, (v) => Math.max(...v))],
        [avgPool(x, window, stride, 1), pool(values, axes, 2, mean)],
      ];
      for (const [actual, expected] of pools) {
        await expectClose(actual, expected);
        actual.dispose();
      }
    }));

  test('of equal values in a window the first takes the gradient', async () => {
    const x = hold(tensor4d([-2, -1, -1, -2], [1, 2, 2, 1]));
    const dx = tidy(() => grad((a: Tensor) => maxPool(a as Tensor4D, 2, 2, 'valid'))(x));
    await expectClose(dx, [0, 1, 0, 0]);
    dx.dispose();
  });
});
