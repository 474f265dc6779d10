import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { invert } from './invert.js';
import { makeTransform } from './makeTransform.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomInvert}. */
export interface RandomInvertOptions {
  /** Chance that an image is inverted, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomInvert}. */
export interface RandomInvertParams {
  /** 1 where an image is inverted, else 0. */
  readonly invert: number[];
}

/**
 * Turns an image into its negative with probability p.
 *
 * @param options - The chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if `p` is outside [0, 1].
 * @see torchvision `RandomInvert`.
 * @example
 * ```ts
 * import { zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { randomInvert } from 'selfsup/transforms';
 * randomInvert({ p: 1 })(zeros<Rank.R4>([1, 1, 2, 3]), 1).print(); // white
 * ```
 */
export function randomInvert(options: RandomInvertOptions = {}): Transform<RandomInvertParams> {
  const { p = 0.5 } = checkOptions('randomInvert', options, ['p']);
  checkNumbers('randomInvert', { p: [p, 0, 1] });
  return makeTransform<RandomInvertParams>('randomInvert', {
    sample: (shape, seed) => ({ invert: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => selectImages(params.invert, [() => x, () => invert(x)]),
  });
}
