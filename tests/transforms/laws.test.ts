import { getBackend, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { transformLaws } from '../../src/testing/index.js';
import { expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { table } from './table.js';

// A software GPU takes seconds to compile for a new shape, and milliseconds for every operation.
const numRuns = getBackend().startsWith('webg') ? 1 : 3;

// What every transform must do, whatever it does.
onEveryBackend('laws of transforms', () => {
  for (const { name, transform, shape, out = shape, refuses } of table) {
    const images = (seed = 0): Tensor4D => uniforms<Tensor4D>(seed, shape);

    test(`${name}: the laws`, async () => {
      expect(transform.outputShape(shape)).toEqual(out);
      await transformLaws(transform, { shapes: [shape], numRuns });
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
