import { multiply, shift } from './placement.js';

/** What an affine map does to one image: angles in degrees, clockwise, lengths in pixels. */
export interface AffineMap {
  readonly angle: number;
  readonly translate: readonly [x: number, y: number];
  readonly scale: number;
  readonly shear: readonly [x: number, y: number];
}

const RADIANS = Math.PI / 180;

/**
 * From the pixels of the result to those of the image: the inverse of T(center) T(translate) Rotate Shear Scale T(-center),
 * as torchvision's `_get_inverse_affine_matrix` has it, around the image's middle or, with `'corner'`, its first corner.
 */
export function affineMatrix(
  { angle, translate, scale, shear }: AffineMap,
  [height, width]: readonly [number, number],
  center: 'middle' | 'corner' = 'middle',
): number[] {
  const [turn, shearX, shearY] = [angle * RADIANS, shear[0] * RADIANS, shear[1] * RADIANS];
  const a = Math.cos(turn - shearY) / Math.cos(shearY);
  const b = (-Math.cos(turn - shearY) * Math.tan(shearX)) / Math.cos(shearY) - Math.sin(turn);
  const c = Math.sin(turn - shearY) / Math.cos(shearY);
  const d = (-Math.sin(turn - shearY) * Math.tan(shearX)) / Math.cos(shearY) + Math.cos(turn);
  const inverse = [d / scale, -b / scale, 0, -c / scale, a / scale, 0, 0, 0, 1];
  // Pixel centres are whole numbers: the corner of the first pixel lies at -1/2.
  const [x, y] = center === 'middle' ? [(width - 1) / 2, (height - 1) / 2] : [-0.5, -0.5];
  return multiply(shift(x, y), multiply(inverse, shift(-x - translate[0], -y - translate[1])));
}
