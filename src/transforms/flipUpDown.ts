import { image, reshape, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkInput, IMAGES } from './shapes.js';

/**
 * Mirrors top and bottom: reverses the height axis.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see torchvision `vflip`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { flipUpDown } from 'selfsup/transforms';
 * flipUpDown(tensor4d([1, 2, 3], [1, 3, 1, 1])).print(); // 3, 2, 1
 * ```
 */
export function flipUpDown(x: Tensor4D): Tensor4D {
  checkInput('flipUpDown', x, IMAGES);
  const [batch, height, width, channels] = x.shape;
  // One row of `height` wide pixels: the same fast kernel then reverses the rows.
  return tidy(() => reshape(image.flipLeftRight(reshape(x, [batch, 1, height, width * channels])), x.shape));
}
