import {
  add,
  clipByValue,
  mul,
  pow,
  reshape,
  sub,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { inTurn } from './inTurn.js';
import { checkInput, RGB } from './shapes.js';

/** Linear sRGB to CIE XYZ, the rows X, Y and Z. */
const RGB_TO_XYZ = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;
/** X, Y and Z of white: daylight D65, 2 degree observer. */
export const WHITE = [0.95047, 1, 1.08883] as const;

/** Where the curve of sRGB and the root of Lab begin; both are straight below. */
const [CURVE_FROM, ROOT_FROM] = [0.04045, 0.008856];

/**
 * sRGB to CIE Lab under D65 (2 degree observer): L from 0 to 100, a and b from about -128 to 127.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @returns Lab images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see IEC 61966-2-1 and CIE 15; scikit-image `rgb2lab`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { rgbToLab } from 'selfsup/transforms';
 * rgbToLab(tensor4d([1, 0, 0], [1, 1, 1, 3])).print(); // 53.24, 80.09, 67.20
 * ```
 */
export function rgbToLab(x: Tensor4D): Tensor4D {
  checkInput('rgbToLab', x, RGB);
  const [batch, height, width] = x.shape;
  return tidy(() =>
    reshape(
      inTurn<Tensor2D>(
        () => linearize(reshape(x, [batch * height * width, 3])),
        (rgb) => matMul(rgb, toShares()),
        (xyz) => root(xyz),
        (roots) => matMul(roots, toLab()),
      ),
      x.shape,
    ),
  );
}

// A function of two pieces is the sum of both, each clipped where the other begins: no comparison, and no root of 0.

function linearize(x: Tensor2D): Tensor2D {
  const curved = pow<Tensor2D>(mul(add(clipByValue(x, CURVE_FROM, 1), 0.055), 1 / 1.055), 2.4);
  const straight = mul<Tensor2D>(sub(clipByValue(x, 0, CURVE_FROM), CURVE_FROM), 1 / 12.92);
  return add(curved, straight);
}

/** The cube root less 16 / 116, which makes it 0 for black. */
function root(share: Tensor2D): Tensor2D {
  const curved = sub<Tensor2D>(pow(clipByValue(share, ROOT_FROM, 2), 1 / 3), Math.cbrt(ROOT_FROM));
  return add(curved, mul(clipByValue(share, 0, ROOT_FROM), 7.787));
}

/** Weights of linear red, green and blue (rows) in X, Y and Z (columns) as shares of white. */
function toShares(): Tensor2D {
  return tensor2d([0, 1, 2].map((from) => RGB_TO_XYZ.map((row, to) => (row[from] as number) / (WHITE[to] as number))));
}

/** Weights of the roots of X, Y and Z (rows) in L, a and b (columns). */
function toLab(): Tensor2D {
  return tensor2d([
    [0, 500, 0],
    [116, -500, 200],
    [0, 0, -200],
  ]);
}
