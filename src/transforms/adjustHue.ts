import { type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { shiftHue } from './hue.js';
import { type PerImage, perImage } from './perImage.js';
import { fromPlanes, toPlanes } from './planes.js';
import { checkInput, RGB } from './shapes.js';

/**
 * Turns the hue by a share of the colour circle: in HSV, `h = (h + factor) mod 1`. Grey pixels stay as they are.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @param factor - A share of a full turn in [-0.5, 0.5], or one per image; 1/3 turns red to green.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of factors; RangeError on a factor outside [-0.5, 0.5].
 * @see torchvision `adjust_hue`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { adjustHue } from 'selfsup/transforms';
 * adjustHue(tensor4d([1, 0, 0], [1, 1, 1, 3]), 1 / 3).print(); // green
 * ```
 */
export function adjustHue(x: Tensor4D, factor: PerImage): Tensor4D {
  checkInput('adjustHue', x, RGB);
  const factors = perImage('adjustHue', 'factor', factor, x.shape[0], -0.5, 0.5);
  return tidy(() => fromPlanes(shiftHue(toPlanes(x), factors), x.shape));
}
