import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { affine } from './affine.js';
import type { Border } from './border.js';
import { type PerImage, perImage } from './perImage.js';
import { checkInput, IMAGES } from './shapes.js';
import type { ApplyOptions } from './transform.js';

/** Options of {@link rotate}. */
export interface RotateOptions extends ApplyOptions {
  /** What lies outside the image. @defaultValue 'zeros', as in torchvision */
  readonly border?: Border;
}

/**
 * Turns around the middle of the image, anticlockwise; the result has the size of the image.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param angle - Degrees, or one number per image.
 * @param options - What lies outside, and the interpolation.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of angles; RangeError on a bad option.
 * @see torchvision `rotate` (bilinear, `expand = false`).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { rotate } from 'selfsup/transforms';
 * console.log(rotate(ones<Rank.R4>([2, 8, 8, 3]), [30, -45]).shape); // [2, 8, 8, 3]
 * ```
 */
export function rotate(x: Tensor4D, angle: PerImage, options: RotateOptions = {}): Tensor4D {
  checkOptions('rotate', options, ['border', 'interpolation']);
  checkInput('rotate', x, IMAGES);
  const angles = perImage('rotate', 'angle', angle, x.shape[0]);
  return affine(x, { ...options, angle: angles.map((degrees) => -degrees) });
}
