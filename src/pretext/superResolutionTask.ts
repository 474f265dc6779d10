import { clone, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { RestorationBatch } from './restoration.js';
import { SHRINK_FILTERS, type ShrinkFilter, shrink } from './shrink.js';

/** Options of {@link superResolutionTask}. */
export interface SuperResolutionOptions {
  /** How many times smaller the input is along each side, an integer \>= 2 that divides both. @defaultValue 2 */
  readonly factor?: number;
  /** How pixels are averaged. @defaultValue 'cubic', as in the field's benchmarks */
  readonly filter?: ShrinkFilter;
}

/**
 * Super-resolution: the photo from a smaller copy of it.
 *
 * Shortcut: interpolation alone is right nearly everywhere. Defence: a factor of 4 and more, or a loss on features. Without
 * antialiasing single pixels of the photo would survive in the copy; all filters here average.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1].
 * @param options - Factor and filter.
 * @returns `inputs` `[batch, height / factor, width / factor, channels]` in [0, 1] and `targets`, the images; the caller disposes
 * both.
 * @throws ShapeError on a wrong shape or sides that the factor does not divide; RangeError if an option is out of range.
 * @see Ledig et al., "Photo-Realistic Single Image Super-Resolution", CVPR 2017, arXiv:1609.04802, section 2.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { superResolutionTask } from 'selfsup/pretext';
 * console.log(superResolutionTask(ones<Rank.R4>([2, 32, 32, 3]), { factor: 4 }).inputs.shape); // 2, 8, 8, 3
 * ```
 */
export function superResolutionTask(x: Tensor4D, options: SuperResolutionOptions = {}): RestorationBatch {
  const where = 'superResolutionTask';
  const { factor = 2, filter = 'cubic' } = checkOptions('superResolutionTask', options, ['factor', 'filter']);
  checkImages(where, x);
  checkIntegers(where, { factor: [factor, 2] });
  checkChoice(where, 'filter', filter, SHRINK_FILTERS);
  const [batch, height, width] = x.shape;
  if (height % factor !== 0 || width % factor !== 0) {
    throw new ShapeError(`${where}: images must have sides that factor ${factor} divides, got ${height} x ${width}.`);
  }
  return tidy(() => ({ inputs: shrink(x, factor, new Array(batch).fill(filter)), targets: clone(x) }));
}
