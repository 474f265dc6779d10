import { add, type Tensor3D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { grayPlane } from './planes.js';
import { RGB } from './shapes.js';
import { timesEach } from './spread.js';
import type { Transform } from './transform.js';

/** Options of {@link randomGrayscale}. */
export interface RandomGrayscaleOptions {
  /** Chance that an image turns grey, in [0, 1]. @defaultValue 0.2, as in SimCLR and all that followed */
  readonly p?: number;
}

/** Parameters of {@link randomGrayscale}. */
export interface RandomGrayscaleParams {
  /** 1 where an image turns grey, else 0. */
  readonly gray: number[];
}

/**
 * Turns an image grey (three equal channels) with probability p.
 *
 * @param options - The chance.
 * @returns A transform of RGB images.
 * @throws RangeError if `p` is outside [0, 1].
 * @see Chen et al., SimCLR, arXiv:2002.05709, appendix A; torchvision `RandomGrayscale`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomGrayscale } from 'selfsup/transforms';
 * randomGrayscale({ p: 1 })(ones<Rank.R4>([1, 1, 2, 3]), 1).print(); // 0.9999 everywhere
 * ```
 */
export function randomGrayscale(options: RandomGrayscaleOptions = {}): Transform<RandomGrayscaleParams> {
  const { p = 0.2 } = checkOptions('randomGrayscale', options, ['p']);
  checkNumbers('randomGrayscale', { p: [p, 0, 1] });
  return makeTransform<RandomGrayscaleParams>('randomGrayscale', {
    axes: RGB,
    sample: (shape, seed) => ({ gray: imageKeys(shape, seed).map((key) => coin(key, p)) }),
    applyPlanes: (planes, { gray }) => (gray.includes(1) ? grayOut(planes, gray) : planes),
  });
}

/** Planes turned grey where `gray` is 1. */
function grayOut(planes: Tensor3D, gray: readonly number[]): Tensor3D {
  const color = gray.map((g) => 1 - g);
  return add(timesEach(planes, color), timesEach(grayPlane(planes), gray));
}
