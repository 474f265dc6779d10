import { Broken } from './broken.js';
import type { Output } from './observe.js';
import { digits } from './tensorData.js';

type Numbers = Pick<Output, 'shape' | 'data'>;

/** Checks that two outputs are equal within a tolerance; `what` says what `actual` should be. */
export function checkSame(what: string, actual: Numbers, expected: Numbers, tolerance = 0): void {
  if (String(actual.shape) !== String(expected.shape)) {
    throw new Broken(`${what}: shape [${expected.shape.join(', ')}]`, `shape [${actual.shape.join(', ')}]`);
  }
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual.data[i] as number, expected.data[i] as number];
    if (a === b || Math.abs(a - b) <= tolerance) continue;
    const near = tolerance > 0 ? ` within ${tolerance}` : '';
    throw new Broken(`${what}: ${digits(b)}${near} at ${position(i, expected.shape)}`, digits(a));
  }
}

/** Checks that numbers are finite and, where a range is given, inside it, give or take 1e-6 for rounding. */
export function checkRange(what: string, { shape, data }: Numbers, range: readonly [number, number] | null): void {
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (Number.isFinite(value) && value >= low - 1e-6 && value <= high + 1e-6) continue;
    const wanted = range === null ? 'finite numbers' : `numbers in [${low}, ${high}]`;
    throw new Broken(`${what} to hold ${wanted}`, `${digits(value)} at ${position(i, shape)}`);
  }
}

/** Indices of the i-th number of a tensor. */
function position(i: number, shape: readonly number[]): string {
  const indices: number[] = [];
  let rest = i;
  for (const n of [...shape].reverse()) {
    indices.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return `[${indices.join(', ')}]`;
}
