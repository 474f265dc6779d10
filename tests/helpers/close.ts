import { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** How far a number may lie: |actual - expected| <= atol + rtol * |expected|. */
export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
}

type Numbers = Tensor | number | ArrayLike<number> | readonly NestedNumbers[];
type NestedNumbers = number | readonly NestedNumbers[];

/** Flat numbers of a tensor, a number, or nested arrays. */
export async function flat(value: Numbers): Promise<number[]> {
  if (value instanceof Tensor) return Array.from(await value.data());
  if (typeof value === 'number') return [value];
  return (Array.from(value as ArrayLike<unknown>) as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
}

/** Checks numbers element by element; NaN and Infinity never pass. A returned tensor that is not held stays the caller's. */
export async function expectClose(actual: Numbers, expected: Numbers, tolerance: Tolerance = {}): Promise<void> {
  const { atol = 1e-5, rtol = 1e-4 } = tolerance;
  const [a, b] = [await flat(actual), await flat(expected)];
  expect(a.length, 'number of values').toBe(b.length);
  if (actual instanceof Tensor && expected instanceof Tensor) expect(actual.shape).toEqual(expected.shape);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (!(Math.abs(x - y) <= atol + rtol * Math.abs(y))) {
      expect.fail(`value ${i} of ${a.length}: ${x}, expected ${y} within ${atol} + ${rtol} |${y}|`);
    }
  }
}
