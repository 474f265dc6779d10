import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { autocontrast } from './autocontrast.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { selectImages } from './selectImages.js';
import type { Transform } from './transform.js';

/** Options of {@link randomAutocontrast}. */
export interface RandomAutocontrastOptions {
  /** Chance that an image is stretched, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomAutocontrast}. */
export interface RandomAutocontrastParams {
  /** 1 where an image is stretched, else 0. */
  readonly autocontrast: number[];
}

/**
 * Stretches every channel of an image to the whole range with probability p; see {@link autocontrast}.
 *
 * @param options - The chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if `p` is outside [0, 1].
 * @see torchvision `RandomAutocontrast`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { randomAutocontrast } from 'selfsup/transforms';
 * randomAutocontrast({ p: 1 })(tensor4d([0.2, 0.3, 0.4], [1, 1, 3, 1]), 1).print(); // 0, 0.5, 1
 * ```
 */
export function randomAutocontrast(options: RandomAutocontrastOptions = {}): Transform<RandomAutocontrastParams> {
  const { p = 0.5 } = checkOptions('randomAutocontrast', options, ['p']);
  checkNumbers('randomAutocontrast', { p: [p, 0, 1] });
  return makeTransform<RandomAutocontrastParams>('randomAutocontrast', {
    sample: (shape, seed) => ({ autocontrast: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    apply: (x, params) => selectImages(params.autocontrast, [() => x, () => autocontrast(x)]),
  });
}
