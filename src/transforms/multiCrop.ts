import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { compose } from './compose.js';
import { makeViews } from './makeViews.js';
import { type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop.js';
import { checkTransforms } from './steps.js';
import type { Transform, Views } from './transform.js';

/** Crops of one kind, for {@link multiCrop}; besides, the options of {@link randomResizedCrop}. */
export interface CropGroup extends RandomResizedCropOptions {
  /** How many, an integer >= 1. */
  readonly count: number;
  /** What each crop goes through afterwards; a list has one entry for each. @defaultValue nothing */
  readonly transform?: Transform<unknown> | readonly Transform<unknown>[];
}

/** Options of {@link multiCrop}. */
export interface MultiCropOptions {
  /** Kinds of crops, such as two large global ones and six small local ones; views come in this order. */
  readonly crops: readonly CropGroup[];
}

/**
 * Several crops of every image, of several sizes: a few that see most of it and many small ones that see a part.
 *
 * @param options - The kinds of crops.
 * @returns Views, one batch for each crop, sizes as given; `transforms` holds the transform of each.
 * @throws RangeError if an option is out of range.
 * @see Caron et al., SwAV, arXiv:2006.09882, section 3.3.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { multiCrop, randomHorizontalFlip } from 'selfsup/transforms';
 * const transform = randomHorizontalFlip();
 * const crops = multiCrop({
 *   crops: [
 *     { size: 32, scale: [0.14, 1], count: 2, transform },
 *     { size: 16, scale: [0.05, 0.14], count: 4, transform },
 *   ],
 * });
 * console.log(crops(ones<Rank.R4>([2, 48, 48, 3]), 1).map((view) => view.shape[1])); // 32, 32, 16, 16, 16, 16
 * ```
 */
export function multiCrop(options: MultiCropOptions): Views {
  checkOptions('multiCrop', options, ['crops']);
  const crops = options?.crops;
  if (!Array.isArray(crops) || crops.length === 0) {
    throw new RangeError(`multiCrop: crops must be a list of at least 1, got ${show(crops)}.`);
  }
  return makeViews(
    (crops as readonly CropGroup[]).flatMap((group, g) => {
      const { count, transform, ...crop } = checkOptions(
        'multiCrop',
        group,
        ['count', 'transform', 'size', 'scale', 'ratio', 'minSide', 'antialias'],
        `crops[${g}]`,
      );
      checkIntegers('multiCrop', { [`crops[${g}].count`]: [count, 1] });
      const after = Array.isArray(transform) ? transform : new Array(count).fill(transform ?? compose());
      checkTransforms('multiCrop', after, count);
      return after.slice(0, count).map((next: Transform<unknown>) => compose(randomResizedCrop(crop), next));
    }),
  );
}
