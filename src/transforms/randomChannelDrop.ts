import { add, mul, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, permutation, type RandomKey } from '../random/index.js';
import { channelNoise } from './channelNoise.js';
import { channelColumn, channelRows, fromChannelRows } from './channelRows.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { checkNoise, noiseKey } from './noise.js';
import type { Transform } from './transform.js';

/** Options of {@link randomChannelDrop}. */
export interface RandomChannelDropOptions {
  /** How many channels an image loses, an integer >= 1; fewer than it has. @defaultValue 1, as in kornia */
  readonly drop?: number;
  /**
   * What takes their place: `'zero'`, or `'noise'`: mid grey, 0.5, with normal noise of a hundredth of the deviation of the
   * channels that remain. @defaultValue 'zero'
   */
  readonly fill?: 'zero' | 'noise';
  /** Chance that an image loses channels, in [0, 1]. @defaultValue 0.5, as in kornia */
  readonly p?: number;
}

/** Parameters of {@link randomChannelDrop}. */
export interface RandomChannelDropParams {
  /** A row per image: 1 for each channel that stays, 0 for each that goes. */
  readonly keep: number[][];
  /** Key of each image's noise, `[high, low]`; only with `fill: 'noise'`. */
  readonly noise?: number[][];
}

/**
 * Drops random channels of an image with probability p. With `drop: 2` and `fill: 'noise'` on RGB it is the colour dropping
 * that keeps a network from telling the places of patches by chromatic aberration.
 *
 * @param options - How many channels to drop, what to put in their place, and the chance.
 * @returns A transform of images with more channels than are dropped.
 * @throws RangeError if an option is out of range.
 * @see Doersch et al., "Unsupervised visual representation learning by context prediction", arXiv:1505.05192, section 3.1,
 * where images have mean 0: the noise around 0 is noise around mid grey here. kornia `RandomChannelDropout`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomChannelDrop } from 'selfsup/transforms';
 * randomChannelDrop({ drop: 2, p: 1 })(ones<Rank.R4>([1, 1, 2, 3]), 1).print(); // one channel of ones, two of zeros
 * ```
 */
export function randomChannelDrop(options: RandomChannelDropOptions = {}): Transform<RandomChannelDropParams> {
  const { drop = 1, fill = 'zero', p = 0.5 } = checkOptions('randomChannelDrop', options, ['drop', 'fill', 'p']);
  const where = 'randomChannelDrop';
  checkIntegers(where, { drop: [drop, 1] });
  checkChoice(where, 'fill', fill, ['zero', 'noise']);
  checkNumbers(where, { p: [p, 0, 1] });
  const draw = (key: RandomKey, channels: number): number[] => {
    const gone = coin(key, p) === 1 ? Array.from(permutation(foldIn(key, 0), channels).subarray(0, drop)) : [];
    return Array.from({ length: channels }, (_, c) => (gone.includes(c) ? 0 : 1));
  };
  return makeTransform<RandomChannelDropParams>(where, {
    sample: (shape, seed) => {
      const keys = imageKeys(shape, seed);
      const keep = keys.map((key) => draw(key, shape[3] as number));
      return fill === 'noise' ? { keep, noise: keys.map(noiseKey) } : { keep };
    },
    apply: (x, { keep, noise }) => {
      if (keep.every((row) => row.every((k) => k === 1))) return x;
      const values = channelRows(x);
      const kept = mul<Tensor2D>(values, channelColumn(keep));
      return fromChannelRows(fill === 'zero' ? kept : add(kept, channelNoise(values, keep, noise ?? [])), x.shape);
    },
    check: (shape) => {
      if (!((shape[3] as number) > drop)) {
        throw new ShapeError(`${where}: images must have more than ${drop} channels, got shape [${shape.join(', ')}].`);
      }
    },
    checkParams: ({ keep, noise }, [batch = 0, , , channels = 0]) => {
      if (!Array.isArray(keep) || keep.length !== batch) {
        throw new ShapeError(
          `${where}: params.keep must have one entry per image (${batch}), got ${show(keep?.length)}.`,
        );
      }
      for (const [i, row] of keep.entries()) {
        if (
          !Array.isArray(row) ||
          row.length !== channels ||
          !row.every((k) => k === 0 || k === 1) ||
          !row.includes(1)
        ) {
          throw new RangeError(
            `${where}: params.keep[${i}] must be ${channels} of 0 and 1, not all 0, got ${show(row)}.`,
          );
        }
      }
      if (fill === 'noise') checkNoise(where, noise, batch);
    },
  });
}
