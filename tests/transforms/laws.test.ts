import { slice, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { randomKey } from '../../src/random/index.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { table } from './table.js';

// What every transform must do, whatever it does.
onEveryBackend('laws of transforms', () => {
  for (const { name, transform, shape, out = shape, refuses } of table) {
    const images = (seed = 0): Tensor4D => uniforms<Tensor4D>(seed, shape);

    test(`${name}: shape, dtype and range`, async () => {
      const result = hold(transform(images(), 3));
      expect(result.shape).toEqual(out);
      expect(transform.outputShape(shape)).toEqual(out);
      expect(result.dtype).toBe('float32');
      const values = await result.data();
      expect(values.every((v) => v >= -1e-6 && v <= 1 + 1e-6)).toBe(true);
    });

    test(`${name}: the seed decides, and transform is apply after sample`, async () => {
      const x = images();
      const expected = hold(transform(x, 5));
      await expectClose(hold(transform(x, randomKey(5))), expected, { atol: 0, rtol: 0 });
      const params = JSON.parse(JSON.stringify(transform.sample(shape, 5)));
      await expectClose(hold(transform.apply(x, params)), expected, { atol: 0, rtol: 0 });
    });

    test(`${name}: image i does not depend on the size of the batch`, async () => {
      const x = images();
      const all = hold(transform(x, 8));
      const one = hold(transform(hold(slice(x, 0, 1)), 8));
      const three = hold(transform(hold(slice(x, 0, 3)), 8));
      await expectClose(one, hold(slice(all, 0, 1)), { atol: 2e-6, rtol: 0 });
      await expectClose(three, hold(slice(all, 0, 3)), { atol: 2e-6, rtol: 0 });
    });

    test(`${name}: seeds differ, images differ`, () => {
      const draws = (seed: number): string => JSON.stringify(transform.sample([16, ...shape.slice(1)], seed));
      expect(new Set([0, 1, 2, 3].map(draws)).size).toBeGreaterThan(1);
    });

    test(`${name}: leaves its input alone and keeps one tensor`, async () => {
      const x = images();
      const before = Array.from(await x.data());
      expectKept(1, () => transform(x, 2));
      const params = transform.sample(shape, 2);
      const frozen = JSON.stringify(params);
      expectKept(1, () => transform.apply(x, params));
      expectKept(0, () => void transform.sample(shape, 2));
      expect(JSON.stringify(params)).toBe(frozen);
      expect(x.isDisposed).toBe(false);
      expect(Array.from(await x.data())).toEqual(before);
    });

    test(`${name}: refuses bad input before it makes a tensor`, () => {
      const x = images();
      const ints = hold(zeros(shape, 'int32')) as Tensor4D;
      const empty = hold(tensor4d([], [0, ...shape.slice(1)] as [number, number, number, number]));
      const other = transform.sample([3, ...shape.slice(1)], 0);
      expectKept(0, () => {
        expect(() => transform(ints, 0)).toThrow(/must have dtype float32, got int32/);
        expect(() => transform(empty, 0)).toThrow(/got \[0, /);
        expect(() => transform.sample([...shape.slice(0, 3)], 0)).toThrow(/got \[4, /);
        expect(() => transform(x, 0.5)).toThrow('seed must be a safe integer or a RandomKey, got 0.5');
        expect(() => transform.apply(x, undefined)).toThrow('params must be what sample returned, got undefined');
        expect(() => transform.apply(x, {}, { interpolation: 'cubic' as 'nearest' })).toThrow(
          "interpolation must be one of 'bilinear', 'nearest', got \"cubic\"",
        );
        expect(() => transform.apply(x, other)).toThrow(/must have one entry per image \(4\), got 3/);
        if (refuses) expect(() => transform.sample(refuses[0], 0)).toThrow(refuses[1]);
      });
    });
  }
});
