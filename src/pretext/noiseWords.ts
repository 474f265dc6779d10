import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Draws words by a power of their counts, one word left out. */
export interface NoiseWords {
  /** The word at a share in [0, 1) of the distribution without `except`. */
  draw(share: number, except: number): number;
}

/** Checks counts of words: numbers \>= 0, of which at least two are above 0. */
export function checkCounts(where: string, counts: ArrayLike<number>): void {
  if (typeof counts !== 'object' || counts === null || typeof counts.length !== 'number') {
    throw new RangeError(`${where}: counts must be an array with a number per word, got ${show(counts)}.`);
  }
  let used = 0;
  for (let id = 0; id < counts.length; id++) {
    const count = counts[id] as number;
    if (!Number.isFinite(count) || !(count >= 0)) {
      throw new RangeError(`${where}: counts must be numbers >= 0, got ${show(count)} for word ${id}.`);
    }
    if (count > 0) used++;
  }
  if (used < 2) throw new RangeError(`${where}: counts must be above 0 for at least two words, got ${used}.`);
}

/** Counts of ids. */
export function countWords(values: Int32Array): Float64Array {
  let most = 0;
  for (const id of values) if (id > most) most = id;
  const counts = new Float64Array(most + 1);
  for (const id of values) counts[id] = (counts[id] as number) + 1;
  return counts;
}

/** Noise words with probability proportional to count^power, by bisection of the running sums. */
export function noiseWords(counts: ArrayLike<number>, power: number): NoiseWords {
  const ends = new Float64Array(counts.length);
  let total = 0;
  for (let id = 0; id < ends.length; id++) {
    const count = counts[id] as number;
    total += count > 0 ? count ** power : 0;
    ends[id] = total;
  }
  const startOf = (id: number): number => (id > 0 ? (ends[id - 1] as number) : 0);
  return {
    draw: (share, except) => {
      const known = except >= 0 && except < ends.length;
      const [from, to] = known ? [startOf(except), ends[except] as number] : [0, 0];
      let at = share * (total - (to - from));
      if (at >= from) at += to - from;
      let [low, high] = [0, ends.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] as number) > at) high = middle;
        else low = middle + 1;
      }
      return low;
    },
  };
}
