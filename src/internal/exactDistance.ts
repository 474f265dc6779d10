import type { HostRows } from './hostRows.js';

/**
 * Squared distances |a|² + |b|² - 2 ab from float32 products are wrong by about a millionth of |a|² + |b|²: where they are
 * less than this fraction of it, rows are compared again in float64.
 */
export const CLOSE = 1e-3;

/** Squared distance of row i of a and row j of b, by differences in float64. */
export function squaredDistanceOf(a: HostRows, i: number, b: HostRows, j: number): number {
  const { dim } = a;
  let sum = 0;
  for (let c = 0, p = i * dim, q = j * dim; c < dim; c++, p++, q++) {
    const difference = (a.values[p] as number) - (b.values[q] as number);
    sum += difference * difference;
  }
  return sum;
}
