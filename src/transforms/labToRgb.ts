import {
  add,
  clipByValue,
  mul,
  pow,
  prelu,
  reshape,
  square,
  sub,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { inTurn } from './inTurn.js';
import { WHITE } from './rgbToLab.js';
import { checkInput, RGB } from './shapes.js';

/** CIE XYZ to linear sRGB, the rows red, green and blue: the inverse of what {@link rgbToLab} multiplies by. */
const XYZ_TO_RGB = [
  [3.2404813432, -1.5371515163, -0.4985363262],
  [-0.96925495, 1.8759900015, 0.0415559266],
  [0.0556466391, -0.2040413384, 1.0573110696],
] as const;

/** Where the cube of Lab and the curve of sRGB begin; both are straight below. */
const [CUBE_FROM, CURVE_FROM] = [0.2068966, 0.0031308];
const OFFSET = 16 / 116;

/**
 * The inverse of {@link rgbToLab}; colours outside sRGB are clipped to [0, 1].
 *
 * @param x - Lab images, float32 `[batch, height, width, 3]`, L from 0 to 100, a and b from about -128 to 127.
 * @returns RGB images of the same shape in [0, 1]; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see IEC 61966-2-1 and CIE 15; scikit-image `lab2rgb` (0.19), which sets a negative Z to 0 as is done here.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { labToRgb } from 'selfsup/transforms';
 * labToRgb(tensor4d([53.24, 80.09, 67.2], [1, 1, 1, 3])).print(); // 1, 0, 0
 * ```
 */
export function labToRgb(x: Tensor4D): Tensor4D {
  checkInput('labToRgb', x, RGB);
  const [batch, height, width] = x.shape;
  return tidy(() =>
    reshape(
      inTurn<Tensor2D>(
        () => add(matMul(reshape(x, [batch * height * width, 3]), toRoots()), OFFSET),
        (roots) => prelu(roots, tensor2d([[1, 1, 0]])), // only Z is kept from being negative
        (roots) => cube(roots),
        (shares) => matMul(shares, toLinear()),
        (rgb) => encode(rgb),
        (rgb) => clipByValue(rgb, 0, 1),
      ),
      x.shape,
    ),
  );
}

// As in rgbToLab: the two pieces of a function are clipped where the other begins, and added.

function cube(root: Tensor2D): Tensor2D {
  const high = clipByValue(root, CUBE_FROM, 1e3);
  const curved = sub<Tensor2D>(mul(square(high), high), CUBE_FROM ** 3);
  return add(curved, mul(sub(clipByValue(root, -1e3, CUBE_FROM), OFFSET), 1 / 7.787));
}

function encode(rgb: Tensor2D): Tensor2D {
  const curved = mul<Tensor2D>(sub(pow(clipByValue(rgb, CURVE_FROM, 1), 1 / 2.4), CURVE_FROM ** (1 / 2.4)), 1.055);
  return add(curved, mul(clipByValue(rgb, 0, CURVE_FROM), 12.92));
}

/** Weights of L, a and b (rows) in the roots of X, Y and Z (columns). */
function toRoots(): Tensor2D {
  return tensor2d([
    [1 / 116, 1 / 116, 1 / 116],
    [1 / 500, 0, 0],
    [0, 0, -1 / 200],
  ]);
}

/** Weights of X, Y and Z as shares of white (rows) in linear red, green and blue (columns). */
function toLinear(): Tensor2D {
  return tensor2d([0, 1, 2].map((from) => XYZ_TO_RGB.map((row) => (row[from] as number) * (WHITE[from] as number))));
}
