import { mul, sub, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { fromHexagon } from './hue.js';
import { fromPlanes, toPlanes, weigh } from './planes.js';
import { checkInput, RGB } from './shapes.js';

/**
 * The inverse of {@link rgbToHsv}.
 *
 * @param x - HSV images, float32 `[batch, height, width, 3]`, each channel in [0, 1], hue as a share of a turn.
 * @returns RGB images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see Smith, "Color gamut transform pairs", SIGGRAPH 1978; scikit-image `hsv2rgb`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { hsvToRgb } from 'selfsup/transforms';
 * hsvToRgb(tensor4d([1 / 3, 1, 0.5], [1, 1, 1, 3])).print(); // 0, 0.5, 0
 * ```
 */
export function hsvToRgb(x: Tensor4D): Tensor4D {
  checkInput('hsvToRgb', x, RGB);
  return tidy(() => {
    const planes = toPlanes(x);
    const value = weigh(planes, [0, 0, 1]);
    const chroma = mul<Tensor2D>(value, weigh(planes, [0, 1, 0]));
    const hue = sub<Tensor2D>(weigh(planes, [6, 0, 0]), 3); // from cyan, so that it lies in [-3, 3]
    const halfTurns = new Array<number>(x.shape[0]).fill(0.5);
    return fromPlanes(fromHexagon(hue, chroma, sub(value, chroma), halfTurns), x.shape);
  });
}
