import { cast, div, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkTensor, show } from './checks.js';
import { ShapeError } from './errors.js';

/** True for a shape that is one of images `[batch, height, width, channels]` or clips `[batch, frames, height, width, channels]`. */
export function isImageShape(shape: readonly number[]): boolean {
  return shape.length === 4 || shape.length === 5;
}

/**
 * Images as float32 in [0, 1]. int32 means bytes, as `tf.browser.fromPixels` gives them, and is divided by 255; float32 passes
 * as it is (the same tensor), since its range cannot be seen without reading it back. Synchronous.
 *
 * @throws ShapeError if x is not a tensor in use, or of another dtype.
 */
export function toUnitImages<T extends Tensor>(where: string, name: string, x: T): T {
  checkTensor(where, name, x as Tensor);
  if (x.dtype === 'float32') return x;
  if (x.dtype !== 'int32') {
    throw new ShapeError(`${where}: ${name} must be float32 in [0, 1] or int32 bytes, got ${show(x)}.`);
  }
  return tidy(() => div(cast(x, 'float32'), 255) as T);
}
