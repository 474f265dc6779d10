import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { bernoulli, foldIn, integers } from '../random/index.js';
import type { Border } from './border.js';
import { imageKeys } from './draw.js';
import { inTurn } from './inTurn.js';
import { makeTransform } from './makeTransform.js';
import { applyRound, type Drawn, OPERATIONS, type Operation, valueOf } from './randAugmentRound.js';
import { checkEntries, checkGrayOrRgbShape } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randAugment}. */
export interface RandAugmentOptions {
  /** Operations that each image goes through, an integer >= 1. @defaultValue 2 */
  readonly n?: number;
  /** Strength on a scale of 0 to 30. @defaultValue 9 */
  readonly magnitude?: number;
  /** What lies outside an image that is moved. @defaultValue 'zeros' */
  readonly border?: Border;
}

/** Parameters of {@link randAugment}, for every image a list of `n`. */
export interface RandAugmentParams {
  /**
   * Which operations: 0 identity, 1 and 2 shear along x and y, 3 and 4 move along x and y, 5 rotate, 6 brightness, 7 colour,
   * 8 contrast, 9 sharpness, 10 posterize, 11 solarize, 12 autocontrast, 13 equalize.
   */
  readonly operations: number[][];
  /** How strongly: a tangent (shear), pixels (move), degrees anticlockwise, a factor, bits or a threshold; else 0. */
  readonly values: number[][];
}

/**
 * Sends every image through `n` operations of 14, drawn for it alone, all with one strength: the augmentation of supervised
 * baselines and of consistency training. Geometric ones run as one resampling a round, linear colour changes as one pass.
 *
 * @param options - How many operations and how strong.
 * @returns A transform of images with 1 or 3 channels.
 * @throws RangeError if an option is out of range.
 * @see Cubuk et al., RandAugment, arXiv:1909.13719, section 3; ranges as torchvision `RandAugment`, which draws the same
 * operations for a whole batch.
 * @example
 * ```ts
 * import { fill, type Rank } from '@tensorflow/tfjs-core';
 * import { randAugment } from 'selfsup/transforms';
 * const augment = randAugment({ n: 2, magnitude: 9 });
 * console.log(augment.sample([2, 32, 32, 3], 1)); // { operations, values }, two of each for both images
 * console.log(augment(fill<Rank.R4>([2, 32, 32, 3], 0.5), 1).shape); // [2, 32, 32, 3]
 * ```
 */
export function randAugment(options: RandAugmentOptions = {}): Transform<RandAugmentParams> {
  const { n = 2, magnitude = 9, border = 'zeros' } = checkOptions('randAugment', options, ['n', 'magnitude', 'border']);
  checkIntegers('randAugment', { n: [n, 1] });
  checkNumbers('randAugment', { magnitude: [magnitude, 0, 30] });
  checkChoice('randAugment', 'border', border, ['zeros', 'edge']);
  return makeTransform<RandAugmentParams>('randAugment', {
    sample: (shape, seed) => {
      const keys = imageKeys(shape, seed);
      const operations = keys.map((key) => Array.from(integers(foldIn(key, 0), n, { max: OPERATIONS.length })));
      const values = operations.map((list, i) =>
        list.map((operation, round) => {
          const sign = bernoulli(foldIn(foldIn(keys[i] as (typeof keys)[number], 1), round)) ? 1 : -1;
          return valueOf(OPERATIONS[operation] as Operation, magnitude / 30, sign, shape);
        }),
      );
      return { operations, values };
    },
    apply: (x, params, applied) => {
      const rounds = Array.from({ length: n }, (_, round) => {
        const drawn = params.operations.map(
          (list, i): Drawn => ({
            operation: OPERATIONS[list[round] as number] as Operation,
            value: params.values[i]?.[round] as number,
          }),
        );
        return (y: Tensor4D): Tensor4D => applyRound(y, drawn, border, applied);
      });
      const [first, ...rest] = rounds as [(y: Tensor4D) => Tensor4D, ...((y: Tensor4D) => Tensor4D)[]];
      return inTurn(() => first(x), ...rest);
    },
    check: (shape) => checkGrayOrRgbShape('randAugment', shape),
    checkParams: (params, shape) => {
      checkEntries('randAugment', params, shape);
      for (const [i, list] of params.operations.entries()) {
        if (!Array.isArray(list) || list.length !== n || params.values[i]?.length !== n) {
          throw new ShapeError(`randAugment: params.operations[${i}] and its values must have ${n} entries.`);
        }
        for (const operation of list) {
          checkIntegers('randAugment', { [`params.operations[${i}]`]: [operation, 0, OPERATIONS.length - 1] });
        }
      }
    },
  });
}
