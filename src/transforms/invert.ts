import { sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkInput, IMAGES } from './shapes.js';

/**
 * The negative, `1 - x`.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1].
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see torchvision `invert`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { invert } from 'selfsup/transforms';
 * invert(tensor4d([0.25], [1, 1, 1, 1])).print(); // 0.75
 * ```
 */
export function invert(x: Tensor4D): Tensor4D {
  checkInput('invert', x, IMAGES);
  return tidy(() => sub<Tensor4D>(1, x));
}
