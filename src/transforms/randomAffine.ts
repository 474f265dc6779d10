import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { uniform } from '../random/index.js';
import { affineMatrix } from './affineMatrix.js';
import { type Border, keepSize } from './border.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { perImage, perImagePair, rangePair, symmetricRange } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomAffine}. */
export interface RandomAffineOptions {
  /** A number d >= 0 draws from [-d, d]; or the range itself. In degrees, clockwise. @defaultValue 0 */
  readonly degrees?: number | readonly [min: number, max: number];
  /** Largest move to either side as a share of width and height, each in [0, 1]; whole pixels are drawn. @defaultValue [0, 0] */
  readonly translate?: readonly [x: number, y: number];
  /** Range of the factor of size, > 0. @defaultValue [1, 1] */
  readonly scale?: readonly [min: number, max: number];
  /**
   * A number s >= 0 draws the shear along x from [-s, s] degrees; or its range; or the ranges along x and y,
   * `[minX, maxX, minY, maxY]`. Within (-90, 90).
   * @defaultValue 0
   */
  readonly shear?: number | readonly [number, number] | readonly [number, number, number, number];
  /** Chance that an image moves, in [0, 1]. @defaultValue 1, as in torchvision */
  readonly p?: number;
  /** What lies outside the image. @defaultValue 'zeros', as in torchvision */
  readonly border?: Border;
}

/** Parameters of {@link randomAffine}, as {@link affine} takes them, one entry per image. */
export interface RandomAffineParams {
  /** Degrees, clockwise. */
  readonly angle: number[];
  /** Pixels, `[x, y]`. */
  readonly translate: number[][];
  /** Factor of size. */
  readonly scale: number[];
  /** Degrees, `[x, y]`. */
  readonly shear: number[][];
}

/**
 * Turns, moves, scales and shears every image by numbers of its own, in one resampling around the image's middle.
 *
 * @param options - The ranges; nothing moves by default.
 * @returns A geometric transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `RandomAffine`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomAffine } from 'selfsup/transforms';
 * const move = randomAffine({ degrees: 10, translate: [0.1, 0.1], scale: [0.9, 1.1], shear: 5 });
 * console.log(move(ones<Rank.R4>([2, 32, 32, 3]), 1).shape); // [2, 32, 32, 3]
 * ```
 */
export function randomAffine(options: RandomAffineOptions = {}): Transform<RandomAffineParams> {
  const where = 'randomAffine';
  const {
    translate = [0, 0],
    p = 1,
    border = 'zeros',
  } = checkOptions('randomAffine', options, ['degrees', 'translate', 'scale', 'shear', 'p', 'border']);
  const degrees = symmetricRange(where, 'degrees', options.degrees ?? 0);
  const scale = rangePair(where, 'scale', options.scale ?? [1, 1], Number.MIN_VALUE);
  const [shearX, shearY] = shearRanges(where, options.shear ?? 0);
  const [reachX, reachY] = perImagePair(where, 'translate', translate, 1, 0, 1)[0] as [number, number];
  checkNumbers(where, { p: [p, 0, 1] });
  checkChoice(where, 'border', border, ['zeros', 'edge']);
  return makeTransform<RandomAffineParams>(where, {
    sample: (shape, seed) => {
      const [, height = 0, width = 0] = shape;
      const draws = imageKeys(shape, seed).map((key) => {
        const [chance = 0, a = 0, x = 0, y = 0, s = 0, u = 0, v = 0] = uniform(key, 7);
        if (!(chance < p)) return { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] };
        const move = (reach: number, share: number): number => Math.round(between([-reach, reach], share)) + 0;
        return {
          angle: between(degrees, a),
          translate: [move(reachX * width, x), move(reachY * height, y)],
          scale: between(scale, s),
          shear: [between(shearX, u), between(shearY, v)],
        };
      });
      return {
        angle: draws.map((draw) => draw.angle),
        translate: draws.map((draw) => draw.translate),
        scale: draws.map((draw) => draw.scale),
        shear: draws.map((draw) => draw.shear),
      };
    },
    geometry: (shape, params) => {
      const [, height = 0, width = 0] = shape;
      const matrices = params.angle.map((angle, i) => {
        const [move, shear] = [params.translate[i] as [number, number], params.shear[i] as [number, number]];
        return affineMatrix({ angle, translate: move, scale: params.scale[i] as number, shear }, [height, width]);
      });
      return [keepSize(shape, matrices, border)];
    },
    checkParams: (params, [batch = 0]) => {
      perImage(where, 'params.angle', params.angle, batch);
      perImage(where, 'params.scale', params.scale, batch, Number.MIN_VALUE);
      perImagePair(where, 'params.translate', params.translate as [number, number][], batch);
      perImagePair(where, 'params.shear', params.shear as [number, number][], batch, -89.999, 89.999);
    },
  });
}

type Range = [number, number];

function shearRanges(where: string, shear: NonNullable<RandomAffineOptions['shear']>): [Range, Range] {
  if (typeof shear === 'number') {
    checkNumbers(where, { shear: [shear, 0, 89.999] });
    return [
      [-shear, shear],
      [0, 0],
    ];
  }
  if (!Array.isArray(shear) || (shear.length !== 2 && shear.length !== 4)) {
    throw new RangeError(`${where}: shear must be a number or 2 or 4 numbers, got ${show(shear)}.`);
  }
  const [minX, maxX, minY = 0, maxY = 0] = shear as number[];
  const range = (name: string, min: number, max: number): Range => rangePair(where, name, [min, max], -89.999, 89.999);
  return [range('shear (x)', minX as number, maxX as number), range('shear (y)', minY, maxY)];
}
