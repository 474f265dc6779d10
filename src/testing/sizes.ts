import { type Arbitrary, integer, nat } from 'fast-check';
import { checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Size of an axis, an integer \>= 1: always this one, or drawn between two. */
export type SizeRange = number | readonly [min: number, max: number];

/** Checks a range and gives its ends. */
export function rangeOf(where: string, name: string, range: number | readonly [number, number]): [number, number] {
  const pair = typeof range === 'number' ? [range, range] : range;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`${where}: ${name} must be a number or [min, max], got ${show(range)}.`);
  }
  return pair as [number, number];
}

/** Sizes of an axis; they shrink to the smallest. */
export function sizes(where: string, name: string, range: SizeRange, least = 1): Arbitrary<number> {
  const [min, max] = rangeOf(where, name, range);
  checkIntegers(where, { [`${name} (min)`]: [min, least], [`${name} (max)`]: [max, min] });
  return integer({ min, max });
}

/** Powers of ten between two numbers; they shrink to 1 where that is among them. */
export function scales(where: string, name: string, range: number | readonly [number, number]): Arbitrary<number> {
  const [min, max] = rangeOf(where, name, range);
  checkNumbers(where, { [`${name} (min)`]: [min, Number.MIN_VALUE], [`${name} (max)`]: [max, min] });
  const [low, high] = [Math.log10(min), Math.log10(max)];
  // Whole steps from one end or from 1, so that 1 itself is met.
  const from = low <= 0 && high >= 0 ? 0 : low > 0 ? low : high;
  const power = integer({ min: Math.ceil(low - from - 1e-9), max: Math.floor(high - from + 1e-9) });
  return power.map((k) => 10 ** (from + k));
}

/** One of some values; shrinks through those before it (`constantFrom` tries the first alone). */
export function simplestFirst<T>(values: readonly T[]): Arbitrary<T> {
  return nat(values.length - 1).map((i) => values[i] as T);
}
