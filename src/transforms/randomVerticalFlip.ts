import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { keepSize } from './border.js';
import { coin, imageKeys } from './draw.js';
import { flipUpDown } from './flipUpDown.js';
import { makeTransform } from './makeTransform.js';
import { IDENTITY } from './placement.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomVerticalFlip}. */
export interface RandomVerticalFlipOptions {
  /** Chance that an image is mirrored, in [0, 1]. @defaultValue 0.5 */
  readonly p?: number;
}

/** Parameters of {@link randomVerticalFlip}. */
export interface RandomVerticalFlipParams {
  /** 1 where an image is mirrored, else 0. */
  readonly flip: number[];
}

/**
 * Mirrors top and bottom with probability p, image by image.
 *
 * @param options - The chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if `p` is outside [0, 1].
 * @see torchvision `RandomVerticalFlip`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomVerticalFlip } from 'selfsup/transforms';
 * console.log(randomVerticalFlip()(ones<Rank.R4>([2, 4, 6, 3]), 1).shape); // [2, 4, 6, 3]
 * ```
 */
export function randomVerticalFlip(options: RandomVerticalFlipOptions = {}): Transform<RandomVerticalFlipParams> {
  const { p = 0.5 } = checkOptions('randomVerticalFlip', options, ['p']);
  checkNumbers('randomVerticalFlip', { p: [p, 0, 1] });
  return makeTransform<RandomVerticalFlipParams>('randomVerticalFlip', {
    sample: (shape, seed) => ({ flip: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, { flip }) => selectImages(flip, [() => x, () => flipUpDown(x)]),
    geometry: (shape, { flip }) => {
      const [, height = 0] = shape;
      const mirror = [1, 0, 0, 0, -1, height - 1, 0, 0, 1];
      return [
        keepSize(
          shape,
          flip.map((f) => (f === 1 ? mirror : IDENTITY)),
        ),
      ];
    },
  });
}
