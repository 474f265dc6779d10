import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkSeed, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, permutation, type Seed } from '../random/index.js';
import { primeOf } from './finiteField.js';
import { affineGroup, cyclicShifts, type Permutation, projectiveGroup, semilinearGroup } from './permutationGroups.js';

/** Options of {@link hammingPermutations}. */
export interface HammingPermutationsOptions {
  /** Length of a permutation, an integer \>= 2: 9 for a grid of 3 x 3. @defaultValue 9 */
  readonly tiles?: number;
  /** How many, an integer from 1 to tiles!. */
  readonly count: number;
  /**
   * Drawn permutations that the greedy search chooses from, where no group serves, an integer \>= count; all of them are
   * tried for up to 7 tiles.
   * @defaultValue 4 times the count, and at least 2000
   */
  readonly candidates?: number;
}

/**
 * A set for 9 tiles with a distance that is guaranteed: `'agl72'`, the 72 affine maps of the field of 9 elements, any two of
 * which differ in at least 8 places; `'pgl504'`, the 504 projective maps of the line over the field of 8, in at least 7;
 * `'pgammal1512'`, with the field's own symmetries, 1512 in at least 6.
 */
export type PermutationSet = 'agl72' | 'pgl504' | 'pgammal1512';

/**
 * Permutations of jigsaw tiles that differ in as many places as can be: the fewer two classes agree, the less a network can
 * confuse them, and the more it must look at every tile.
 *
 * Where a group of permutations has at least as many and keeps them further apart, the set is a drawn part of it: the cyclic
 * shifts (distance = tiles), the affine maps over a field of `tiles` elements (tiles - 1), the projective maps of the line of
 * `tiles` points (tiles - 2), for 9 tiles also those with the field's symmetries (6). No set of 9 tiles with distances of 9, 8 or
 * 7 has more than 9, 72 or 504. Otherwise the largest group is filled up greedily, each time by the candidate whose least
 * distance to those before it is largest.
 *
 * @param options - Tiles and count.
 * @param seed - Draws the part of the group, the candidates and the order.
 * @returns `count` different permutations, each an array of `tiles`: place k holds tile `permutation[k]`.
 * @throws RangeError if an option is out of range, or there are fewer than `count` permutations.
 * @see Noroozi and Favaro, arXiv:1603.09246, section 3.2, who search for a large mean distance; two of their published sets and
 * a later one of 1000 have a least distance of 2 or 3, as random permutations do.
 * @example
 * ```ts
 * import { hammingPermutations, minHammingDistance } from 'selfsup/pretext';
 * const permutations = hammingPermutations({ tiles: 9, count: 64 }, 1);
 * console.log(permutations[0], minHammingDistance(permutations)); // nine numbers, 8
 * ```
 */
export function hammingPermutations(options: HammingPermutationsOptions, seed: Seed): number[][] {
  checkSeed('hammingPermutations', seed);
  const where = 'hammingPermutations';
  const { tiles = 9, count } = checkOptions('hammingPermutations', options, ['tiles', 'count', 'candidates']);
  checkIntegers(where, { tiles: [tiles, 2, 1024] });
  checkIntegers(where, { count: [count as number, 1, Math.min(factorial(tiles), 1e6)] });
  const { candidates = Math.max(2000, 4 * count) } = options;
  checkIntegers(where, { candidates: [candidates, count] });
  const groups = groupsOf(tiles);
  const group = groups.find(({ size }) => size >= count);
  if (group !== undefined) {
    const all = group.make();
    return Array.from(permutation(seed, all.length).subarray(0, count), (i) => [...(all[i] as Permutation)]);
  }
  const largest = groups[groups.length - 1] as Group;
  const pool = tiles <= 7 ? every(tiles) : drawn(tiles, candidates, foldIn(seed, 0));
  const order = permutation(foldIn(seed, 1), pool.length);
  const start = largest.make();
  return farthest(
    start,
    Array.from(order, (i) => pool[i] as Permutation),
    count,
  );
}

