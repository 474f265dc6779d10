import { checkSeed, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { threefry } from './threefry.js';

/**
 * A key of the random generator: 64 bits as two unsigned 32-bit integers. A plain, frozen value: drawing never changes
 * it, `JSON.stringify` keeps it, and it holds nothing to dispose.
 */
export interface RandomKey {
  /** Upper 32 bits, an integer in [0, 2^32). */
  readonly high: number;
  /** Lower 32 bits, an integer in [0, 2^32). */
  readonly low: number;
}

/** What every random function takes: a safe integer, or a {@link RandomKey}. */
export type Seed = number | RandomKey;

/** Uses of a key that must never meet: each tags the top bits of the counter, which a safe integer leaves free. */
export const DRAW = 0x40000000;
const FOLD = 0x80000000;
const SPLIT = 0xc0000000;
const WORD = 2 ** 32;

/**
 * The key of a seed; a key is returned as it is.
 *
 * @param seed - A safe integer (negative ones too) or a key.
 * @returns The key, frozen.
 * @throws RangeError if `seed` is neither.
 * @example
 * ```ts
 * import { randomKey, uniform } from 'selfsup/random';
 * const key = randomKey(42);
 * console.log(uniform(key) === uniform(42)); // true
 * ```
 */
export function randomKey(seed: Seed): RandomKey {
  return keyOf('randomKey', seed);
}

/** The same for a function of this name. */
export function keyOf(where: string, seed: Seed): RandomKey {
  checkSeed(where, seed);
  return typeof seed === 'number' ? Object.freeze({ high: Math.floor(seed / WORD) >>> 0, low: seed >>> 0 }) : seed;
}

function derive({ high, low }: RandomKey, n: number, tag: number): RandomKey {
  const [a, b] = threefry(high, low, (tag | Math.floor(n / WORD)) >>> 0, n >>> 0);
  return Object.freeze({ high: a, low: b });
}

/** Checks a number of draws or of a key. */
export function checkCount(where: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${where}: n must be an integer >= 0, got ${show(n)}.`);
}

/**
 * Derives one key from another and a number: the stream of step n, of image n, of the n-th part of a pipeline.
 *
 * @param seed - A seed or key; it stays as it is.
 * @param n - Which key, a safe integer >= 0.
 * @returns A key that differs for every n.
 * @throws RangeError if `n` is not a safe integer >= 0.
 * @example
 * ```ts
 * import { foldIn, normal } from 'selfsup/random';
 * const noiseOfStep = (step: number) => normal(foldIn(7, step), 3);
 * console.log(noiseOfStep(0), noiseOfStep(1)); // two different draws, the same on every run
 * ```
 */
export function foldIn(seed: Seed, n: number): RandomKey {
  checkCount('foldIn', n);
  return derive(keyOf('foldIn', seed), n, FOLD);
}

/**
 * Derives n keys from one. They differ from those of {@link foldIn}.
 *
 * @param seed - A seed or key; it stays as it is.
 * @param n - How many keys, an integer >= 0.
 * @returns n different keys; the first m do not depend on n.
 * @throws RangeError if `n` is not a safe integer >= 0.
 * @example
 * ```ts
 * import { split } from 'selfsup/random';
 * const [weights, noise] = split(1, 2);
 * ```
 */
export function split(seed: Seed, n: number): RandomKey[] {
  checkCount('split', n);
  const key = keyOf('split', seed);
  return Array.from({ length: n }, (_, i) => derive(key, i, SPLIT));
}
