import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import { type Border, keepSize } from './border.js';
import { imageKeys } from './draw.js';
import { homography, type Point, turn } from './homography.js';
import { makeTransform } from './makeTransform.js';
import { IDENTITY, multiply, shift } from './placement.js';
import { checkEntries } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randomPerspective}. */
export interface RandomPerspectiveOptions {
  /** How far each corner may move inwards, as a share of half the side, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly distortion?: number;
  /** Chance that an image is distorted, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
  /** What lies outside the image. @defaultValue 'zeros', as in torchvision */
  readonly border?: Border;
}

/** Parameters of {@link randomPerspective}. */
export interface RandomPerspectiveParams {
  /**
   * Where each image's corners go, `[x, y]` in pixels each: top left, top right, bottom right, bottom left, flattened to 8
   * numbers.
   */
  readonly corners: number[][];
}

/**
 * Looks at an image from the side: each corner moves inwards by whole pixels of its own, the rest follows. Corners that
 * would fold the image over (possible from a distortion of 0.9 on) are drawn again.
 *
 * @param options - How far, how often, and what lies outside.
 * @returns A geometric transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `RandomPerspective`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomPerspective } from 'selfsup/transforms';
 * console.log(randomPerspective({ distortion: 0.3, p: 1 })(ones<Rank.R4>([2, 32, 32, 3]), 1).shape); // [2, 32, 32, 3]
 * ```
 */
export function randomPerspective(options: RandomPerspectiveOptions = {}): Transform<RandomPerspectiveParams> {
  const where = 'randomPerspective';
  const {
    distortion = 0.5,
    p = 0.5,
    border = 'zeros',
  } = checkOptions('randomPerspective', options, ['distortion', 'p', 'border']);
  checkNumbers(where, { distortion: [distortion, 0, 1], p: [p, 0, 1] });
  checkChoice(where, 'border', border, ['zeros', 'edge']);
  return makeTransform<RandomPerspectiveParams>(where, {
    sample: (shape, seed) => ({
      corners: imageKeys(shape, seed).map((key) => {
        const [, height = 0, width = 0] = shape;
        return (uniform(key) < p ? drawCorners(key, height, width, distortion) : cornersOf(height, width)).flat();
      }),
    }),
    geometry: (shape, { corners }) => {
      const [, height = 0, width = 0] = shape;
      const start = cornersOf(height, width);
      const matrices = corners.map((flat) => {
        const end = start.map((_, c): Point => [flat[2 * c] as number, flat[2 * c + 1] as number]);
        if (String(end) === String(start)) return IDENTITY;
        // torchvision solves between whole corners and applies the result to pixel centres at halves.
        return multiply(shift(-0.5, -0.5), multiply(homography(end, start), shift(0.5, 0.5)));
      });
      return [keepSize(shape, matrices, border)];
    },
    checkParams: (params, shape) => {
      checkEntries(where, params, shape);
      for (const [i, corners] of params.corners.entries()) {
        if (!Array.isArray(corners) || corners.length !== 8) {
          throw new ShapeError(`${where}: params.corners[${i}] must be 8 numbers, got ${JSON.stringify(corners)}.`);
        }
        for (const at of corners) checkNumbers(where, { [`params.corners[${i}]`]: [at, Number.NEGATIVE_INFINITY] });
      }
    },
  });
}

/** Corners moved inwards, drawn again (up to 10 times) where they would not be seen from the front any more. */
function drawCorners(key: Seed, height: number, width: number, distortion: number): Point[] {
  const start = cornersOf(height, width);
  const reach = [Math.floor(distortion * Math.floor(width / 2)), Math.floor(distortion * Math.floor(height / 2))];
  for (let attempt = 0; attempt < 10; attempt++) {
    const shares = uniform(foldIn(key, attempt), 8);
    const corners = start.map((corner, c) => {
      const move = (axis: 0 | 1): number => {
        const inwards = Math.floor((shares[2 * c + axis] as number) * ((reach[axis] as number) + 1));
        return corner[axis] === 0 ? inwards : corner[axis] - inwards;
      };
      return [move(0), move(1)] as const;
    });
    if (isConvex(corners)) return corners;
  }
  return start;
}

/** Whether four corners, clockwise from the top left, turn the same way at each, by more than a sliver. */
function isConvex(corners: readonly Point[]): boolean {
  return corners.every((_, c) => turn(corners, c) > 0.5);
}

function cornersOf(height: number, width: number): Point[] {
  return [
    [0, 0],
    [width - 1, 0],
    [width - 1, height - 1],
    [0, height - 1],
  ];
}
