import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  affine,
  autocontrast,
  equalize,
  posterize,
  randAugment,
  rotate,
  solarize,
} from '../../src/transforms/index.js';
import { expectClose, hold, onEveryBackend, uniforms } from '../helpers/index.js';

onEveryBackend('randAugment', () => {
  test('each number stands for its operation, image by image, one after the other', async () => {
    const x = uniforms<Tensor4D>(1, [1, 18, 16, 3]);
    const expected: [operation: number, value: number, result: (y: Tensor4D) => Tensor4D][] = [
      [3, 4, (y) => affine(y, { translate: [4, 0] })],
      [4, -3, (y) => affine(y, { translate: [0, -3] })],
      [5, 20, (y) => rotate(y, 20)],
      [6, 0.4, (y) => adjustBrightness(y, 0.4)],
      [7, 1.5, (y) => adjustSaturation(y, 1.5)],
      [8, 0.4, (y) => adjustContrast(y, 0.4)],
      [9, 1.9, (y) => adjustSharpness(y, 1.9)],
      [10, 3, (y) => posterize(y, 3)],
      [11, 0.6, (y) => solarize(y, 0.6)],
      [12, 0, autocontrast],
      [13, 0, equalize],
      [0, 0, (y) => y],
    ];
    // all of them at once, in a batch where every image takes another one
    const count = expected.length;
    const data = await x.data();
    const batch = hold(
      tensor4d(
        Float32Array.from({ length: count * data.length }, (_, i) => data[i % data.length] as number),
        [count, 18, 16, 3],
      ),
    );
    const all = await hold(
      randAugment({ n: 2 }).apply(batch, {
        operations: expected.map(([operation]) => [operation, 6]),
        values: expected.map(([, value]) => [value, 0.5]),
      }),
    ).data();
    for (const [i, [operation, , result]] of expected.entries()) {
      const changed = result(x);
      const dark = hold(adjustBrightness(changed === x ? x : hold(changed), 0.5));
      const got = all.slice(i * data.length, (i + 1) * data.length);
      await expectClose(got, Array.from(await dark.data()), { atol: 2e-5, rtol: 0 }).catch((error) => {
        throw new Error(`operation ${operation}: ${error}`);
      });
    }
  });

  test('shears have torchvision’s numbers (0.14.1, float64, around the first corner)', async () => {
    const data = Float32Array.from({ length: 30 }, (_, n) => 0.5 + 0.5 * Math.sin(0.7 * n + 0.01 * n * n));
    const x = hold(tensor4d([...data, ...data], [2, 5, 6, 1]));
    const sheared = hold(randAugment({ n: 1 }).apply(x, { operations: [[1], [2]], values: [[0.2], [-0.3]] }));
    await expectClose(sheared, TORCHVISION, { atol: 2e-5, rtol: 0 });
  });

  test('values are torchvision’s at magnitudes 9 and 30, of either sign', () => {
    const wanted: Record<number, readonly [at9: number, at30: number, signed: boolean]> = {
      1: [0.09, 0.3, true],
      2: [0.09, 0.3, true],
      3: [27, 90, true],
      4: [13, 45, true],
      5: [9, 30, true],
      6: [0.27, 0.9, true],
      7: [0.27, 0.9, true],
      8: [0.27, 0.9, true],
      9: [0.27, 0.9, true],
      10: [7, 4, false],
      11: [178.5 / 255, 0, false],
      12: [0, 0, false],
      13: [0, 0, false],
      0: [0, 0, false],
    };
    for (const [at, magnitude] of [9, 30].entries()) {
      const { operations, values } = randAugment({ magnitude }).sample([300, 100, 200, 3], 1);
      const seen = new Map<number, Set<number>>();
      for (const [i, list] of operations.entries()) {
        for (const [round, operation] of list.entries()) {
          const value = values[i]?.[round] as number;
          const change = operation >= 6 && operation <= 9 ? value - 1 : value;
          const [at9, at30, signed] = wanted[operation] as (typeof wanted)[number];
          expect(signed ? Math.abs(change) : change).toBeCloseTo(at === 0 ? at9 : at30, 6);
          seen.set(operation, (seen.get(operation) ?? new Set<number>()).add(Math.sign(change)));
        }
      }
      expect(seen.size).toBe(14);
      for (const operation of [1, 2, 3, 4, 5, 6, 7, 8, 9]) expect(seen.get(operation)?.size).toBe(2);
    }
  });
});

const TORCHVISION = [
  0.532592, 0.842898, 0.986873, 0.875483, 0.55269, 0.192797, 0.037195, 0.220849, 0.595257, 0.905926, 0.920127, 0.52232,
  0.154416, 0.074819, 0.365205, 0.778078, 0.931019, 0.448592, 0.153781, 0.097238, 0.47748, 0.88295, 0.845524, 0.234839,
  0.031, 0.373534, 0.883361, 0.876933, 0.347136, 0.028899, 0.425, 0.454254, 0.248932, 0, 0, 0, 0.079925, 0.432418,
  0.8664, 0.861812, 0.383694, 0.074977, 0.254427, 0.055499, 0.393588, 0.869853, 0.853146, 0.400402, 0.413793, 0.023224,
  0.135459, 0.605129, 0.975294, 0.799025, 0.261193, 0.019974, 0.196894, 0.626882, 0.982428, 0.857147,
];
