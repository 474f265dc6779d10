import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { equalize } from './equalize.js';
import { makeTransform } from './makeTransform.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomEqualize}. */
export interface RandomEqualizeOptions {
  /** Chance that an image is equalised, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomEqualize}. */
export interface RandomEqualizeParams {
  /** 1 where an image is equalised, else 0. */
  readonly equalize: number[];
}

/**
 * Equalises the histogram of every channel of an image with probability p; see {@link equalize}.
 *
 * @param options - The chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if `p` is outside [0, 1].
 * @see torchvision `RandomEqualize`; Cubuk et al., RandAugment, arXiv:1909.13719, among whose operations it is.
 * @example
 * ```ts
 * import { type Rank, randomUniform } from '@tensorflow/tfjs-core';
 * import { randomEqualize } from 'selfsup/transforms';
 * console.log(randomEqualize()(randomUniform<Rank.R4>([2, 24, 24, 3]), 1).shape); // [2, 24, 24, 3]
 * ```
 */
export function randomEqualize(options: RandomEqualizeOptions = {}): Transform<RandomEqualizeParams> {
  const { p = 0.5 } = checkOptions('randomEqualize', options, ['p']);
  checkNumbers('randomEqualize', { p: [p, 0, 1] });
  return makeTransform<RandomEqualizeParams>('randomEqualize', {
    sample: (shape, seed) => ({ equalize: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => selectImages(params.equalize, [() => x, () => equalize(x)]),
  });
}