/**
 * A named set of permutations of 9 tiles, in a fixed order.
 *
 * @param name - Which.
 * @returns 72, 504 or 1512 permutations, each an array of 9.
 * @throws RangeError on an unknown name.
 * @see {@link PermutationSet}
 * @example
 * ```ts
 * import { minHammingDistance, permutationSet } from 'selfsup/pretext';
 * console.log(permutationSet('agl72').length, minHammingDistance(permutationSet('agl72'))); // 72, 8
 * ```
 */
export function permutationSet(name: PermutationSet): number[][] {
  checkChoice('permutationSet', 'name', name, ['agl72', 'pgl504', 'pgammal1512']);
  const group = name === 'agl72' ? affineGroup(9) : name === 'pgl504' ? projectiveGroup(8) : semilinearGroup(8);
  return group.map((p) => [...p]);
}

/**
 * The number of places in which the two most alike of some permutations differ.
 *
 * @param permutations - At least two arrays of one length.
 * @returns The least Hamming distance; 0 if two are equal.
 * @throws RangeError if there are fewer than two or their lengths differ.
 * @example
 * ```ts
 * import { minHammingDistance } from 'selfsup/pretext';
 * console.log(minHammingDistance([[0, 1, 2], [1, 0, 2]])); // 2
 * ```
 */
export function minHammingDistance(permutations: readonly (readonly number[])[]): number {
  const [first] = permutations;
  if (first === undefined || permutations.length < 2 || permutations.some((p) => p.length !== first.length)) {
    throw new RangeError(
      `minHammingDistance: permutations must be two or more arrays of one length, got ${show(permutations)}.`,
    );
  }
  let least = first.length;
  for (const [i, a] of permutations.entries()) {
    for (let j = 0; j < i; j++) least = Math.min(least, distance(a, permutations[j] as Permutation));
  }
  return least;
}

interface Group {
  readonly size: number;
  make(): Permutation[];
}

/** Groups of permutations of n tiles, the largest least distance first. */
function groupsOf(n: number): Group[] {
  const groups: Group[] = [{ size: n, make: () => cyclicShifts(n) }];
  if (primeOf(n) !== null) groups.push({ size: n * (n - 1), make: () => affineGroup(n) });
  if (primeOf(n - 1) !== null) groups.push({ size: n * (n - 1) * (n - 2), make: () => projectiveGroup(n - 1) });
  if (n === 9) groups.push({ size: 1512, make: () => semilinearGroup(8) });
  return groups;
}

/** Adds to a set, one by one, the candidate that is farthest from it, the first of equals. */
function farthest(set: readonly Permutation[], pool: readonly Permutation[], count: number): number[][] {
  const chosen = set.map((p) => [...p]);
  const apart = pool.map((p) => chosen.reduce((least, q) => Math.min(least, distance(p, q)), p.length));
  while (chosen.length < count) {
    let best = 0;
    for (let i = 1; i < apart.length; i++) if ((apart[i] as number) > (apart[best] as number)) best = i;
    if (apart[best] === 0) break; // every candidate is taken
    const next = pool[best] as Permutation;
    chosen.push([...next]);
    for (const [i, p] of pool.entries()) {
      if ((apart[i] as number) > 0) apart[i] = Math.min(apart[i] as number, distance(p, next));
    }
  }
  if (chosen.length < count) {
    throw new RangeError(
      `hammingPermutations: candidates must hold ${count} different permutations with those of the groups, got ${chosen.length}.`,
    );
  }
  return chosen;
}

function distance(a: Permutation, b: Permutation): number {
  let places = 0;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) places++;
  return places;
}

function drawn(tiles: number, count: number, seed: Seed): Permutation[] {
  return Array.from({ length: count }, (_, i) => Array.from(permutation(foldIn(seed, i), tiles)));
}

/** All permutations of n tiles. */
function every(n: number): Permutation[] {
  if (n === 0) return [[]];
  return every(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
