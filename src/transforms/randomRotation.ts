import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { uniform } from '../random/index.js';
import { affineMatrix } from './affineMatrix.js';
import { type Border, keepSize } from './border.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { perImage, symmetricRange } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomRotation}. */
export interface RandomRotationOptions {
  /** A number d >= 0 draws from [-d, d]; or the range itself. In degrees, anticlockwise. */
  readonly degrees: number | readonly [min: number, max: number];
  /** Chance that an image turns, in [0, 1]. @defaultValue 1, as in torchvision */
  readonly p?: number;
  /** What lies outside the image. @defaultValue 'zeros', as in torchvision */
  readonly border?: Border;
}

/** Parameters of {@link randomRotation}. */
export interface RandomRotationParams {
  /** Degrees, anticlockwise; 0 where an image is not turned. */
  readonly angle: number[];
}

/**
 * Turns every image around its middle by an angle of its own; the size stays.
 *
 * @param options - Range of the angle, chance, and what lies outside.
 * @returns A geometric transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `RandomRotation`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomRotation } from 'selfsup/transforms';
 * const turn = randomRotation({ degrees: 15, border: 'edge' });
 * console.log(turn.sample([2, 32, 32, 3], 1).angle, turn(ones<Rank.R4>([2, 32, 32, 3]), 1).shape);
 * ```
 */
export function randomRotation(options: RandomRotationOptions): Transform<RandomRotationParams> {
  const { p = 1, border = 'zeros' } = checkOptions('randomRotation', options, ['degrees', 'p', 'border']);
  const range = symmetricRange('randomRotation', 'degrees', options.degrees);
  checkNumbers('randomRotation', { p: [p, 0, 1] });
  checkChoice('randomRotation', 'border', border, ['zeros', 'edge']);
  return makeTransform<RandomRotationParams>('randomRotation', {
    sample: (shape, seed) => ({
      angle: imageKeys(shape, seed).map((key) => {
        const [chance = 0, share = 0] = uniform(key, 2);
        return chance < p ? between(range, share) : 0;
      }),
    }),
    geometry: (shape, { angle }) => {
      const [, height = 0, width = 0] = shape;
      const still = { translate: [0, 0], scale: 1, shear: [0, 0] } as const;
      const matrices = angle.map((degrees) => affineMatrix({ ...still, angle: -degrees }, [height, width]));
      return [keepSize(shape, matrices, border)];
    },
    checkParams: (params, [batch = 0]) => void perImage('randomRotation', 'params.angle', params.angle, batch),
  });
}
