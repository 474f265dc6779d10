import { add, div, neg, stack, step, sub, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { toHexagon } from './hue.js';
import { fromPlanes, toPlanes } from './planes.js';
import { checkInput, RGB } from './shapes.js';

/**
 * Hue, saturation and value: `v = max`, `s = (max - min) / max` (0 for black), hue as a share of a turn in [0, 1), 0 at red
 * and for grey.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @returns HSV images of the same shape, each channel in [0, 1]; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see Smith, "Color gamut transform pairs", SIGGRAPH 1978; scikit-image `rgb2hsv`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { rgbToHsv } from 'selfsup/transforms';
 * rgbToHsv(tensor4d([0, 0.5, 0], [1, 1, 1, 3])).print(); // 1/3, 1, 0.5
 * ```
 */
export function rgbToHsv(x: Tensor4D): Tensor4D {
  checkInput('rgbToHsv', x, RGB);
  return tidy(() => {
    const { hue, chroma, high } = toHexagon(toPlanes(x));
    const turn = add(div(hue, 6), step(neg(hue)));
    const saturation = div(chroma, add(high, sub(1, step(high)))); // black has chroma 0: 0 / 1
    return fromPlanes(stack([turn, saturation, high]) as Tensor3D, x.shape);
  });
}
