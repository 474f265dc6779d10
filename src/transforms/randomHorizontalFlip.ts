import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { keepSize } from './border.js';
import { coin, imageKeys } from './draw.js';
import { flipLeftRight } from './flipLeftRight.js';
import { makeTransform } from './makeTransform.js';
import { IDENTITY } from './placement.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomHorizontalFlip}. */
export interface RandomHorizontalFlipOptions {
  /** Chance that an image is mirrored, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/** Parameters of {@link randomHorizontalFlip}. */
export interface RandomHorizontalFlipParams {
  /** 1 where an image is mirrored, else 0. */
  readonly flip: number[];
}

/**
 * Mirrors left and right with probability p, image by image.
 *
 * @param options - The chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if `p` is outside [0, 1].
 * @see Chen et al., SimCLR, arXiv:2002.05709, appendix A; torchvision
 * `RandomHorizontalFlip`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomHorizontalFlip } from 'selfsup/transforms';
 * console.log(randomHorizontalFlip()(ones<Rank.R4>([2, 4, 6, 3]), 1).shape); // [2, 4, 6, 3]
 * ```
 */
export function randomHorizontalFlip(options: RandomHorizontalFlipOptions = {}): Transform<RandomHorizontalFlipParams> {
  const { p = 0.5 } = checkOptions('randomHorizontalFlip', options, ['p']);
  checkNumbers('randomHorizontalFlip', { p: [p, 0, 1] });
  return makeTransform<RandomHorizontalFlipParams>('randomHorizontalFlip', {
    sample: (shape, seed) => ({ flip: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, { flip }) => selectImages(flip, [() => x, () => flipLeftRight(x)]),
    geometry: (shape, { flip }) => {
      const [, , width = 0] = shape;
      const mirror = [-1, 0, width - 1, 0, 1, 0, 0, 0, 1];
      return [
        keepSize(
          shape,
          flip.map((f) => (f === 1 ? mirror : IDENTITY)),
        ),
      ];
    },
  });
}
