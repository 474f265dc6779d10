import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { selectImages } from './selectImages.js';
import { type SobelVariant, sobel } from './sobel.js';
import type { Transform } from './transform.js';

/** Options of {@link randomSobel}. */
export interface RandomSobelOptions {
  /** Whose scaling to follow. @defaultValue 'kornia' */
  readonly variant?: SobelVariant;
  /** Chance that an image becomes its gradient, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/** Parameters of {@link randomSobel}. */
export interface RandomSobelParams {
  /** 1 where an image becomes its gradient, else 0. */
  readonly sobel: number[];
}

/**
 * Replaces an image by the magnitude of its Sobel gradient with probability p, channel by channel; see {@link sobel}.
 *
 * @param options - The variant and the chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see Bojanowski and Joulin, arXiv:1704.05310, and Caron et al., DeepCluster, arXiv:1807.05520, who feed Sobel gradients in
 * place of colours.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomSobel } from 'selfsup/transforms';
 * randomSobel({ p: 1 })(ones<Rank.R4>([1, 2, 2, 3]), 1).print(); // 0.001: flat
 * ```
 */
export function randomSobel(options: RandomSobelOptions = {}): Transform<RandomSobelParams> {
  const { variant = 'kornia', p = 0.5 } = checkOptions('randomSobel', options, ['variant', 'p']);
  checkNumbers('randomSobel', { p: [p, 0, 1] });
  checkChoice('randomSobel', 'variant', variant, ['kornia', 'skimage']);
  return makeTransform<RandomSobelParams>('randomSobel', {
    sample: (shape, seed) => ({ sobel: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => selectImages(params.sobel, [() => x, () => sobel(x, { variant })]),
  });
}
