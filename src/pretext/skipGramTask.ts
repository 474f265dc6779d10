import { type Tensor1D, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, type RandomKey, type Seed, uniform } from '../random/index.js';
import { checkCounts, countWords, type NoiseWords, noiseWords } from './noiseWords.js';
import { type TokenIds, type Tokens, tokensOf } from './tokens.js';

/** Options of {@link skipGramTask}. */
export interface SkipGramOptions {
  /** Most words to either side that count as near, an integer \>= 1. @defaultValue 5, as in the authors' code */
  readonly window?: number;
  /** Whether every centre draws its own window from 1 to `window`, so that near words count more. @defaultValue true */
  readonly dynamicWindow?: boolean;
  /** Noise words per pair, an integer \>= 1. @defaultValue 5, as in the authors' code */
  readonly negatives?: number;
  /**
   * How often every word occurs in the whole text, a number per id: for noise words and subsampling. Required with a tensor.
   * @defaultValue counted in `ids`
   */
  readonly counts?: ArrayLike<number>;
  /** Power of the counts by which noise words are drawn, \>= 0. @defaultValue 0.75 */
  readonly power?: number;
  /**
   * A word of frequency f is kept with chance `min(1, (sqrt(f / t) + 1) t / f)` at threshold t, \>= 0; 0 keeps all. Words that
   * are dropped let the window reach further. Needs plain ids.
   * @defaultValue 0; the authors' code has 1e-3, too strong for a text of a few thousand words
   */
  readonly subsample?: number;
}

/** What {@link skipGramTask} returns; the caller disposes all of it. */
export type SkipGramBatch = {
  /** Centre words, int32 `[pairs]`. */
  readonly inputs: Tensor1D;
  /** A word near each, int32 `[pairs]`. */
  readonly targets: Tensor1D;
  /** Noise words, int32 `[pairs, negatives]`; never the target, where ids are plain. */
  readonly negatives: Tensor2D;
};

/**
 * Skip-gram pairs with noise words: every word with every word of its window, text by text, centre by centre, from left to right.
 * Embed the three and pass them to `skipGramLoss`.
 *
 * Which pairs there are depends on what a text holds, so plain numbers are the usual input; an int32 tensor is not read
 * back, and with it `counts` must be given and nothing is subsampled. With dynamic windows the number of pairs varies
 * from call to call; `dynamicWindow: false` keeps it, which GPUs like.
 *
 * Known shortcut: the few most frequent words make most pairs and teach little; subsampling drops them.
 *
 * @param ids - Words by number, one text or rows of them: arrays, or int32 `[length]` or `[batch, length]`.
 * @param seed - Seed or key; text i depends on it and i alone, and within a text so does each centre.
 * @param options - Window, noise words and subsampling.
 * @returns Pairs and noise words; the caller disposes them.
 * @throws ShapeError on a wrong shape, or where no two words are near each other; RangeError on a bad option or id, and where a
 * tensor would have to be read.
 * @see Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", NeurIPS 2013,
 * arXiv:1310.4546, sections 2.2 and 2.3; the authors' word2vec.c, whose keeping chance differs from the paper's
 * sqrt(t / f) and is the one here.
 * @example
 * ```ts
 * import { skipGramTask } from 'selfsup/pretext';
 * const { inputs, targets, negatives } = skipGramTask([4, 1, 3, 2, 1, 0], 1, { window: 2, negatives: 3 });
 * console.log(inputs.shape, targets.shape, negatives.shape); // [pairs], [pairs], [pairs, 3]
 * ```
 */
