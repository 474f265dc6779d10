import { foldIn, type RandomKey, type Seed, uniform } from '../random/index.js';

/** One key per image: entry i depends on the seed and i alone. */
export function imageKeys(shape: readonly number[], seed: Seed): RandomKey[] {
  return Array.from({ length: shape[0] as number }, (_, i) => foldIn(seed, i));
}

/** 1 with probability p, else 0, from the first number of a key. */
export function coin(key: Seed, p: number): 0 | 1 {
  return uniform(key) < p ? 1 : 0;
}

/** A number between the ends of a range, at a share of the way in [0, 1). */
export function between([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share;
}
