import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { checkCount, DRAW, keyOf, type Seed } from './key.js';
import { threefry } from './threefry.js';

const WORD = 2 ** 32;

/** Block i of a key's stream: two words. */
type Blocks = (i: number) => [number, number];

function blocks(where: string, seed: Seed): Blocks {
  const { high, low } = keyOf(where, seed);
  return (i) => threefry(high, low, (DRAW | Math.floor(i / WORD)) >>> 0, i >>> 0);
}

/** 53 uniform bits as a number in [0, 1). */
function fraction53([a, b]: [number, number]): number {
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
}

/**
 * Uniform numbers in [0, 1), multiples of 2^-24 (exact in float32).
 *
 * @param seed - A seed or key.
 * @returns A number; with `n`, a Float32Array whose entry i depends on seed and i alone.
 * @throws RangeError if `n` is not an integer >= 0.
 * @example
 * ```ts
 * import { uniform } from 'selfsup/random';
 * console.log(uniform(3), uniform(3, 4)); // a number, and four of which the first is the same
 * ```
 */
export function uniform(seed: Seed): number;
/**
 * Many at once, entry i from the seed and i alone.
 *
 * @param n - How many, an integer >= 0.
 */
export function uniform(seed: Seed, n: number): Float32Array;
export function uniform(seed: Seed, n?: number): number | Float32Array {
  const block = blocks('uniform', seed);
  if (n === undefined) return (block(0)[0] >>> 8) / 16777216;
  checkCount('uniform', n);
  const out = new Float32Array(n);
  for (let i = 0; i < n; i += 2) {
    const [a, b] = block(i / 2);
    out[i] = (a >>> 8) / 16777216;
    if (i + 1 < n) out[i + 1] = (b >>> 8) / 16777216;
  }
  return out;
}

/**
 * Normal numbers, mean 0 and deviation 1 (Box-Muller), rounded to float32.
 *
 * @param seed - A seed or key.
 * @returns A number; with `n`, a Float32Array whose entry i depends on seed and i alone.
 * @throws RangeError if `n` is not an integer >= 0.
 * @example
 * ```ts
 * import { normal } from 'selfsup/random';
 * console.log(normal(3, 4));
 * ```
 */
export function normal(seed: Seed): number;
/**
 * Many at once, entry i from the seed and i alone.
 *
 * @param n - How many, an integer >= 0.
 */
export function normal(seed: Seed, n: number): Float32Array;
export function normal(seed: Seed, n?: number): number | Float32Array {
  if (n === undefined) return normal(seed, 1)[0] as number;
  checkCount('normal', n);
  const block = blocks('normal', seed);
  const out = new Float32Array(n);
  for (let i = 0; i < n; i += 2) {
    const [a, b] = block(i / 2);
    const radius = Math.sqrt(-2 * Math.log((a + 1) / WORD));
    const angle = (2 * Math.PI * b) / WORD;
    out[i] = radius * Math.cos(angle);
    if (i + 1 < n) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** Range of {@link integers}. */
export interface IntegersOptions {
  /** Smallest value, an integer. @defaultValue 0 */
  readonly min?: number;
  /** One past the largest value, an integer > min; max - min <= 2^32. */
  readonly max: number;
}

/**
 * Uniform integers in [min, max).
 *
 * @param seed - A seed or key.
 * @param options - The range; `max` itself is never drawn.
 * @returns A number; with `n`, an Int32Array whose entry i depends on seed and i alone.
 * @throws RangeError if a bound is not a 32-bit integer, `max <= min` or `n` is not an integer >= 0.
 * @example
 * ```ts
 * import { integers } from 'selfsup/random';
 * console.log(integers(3, 10, { min: 1, max: 7 })); // ten throws of a die
 * ```
 */
export function integers(seed: Seed, options: IntegersOptions): number;
/**
 * Many at once, entry i from the seed and i alone.
 *
 * @param n - How many, an integer >= 0.
 */
export function integers(seed: Seed, n: number, options: IntegersOptions): Int32Array;
export function integers(seed: Seed, n: number | IntegersOptions, options?: IntegersOptions): number | Int32Array {
  if (typeof n !== 'number') return integers(seed, 1, n)[0] as number;
  checkCount('integers', n);
  const { min = 0, max } = checkOptions('integers', options as IntegersOptions, ['min', 'max']);
  checkIntegers('integers', { min: [min, -(2 ** 31), 2 ** 31 - 1], max: [max, min + 1, 2 ** 31] });
  const block = blocks('integers', seed);
  return Int32Array.from({ length: n }, (_, i) => min + Math.floor(fraction53(block(i)) * (max - min)));
}

/** Chance of {@link bernoulli}. */
export interface BernoulliOptions {
  /** Chance of a 1, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/**
 * Coin throws: 1 with probability p, else 0.
 *
 * @param seed - A seed or key.
 * @param options - The chance of a 1.
 * @returns A boolean; with `n`, an Int32Array of 0 and 1 whose entry i depends on seed and i alone.
 * @throws RangeError if `p` is outside [0, 1] or `n` is not an integer >= 0.
 * @example
 * ```ts
 * import { bernoulli } from 'selfsup/random';
 * console.log(bernoulli(3, { p: 0.2 }), bernoulli(3, 8, { p: 0.2 }));
 * ```
 */
export function bernoulli(seed: Seed, options?: BernoulliOptions): boolean;
/**
 * Many at once, entry i from the seed and i alone.
 *
 * @param n - How many, an integer >= 0.
 */
export function bernoulli(seed: Seed, n: number, options?: BernoulliOptions): Int32Array;
export function bernoulli(
  seed: Seed,
  n: number | BernoulliOptions = {},
  options: BernoulliOptions = {},
): boolean | Int32Array {
  if (typeof n !== 'number') return bernoulli(seed, 1, n)[0] === 1;
  const { p = 0.5 } = checkOptions('bernoulli', options, ['p']);
  checkNumbers('bernoulli', { p: [p, 0, 1] });
  checkCount('bernoulli', n);
  checkSeed('bernoulli', seed);
  return Int32Array.from(uniform(seed, n), (u) => (u < p ? 1 : 0));
}

/**
 * A uniform permutation of 0 to n - 1 (Fisher-Yates).
 *
 * @param seed - A seed or key.
 * @param n - How many, an integer >= 0.
 * @returns An Int32Array; it depends on seed and n.
 * @throws RangeError if `n` is not an integer >= 0.
 * @example
 * ```ts
 * import { permutation } from 'selfsup/random';
 * console.log(permutation(3, 5));
 * ```
 */
export function permutation(seed: Seed, n: number): Int32Array {
  checkCount('permutation', n);
  const block = blocks('permutation', seed);
  const out = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(fraction53(block(i)) * (i + 1));
    const kept = out[i] as number;
    out[i] = out[j] as number;
    out[j] = kept;
  }
  return out;
}
