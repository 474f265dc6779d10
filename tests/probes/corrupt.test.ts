import { memory, type Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type Corruption, corrupt, corruptions } from '../../src/probes/index.js';
import { expectClose, hold, onEveryBackend, uniforms } from '../helpers/index.js';

/** Sums of every kind's numbers, weighted by cos(i), as our own code gives them on the cpu: backends have to agree. */
const sums: Readonly<Record<Corruption, number>> = {
  gaussianNoise: 2.7493,
  shotNoise: 3.1512,
  impulseNoise: 1.79921,
  defocusBlur: 0.95508,
  gaussianBlur: 2.39863,
  motionBlur: 0.21687,
  brightness: 0.89253,
  contrast: 0.80683,
  saturation: 2.0397,
  fog: 1.09197,
  pixelate: -0.11889,
  jpeg: 2.32827,
  occlusion: 2.57489,
  rotation: -0.16043,
  translation: 6.01367,
};

onEveryBackend('corrupt', () => {
  test('gives the same numbers everywhere, in [0, 1], and keeps one tensor', async () => {
    const x = uniforms<Tensor4D>(1, [2, 9, 12, 3]);
    for (const kind of corruptions) {
      const before = memory().numTensors;
      const y = hold(corrupt(x, 3, { kind, severity: 4 }));
      expect(memory().numTensors - before, kind).toBe(1);
      expect(y.shape).toEqual(x.shape);
      const values = await y.data();
      expect(values.every((v) => v >= 0 && v <= 1 + 1e-6)).toBe(true);
      await expectClose(
        Array.from(values).reduce((sum, v, i) => sum + v * Math.cos(i), 0),
        sums[kind],
        { atol: 2e-3 },
      );
    }
  });
});
