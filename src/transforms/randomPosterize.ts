import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { posterize } from './posterize.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomPosterize}. */
export interface RandomPosterizeOptions {
  /** How many bits to keep, an integer from 0 to 8. @defaultValue 3, as in kornia */
  readonly bits?: number;
  /** Chance that an image is posterised, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomPosterize}. */
export interface RandomPosterizeParams {
  /** 1 where an image is posterised, else 0. */
  readonly posterize: number[];
}

/**
 * Keeps the highest bits of every value of an image with probability p; see {@link posterize}.
 *
 * @param options - How many bits to keep, and the chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `RandomPosterize`; kornia `RandomPosterize`.
 * @example
 * ```ts
 * import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { randomPosterize } from 'selfsup/transforms';
 * randomPosterize({ bits: 1, p: 1 })(fill([1, 1, 2, 3], 0.9) as Tensor4D, 1).print(); // 128/255
 * ```
 */
export function randomPosterize(options: RandomPosterizeOptions = {}): Transform<RandomPosterizeParams> {
  const { bits = 3, p = 0.5 } = checkOptions('randomPosterize', options, ['bits', 'p']);
  checkNumbers('randomPosterize', { p: [p, 0, 1] });
  checkIntegers('randomPosterize', { bits: [bits, 0, 8] });
  return makeTransform<RandomPosterizeParams>('randomPosterize', {
    sample: (shape, seed) => ({ posterize: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => selectImages(params.posterize, [() => x, () => posterize(x, bits)]),
  });
}
