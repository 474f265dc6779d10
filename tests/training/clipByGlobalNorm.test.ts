import { type NamedTensorMap, tensor, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipByGlobalNorm } from '../../src/training/index.js';
import { expectClose, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

const values = async (grads: NamedTensorMap): Promise<number[]> =>
  (await Promise.all(Object.values(grads).map(flat))).flat();
const release = (grads: NamedTensorMap): void => {
  for (const gradient of Object.values(grads)) hold(gradient);
};

onEveryBackend('clipByGlobalNorm', () => {
  test('shortens to the limit along the same direction, and leaves the short as they are', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.double({ min: 0.01, max: 50, noNaN: true }), async (seed, maxNorm) => {
        const names = Array.from({ length: 9 }, (_, i) => `g${i}`); // more than a WebGPU addN takes
        const grads = Object.fromEntries(names.map((name, i) => [name, normals(seed + i, i % 2 ? [2, i] : [i + 1])]));
        const before = await values(grads);
        const norm = Math.hypot(...before);
        const clipped = clipByGlobalNorm(grads, maxNorm);
        release(clipped);
        expect(Object.keys(clipped)).toEqual(names);
        const factor = Math.min(1, maxNorm / norm);
        const tolerance = factor === 1 ? { atol: 0, rtol: 0 } : { atol: 1e-7, rtol: 1e-5 };
        await expectClose(
          await values(clipped),
          before.map((x) => x * factor),
          tolerance,
        );
        expect(await values(grads)).toEqual(before);
      }),
      { numRuns: 8 },
    ));

  test('zeros stay zeros, nothing is an empty map, and only the results are kept', async () => {
    const grads = { a: hold(zeros([3])), b: hold(zeros([])) };
    const clipped = clipByGlobalNorm(grads, 0.1);
    release(clipped);
    expect(await values(clipped)).toEqual([0, 0, 0, 0]);
    expect(clipByGlobalNorm({}, 1)).toEqual({});
    expectKept(2, () => clipByGlobalNorm(grads, 1));
  });

  test('rejects what does not fit', () => {
    const grads = { a: hold(tensor([1, 2], [2], 'int32')) };
    expect(() => clipByGlobalNorm(grads, 0)).toThrow('clipByGlobalNorm: maxNorm must be a number > 0, got 0');
    expect(() => clipByGlobalNorm(grads, 1)).toThrow('clipByGlobalNorm: a must have dtype float32, got int32');
    expect(() => clipByGlobalNorm({ b: undefined as never }, 1)).toThrow('b must be a tensor, got undefined');
  });
});
