import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { uniform } from '../random/index.js';
import { adjustSharpness } from './adjustSharpness.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { numberOrRange } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomAdjustSharpness}. */
export interface RandomAdjustSharpnessOptions {
  /** Factor of the sharpness, >= 0, or a range [min, max]: 0 smooths, 1 leaves alone, 2 sharpens. @defaultValue 2 */
  readonly factor?: number | readonly [min: number, max: number];
  /** Chance that an image changes, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomAdjustSharpness}. */
export interface RandomAdjustSharpnessParams {
  /** Factor of each image; 1 where it stays as it is. */
  readonly factor: number[];
}

/**
 * Sharpens or smooths an image with probability p; see {@link adjustSharpness}.
 *
 * @param options - Factor and chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `RandomAdjustSharpness`, whose factor is fixed.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomAdjustSharpness } from 'selfsup/transforms';
 * const sharpness = randomAdjustSharpness({ factor: [0, 3] });
 * console.log(sharpness.sample([4, 32, 32, 3], 1), sharpness(ones<Rank.R4>([4, 32, 32, 3]), 1).shape);
 * ```
 */
export function randomAdjustSharpness(
  options: RandomAdjustSharpnessOptions = {},
): Transform<RandomAdjustSharpnessParams> {
  const { factor = 2, p = 0.5 } = checkOptions('randomAdjustSharpness', options, ['factor', 'p']);
  const range = numberOrRange('randomAdjustSharpness', 'factor', factor, 0);
  checkNumbers('randomAdjustSharpness', { p: [p, 0, 1] });
  return makeTransform<RandomAdjustSharpnessParams>('randomAdjustSharpness', {
    sample: (shape, seed) => ({
      factor: imageKeys(shape, seed).map((key) => {
        const [chance = 0, share = 0] = uniform(key, 2);
        return chance < p ? between(range, share) : 1;
      }),
    }),
    apply: (x, params) => (params.factor.every((f) => f === 1) ? x : adjustSharpness(x, params.factor)),
  });
}
