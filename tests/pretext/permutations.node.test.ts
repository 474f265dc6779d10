import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finiteField, primeOf } from '../../src/pretext/finiteField.js';
import { hammingPermutations, minHammingDistance, permutationSet } from '../../src/pretext/index.js';

const isPermutation = (p: readonly number[], tiles: number): boolean =>
  p.length === tiles && new Set(p).size === tiles && p.every((k) => Number.isInteger(k) && k >= 0 && k < tiles);

describe('finite fields', () => {
  test.each([2, 3, 4, 5, 8, 9, 16, 25, 27])('the field of %i elements', (q) => {
    const { add, multiply, inverse } = finiteField(q);
    const all = Array.from({ length: q }, (_, e) => e);
    for (const a of all) {
      expect([add(a, 0), multiply(a, 1), multiply(a, 0)]).toEqual([a, a, 0]);
      expect(new Set(all.map((b) => add(a, b))).size).toBe(q);
      if (a > 0) expect(multiply(a, inverse(a))).toBe(1);
      if (a > 0) expect(new Set(all.map((b) => multiply(a, b))).size).toBe(q);
      for (const b of all) {
        const c = (a + 2 * b) % q;
        expect(multiply(a, b)).toBe(multiply(b, a));
        expect(multiply(a, add(b, c))).toBe(add(multiply(a, b), multiply(a, c)));
        expect(multiply(a, multiply(b, c))).toBe(multiply(multiply(a, b), c));
      }
    }
  });
  test('there is none of six or ten', () => {
    expect([1, 6, 9, 10, 32, 36].map(primeOf)).toEqual([null, null, 3, null, 2, null]);
    expect(() => finiteField(6)).toThrow('q must be a power of a prime, got 6');
  });
});

describe('permutations', () => {
  test.each([
    ['agl72', 72, 8],
    ['pgl504', 504, 7],
    ['pgammal1512', 1512, 6],
  ] as const)('%s has %i permutations, any two %i places apart', (name, count, least) => {
    const set = permutationSet(name);
    expect(set).toHaveLength(count);
    expect(set.every((p) => isPermutation(p, 9))).toBe(true);
    expect(minHammingDistance(set)).toBe(least);
  });

  test.each([
    [9, 9, 9],
    [9, 10, 8],
    [9, 73, 7],
    [9, 1000, 6],
    [4, 12, 3],
    [4, 24, 2],
    [5, 60, 3],
    [6, 120, 4],
    [16, 240, 15],
    [10, 720, 8],
    [25, 100, 24],
    [12, 60, 10],
  ])('for %i tiles, %i permutations are at least %i places apart', (tiles, count, least) => {
    const set = hammingPermutations({ tiles, count }, 7);
    expect(set).toHaveLength(count);
    expect(set.every((p) => isPermutation(p, tiles))).toBe(true);
    expect(minHammingDistance(set)).toBeGreaterThanOrEqual(least);
  });

  test('any count gives so many different ones, the same from the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(60), fc.nat(), (tiles, more, seed) => {
        const count = 1 + (tiles < 5 ? more % [2, 6, 24][tiles - 2]! : more);
        const set = hammingPermutations({ tiles, count, candidates: 200 }, seed);
        expect(new Set(set.map(String)).size).toBe(count);
        expect(set.every((p) => isPermutation(p, tiles))).toBe(true);
        expect(hammingPermutations({ tiles, count, candidates: 200 }, seed)).toEqual(set);
      }),
      { numRuns: 20 },
    );
    expect(hammingPermutations({ count: 20 }, 1)).not.toEqual(hammingPermutations({ count: 20 }, 2));
  });

  test('the greedy search beats chance', () => {
    const drawn = hammingPermutations({ tiles: 15, count: 200, candidates: 200 }, 1);
    const searched = hammingPermutations({ tiles: 15, count: 200, candidates: 2000 }, 1);
    expect(minHammingDistance(searched)).toBeGreaterThan(minHammingDistance(drawn));
  });

  test('bad input', () => {
    expect(() => hammingPermutations({ count: 25, tiles: 4 }, 1)).toThrow(
      'hammingPermutations: count must be an integer >= 1 and <= 24, got 25',
    );
    expect(() => hammingPermutations({ count: 5, tiles: 1 }, 1)).toThrow(/tiles must be an integer >= 2/);
    expect(() => hammingPermutations({ count: 50, candidates: 10 }, 1)).toThrow(/candidates must be an integer >= 50/);
    expect(() => hammingPermutations(undefined as never, 1)).toThrow(/options must be an object, got undefined/);
    expect(() => permutationSet('random' as 'agl72')).toThrow(/name must be one of 'agl72', 'pgl504', 'pgammal1512'/);
    expect(() => minHammingDistance([[0, 1]])).toThrow(/two or more arrays of one length/);
    expect(() => minHammingDistance([[0, 1], [0]])).toThrow(/two or more arrays of one length/);
  });
});
