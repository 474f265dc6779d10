import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice } from '../internal/checks.js';
import { affineMatrix } from './affineMatrix.js';
import { type Border, keepSize } from './border.js';
import { type PerImage, perImage, perImagePair } from './perImage.js';
import { resample } from './resample.js';
import { checkInput, IMAGES } from './shapes.js';
import type { ApplyOptions } from './transform.js';

/** Options of {@link affine}; each a value for all images or one per image. */
export interface AffineOptions extends ApplyOptions {
  /** Degrees, clockwise. @defaultValue 0 */
  readonly angle?: PerImage;
  /** Pixels to the right and down, `[x, y]` or one pair per image. @defaultValue [0, 0] */
  readonly translate?: readonly [number, number] | readonly (readonly [number, number])[];
  /** Factor of size, > 0. @defaultValue 1 */
  readonly scale?: PerImage;
  /** Degrees in (-90, 90), `[x, y]` or one pair per image. @defaultValue [0, 0] */
  readonly shear?: readonly [number, number] | readonly (readonly [number, number])[];
  /** What lies outside the image. @defaultValue 'zeros', as in torchvision */
  readonly border?: Border;
}

/**
 * Turns, moves, scales and shears around the middle of the image, in one bilinear resampling with half-pixel centres.
 * Positive angles turn clockwise (those of {@link rotate} anticlockwise, as in torchvision).
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param options - What to do; nothing by default.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of values; RangeError on a value out of range.
 * @see torchvision `affine`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { affine } from 'selfsup/transforms';
 * affine(ones<Rank.R4>([1, 1, 3, 1]), { translate: [1, 0] }).print(); // 0, 1, 1
 * ```
 */
export function affine(x: Tensor4D, options: AffineOptions = {}): Tensor4D {
  const {
    angle = 0,
    translate = [0, 0],
    scale = 1,
    shear = [0, 0],
    border = 'zeros',
    interpolation = 'bilinear',
  } = checkOptions('affine', options, ['angle', 'translate', 'scale', 'shear', 'border', 'interpolation']);
  checkInput('affine', x, IMAGES);
  checkChoice('affine', 'border', border, ['zeros', 'edge']);
  const [batch, height, width] = x.shape;
  const angles = perImage('affine', 'angle', angle, batch);
  const moves = perImagePair('affine', 'translate', translate, batch);
  const scales = perImage('affine', 'scale', scale, batch, Number.MIN_VALUE);
  const shears = perImagePair('affine', 'shear', shear, batch, -89.999, 89.999);
  const matrices = angles.map((degrees, i) =>
    affineMatrix(
      {
        angle: degrees,
        translate: moves[i] as [number, number],
        scale: scales[i] as number,
        shear: shears[i] as [number, number],
      },
      [height, width],
    ),
  );
  return resample(x, [keepSize(x.shape, matrices, border)], { interpolation });
}
