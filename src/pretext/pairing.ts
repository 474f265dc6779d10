import { RangeError, ShapeError } from '../internal/errors.js';
import { type Seed, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';

/** Where a mismatched partner comes from: another moment of the same clip, another clip of the batch, or either. */
export type NegativeSource = 'moment' | 'clip' | 'both';

/** One pair: the moment of the first half, the clip and the moment of the second, and whether they belong together. */
export interface DrawnPair {
  readonly seen: number;
  readonly clip: number;
  readonly heard: number;
  readonly label: 0 | 1;
}

/** What {@link drawPairs} needs to know. */
export interface PairPlan {
  readonly batch: number;
  /** Moments of a clip, at least 1. */
  readonly places: number;
  /** Least distance of two moments that count as different, in places. */
  readonly minShift: number;
  readonly negatives: NegativeSource;
  /** Share of mismatched pairs. */
  readonly mismatched: number;
}

/** Throws where there is nothing to mismatch with. */
export function checkPairs(where: string, name: string, { batch, places, minShift, negatives }: PairPlan): void {
  if (negatives !== 'moment' && batch < 2) {
    throw new ShapeError(`${where}: ${name} must be at least 2 for negatives '${negatives}', got ${batch}.`);
  }
  if (negatives !== 'clip' && !(places > minShift)) {
    throw new RangeError(
      `${where}: minShift must leave two moments that far apart among ${places} (in frames), got ${minShift}.`,
    );
  }
}

/**
 * Draws a pair for every clip. Two moments at least minShift apart are drawn first, all such pairs alike, and the label says
 * whether the second half comes from the first of them or from the second. So its moment is distributed alike under both
 * labels, as is the first half's: what happens at the start or the end of clips tells nothing. The partner in another clip is at
 * the same moment, for the same reason.
 */
export function drawPairs({ batch, places, minShift, negatives, mismatched }: PairPlan, seed: Seed): DrawnPair[] {
  return imageKeys([batch], seed).map((key, i) => {
    const [chance = 0, a = 0, b = 0, coin = 0, which = 0] = uniform(key, 5);
    const across = negatives === 'clip' || (negatives === 'both' && coin < 0.5);
    const [seen, other] = across ? twice(Math.floor(a * places)) : apart(a, b, places, minShift);
    if (chance >= mismatched) return { seen, clip: i, heard: seen, label: 1 };
    if (!across) return { seen, clip: i, heard: other, label: 0 };
    return { seen, clip: (i + 1 + Math.floor(which * (batch - 1))) % batch, heard: seen, label: 0 };
  });
}

function twice(place: number): [number, number] {
  return [place, place];
}

/**
 * Two places at least `shift` apart, all such ordered pairs alike: two different ones of `places - shift + 1`, the later of
 * which then moves on by `shift - 1`.
 */
function apart(a: number, b: number, places: number, shift: number): [number, number] {
  const count = places - shift + 1;
  const first = Math.floor(a * count);
  const rest = Math.floor(b * (count - 1));
  const second = rest >= first ? rest + 1 : rest;
  return first < second ? [first, second + shift - 1] : [first + shift - 1, second];
}
