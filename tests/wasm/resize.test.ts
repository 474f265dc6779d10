import { image, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { test } from 'vitest';
import { normals } from '../helpers/index.js';
import { expectGradients, forAll, onWasm, pairs, sizes } from './support.js';

const cases = fc.record({
  size: pairs(1, 9),
  out: pairs(1, 14),
  channels: sizes(1, 4),
  mode: fc.constantFrom<[boolean, boolean]>([false, false], [true, false], [false, true]),
});

onWasm('resizing', () => {
  test('resizeBilinear has the right gradient in every mode', () =>
    forAll(cases, async ({ size, out, channels, mode: [corners, centres] }) => {
      const x = normals(1, [2, ...size, channels]);
      await expectGradients((a) => image.resizeBilinear(a as Tensor4D, out, corners, centres), [x]);
    }));

  test('resizeNearestNeighbor has the right gradient in every mode', () =>
    forAll(cases, async ({ size, out, channels, mode: [corners, centres] }) => {
      const x = normals(1, [2, ...size, channels]);
      await expectGradients((a) => image.resizeNearestNeighbor(a as Tensor4D, out, corners, centres), [x]);
    }));
});
