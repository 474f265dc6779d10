import { ShapeError } from '../internal/errors.js';
import { integers } from '../random/index.js';
import { keepSize } from './border.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { IDENTITY } from './placement.js';
import { rotate90 } from './rotate90.js';
import { checkChoices } from './steps.js';
import type { Transform } from './transform.js';

/** Parameters of {@link randomRotation90}. */
export interface RandomRotation90Params {
  /** Quarter turns anticlockwise, 0 to 3. */
  readonly k: number[];
}

/**
 * Turns every image by 0, 1, 2 or 3 right angles, all equally likely; no pixel is interpolated.
 *
 * @returns A geometric transform of square images with any number of channels; it throws ShapeError for others.
 * @see Gidaris et al., RotNet, arXiv:1803.07728, section 2 (as an augmentation here, without the label).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomRotation90 } from 'selfsup/transforms';
 * const turn = randomRotation90();
 * console.log(turn.sample([4, 8, 8, 3], 1).k, turn(ones<Rank.R4>([4, 8, 8, 3]), 1).shape);
 * ```
 */
export function randomRotation90(): Transform<RandomRotation90Params> {
  return makeTransform<RandomRotation90Params>('randomRotation90', {
    sample: (shape, seed) => ({ k: imageKeys(shape, seed).map((key) => integers(key, { max: 4 })) }),
    apply: (x, { k }) => rotate90(x, k),
    geometry: (shape, { k }) => {
      const last = (shape[1] as number) - 1;
      const turns = [
        IDENTITY,
        [0, -1, last, 1, 0, 0, 0, 0, 1], // the right column becomes the first line
        [-1, 0, last, 0, -1, last, 0, 0, 1],
        [0, 1, 0, -1, 0, last, 0, 0, 1],
      ];
      return [
        keepSize(
          shape,
          k.map((turn) => turns[turn] as readonly number[]),
        ),
      ];
    },
    check: ([, height, width]) => {
      if (height !== width) {
        throw new ShapeError(`randomRotation90: images must be square, got ${height} x ${width}.`);
      }
    },
    checkParams: ({ k }, [batch = 0]) => checkChoices('randomRotation90', 'k', k, batch, 4),
  });
}
