import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bernoulli, foldIn, integers, normal, permutation, randomKey, split, uniform } from '../../src/random/index.js';
import { threefry } from '../../src/random/threefry.js';

describe('threefry', () => {
  // Random123 1.09, tests/kat_vectors, threefry2x32 with 20 rounds.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('gives the published vector of counter %j', (counter, key, expected) => {
    expect(threefry(key[0], key[1], counter[0], counter[1])).toEqual(expected);
  });
});

describe('keys', () => {
  test('are frozen plain values that JSON keeps', () => {
    const key = foldIn(5, 9);
    expect(Object.isFrozen(key)).toBe(true);
    expect(uniform(JSON.parse(JSON.stringify(key)))).toBe(uniform(key));
  });
  test('differ by seed, position and way of deriving', () => {
    const keys = [0, 1, -1, 2 ** 40].flatMap((s) => [
      randomKey(s),
      ...split(s, 50),
      ...Array.from({ length: 50 }, (_, i) => foldIn(s, i)),
    ]);
    expect(new Set(keys.map((k) => `${k.high},${k.low}`)).size).toBe(keys.length);
  });
  test('reject what is no seed', () => {
    for (const bad of [
      0.5,
      Number.NaN,
      2 ** 60,
      '1',
      null,
      undefined,
      {},
      { high: -1, low: 0 },
      { high: 0, low: 2 ** 32 },
    ]) {
      expect(() => randomKey(bad as number)).toThrow(/randomKey: seed must be a safe integer or a RandomKey, got/);
    }
    expect(() => foldIn(1, -1)).toThrow('foldIn: n must be an integer >= 0, got -1');
    expect(() => split(1, 1.5)).toThrow('split: n must be an integer >= 0, got 1.5');
  });
});

describe('draws', () => {
  const seeds = fc.maxSafeInteger();
  test('entry i depends on the seed and i alone', () => {
    fc.assert(
      fc.property(seeds, fc.nat(40), fc.nat(40), (seed, n, more) => {
        expect(uniform(seed, n + more).subarray(0, n)).toEqual(uniform(seed, n));
        expect(normal(seed, n + more).subarray(0, n)).toEqual(normal(seed, n));
        expect(integers(seed, n + more, { max: 9 }).subarray(0, n)).toEqual(integers(seed, n, { max: 9 }));
        expect(bernoulli(seed, n + more).subarray(0, n)).toEqual(bernoulli(seed, n));
        expect(split(seed, n + more).slice(0, n)).toEqual(split(seed, n));
      }),
    );
  });
  test('a single draw is the first of many', () => {
    expect(uniform(8)).toBe(uniform(8, 5)[0]);
    expect(normal(8)).toBe(normal(8, 5)[0]);
    expect(integers(8, { max: 100 })).toBe(integers(8, 5, { max: 100 })[0]);
    expect(bernoulli(8)).toBe(bernoulli(8, 5)[0] === 1);
  });
  test('have the moments of their distributions', () => {
    const n = 200_000;
    const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;
    const [u, z] = [uniform(1, n), normal(2, n)];
    expect(Math.min(...u.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(mean(u)).toBeCloseTo(0.5, 2);
    expect(mean(u.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 3);
    expect(mean(z)).toBeCloseTo(0, 2);
    expect(mean(z.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(mean(z.map((x) => x ** 4))).toBeCloseTo(3, 0);
    expect(mean(z.map((x, i) => x * (z[i ^ 1] as number)))).toBeCloseTo(0, 2);
    expect(mean(bernoulli(3, n, { p: 0.2 }))).toBeCloseTo(0.2, 2);
    const counts = new Array(6).fill(0);
    for (const k of integers(4, n, { min: -2, max: 4 })) counts[k + 2]++;
    for (const c of counts) expect(c / n).toBeCloseTo(1 / 6, 2);
  });
  test('permutations hold every number once and reach every order', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), (seed, n) => {
        expect(Array.from(permutation(seed, n)).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
    const seen = new Map<string, number>();
    for (let s = 0; s < 6000; s++) seen.set(String(permutation(s, 3)), (seen.get(String(permutation(s, 3))) ?? 0) + 1);
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(count / 6000).toBeCloseTo(1 / 6, 1);
  });
  test('values of a seed never change in a patch', () => {
    expect(Array.from(uniform(42, 3))).toEqual([0.8372137546539307, 0.9853255748748779, 0.4532965421676636]);
    expect(Array.from(normal(42, 3))).toEqual([0.5935817956924438, -0.05488496646285057, 1.2494529485702515]);
    expect(Array.from(permutation(42, 6))).toEqual([5, 0, 4, 3, 2, 1]);
  });
  test('reject bad options', () => {
    expect(() => uniform(1, -1)).toThrow('uniform: n must be an integer >= 0');
    expect(() => integers(1, 3, { min: 4, max: 4 })).toThrow('integers: max must be an integer >= 5');
    expect(() => bernoulli(1, { p: 1.5 })).toThrow('bernoulli: p must be a number >= 0 and <= 1, got 1.5');
    expect(() => permutation(1, Number.NaN)).toThrow('permutation: n must be an integer >= 0');
  });
});