export function skipGramTask(ids: TokenIds, seed: Seed, options: SkipGramOptions = {}): SkipGramBatch {
  checkSeed('skipGramTask', seed);
  const where = 'skipGramTask';
  const {
    window = 5,
    dynamicWindow = true,
    negatives = 5,
    power = 0.75,
    subsample = 0,
  } = checkOptions('skipGramTask', options, ['window', 'dynamicWindow', 'negatives', 'counts', 'power', 'subsample']);
  checkFlags('skipGramTask', { dynamicWindow });
  checkIntegers(where, { window: [window, 1], negatives: [negatives, 1] });
  checkNumbers(where, { power: [power, 0], subsample: [subsample, 0] });
  if (options.counts !== undefined) checkCounts(where, options.counts);
  const tokens = tokensOf(where, ids, options.counts?.length);
  const { values } = tokens;
  if (values === null && (options.counts === undefined || subsample > 0)) {
    const what = subsample > 0 ? 'subsample' : 'no counts';
    throw new RangeError(
      `${where}: ids must be plain numbers with ${what}, since a tensor is not read back, got a tensor.`,
    );
  }
  const counts = options.counts ?? countWords(values as Int32Array);
  if (options.counts === undefined) checkCounts(where, counts);
  const keep = subsample > 0 ? keepChances(counts, subsample) : null;
  const pairs = pairsOf(tokens, seed, { window, dynamicWindow, negatives, keep, noise: noiseWords(counts, power) });
  const count = pairs.centers.length;
  if (count === 0)
    throw new ShapeError(`${where}: ids must have two words near each other, got ${tokens.lengths} words.`);
  return tidy(() => ({
    inputs: tokens.take(pairs.centers),
    targets: tokens.take(pairs.contexts),
    negatives: tensor2d(Int32Array.from(pairs.noise), [count, negatives], 'int32'),
  }));
}

/** Chance that each word is kept. */
function keepChances(counts: ArrayLike<number>, threshold: number): Float64Array {
  let total = 0;
  for (let id = 0; id < counts.length; id++) total += counts[id] as number;
  return Float64Array.from(counts, (count) => {
    const ratio = count / total / threshold;
    return ratio > 0 ? (Math.sqrt(ratio) + 1) / ratio : 1;
  });
}

interface PairOptions {
  readonly window: number;
  readonly dynamicWindow: boolean;
  readonly negatives: number;
  readonly keep: Float64Array | null;
  readonly noise: NoiseWords;
}

/** Places of centres and contexts, counted through all texts, and noise words in a row. */
interface Pairs {
  readonly centers: number[];
  readonly contexts: number[];
  readonly noise: number[];
}

function pairsOf({ lengths, values }: Tokens, seed: Seed, options: PairOptions): Pairs {
  const pairs: Pairs = { centers: [], contexts: [], noise: [] };
  let offset = 0;
  for (const [row, length] of lengths.entries()) {
    addPairs(pairs, values, offset, length, foldIn(seed, row), options);
    offset += length;
  }
  return pairs;
}

/** Pairs of one text. Each draw belongs to a place in the text, so that a longer text begins with the same ones. */
function addPairs(
  { centers, contexts, noise: words }: Pairs,
  values: Int32Array | null,
  offset: number,
  length: number,
  key: RandomKey,
  { window, dynamicWindow, negatives, keep, noise }: PairOptions,
): void {
  const kept = keptPlaces(values, offset, length, foldIn(key, 0), keep);
  const reaches = dynamicWindow ? uniform(foldIn(key, 1), length) : null;
  for (const [at, place] of kept.entries()) {
    const reach = reaches === null ? window : 1 + Math.floor((reaches[place] as number) * window);
    const near = kept.slice(Math.max(0, at - reach), at + reach + 1).filter((other) => other !== place);
    const shares = uniform(foldIn(foldIn(key, 2), place), near.length * negatives);
    for (const [j, other] of near.entries()) {
      centers.push(offset + place);
      contexts.push(offset + other);
      const target = values === null ? -1 : (values[offset + other] as number);
      for (let n = 0; n < negatives; n++) words.push(noise.draw(shares[j * negatives + n] as number, target));
    }
  }
}

function keptPlaces(
  values: Int32Array | null,
  offset: number,
  length: number,
  key: RandomKey,
  keep: Float64Array | null,
): number[] {
  const places = Array.from({ length }, (_, place) => place);
  if (keep === null || values === null) return places;
  const shares = uniform(key, length);
  return places.filter((place) => (shares[place] as number) < (keep[values[offset + place] as number] as number));
}
