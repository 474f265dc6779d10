import { clone, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { checkDtype } from '../internal/checks.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/**
 * The same numbers, through which no gradient flows (it is zero): what SimSiam calls stop-gradient and PyTorch `detach`.
 * tfjs has none. What lies behind it is still part of the tape and is differentiated with zeros; a target that does not
 * depend on what is trained is cheaper when it is computed before the tape, as the methods of this package do.
 *
 * @param x - Any tensor, any shape.
 * @returns A tensor of the same shape and dtype; the caller disposes it.
 * @throws ShapeError if `x` is not a numeric tensor.
 * @see Chen and He, "Exploring Simple Siamese Representation Learning", CVPR 2021, arXiv:2011.10566, section 3.
 * @example
 * ```ts
 * import { add, grad, tensor1d } from '@tensorflow/tfjs-core';
 * import { stopGradient } from 'selfsup/losses';
 * const slope = grad((x) => add(x, stopGradient(x)));
 * slope(tensor1d([3])).print(); // 1, not 2
 * ```
 */
export function stopGradient<T extends Tensor>(x: T): T;
/** The same of what `model.predict` gives. */
export function stopGradient(x: LossInput): Tensor;
export function stopGradient<T extends Tensor>(x: T): T {
  checkDtype('stopGradient', { x }, 'float32', 'int32', 'bool');
  return withGradient<T>([x], () => ({ value: clone(x), gradient: (dy) => [zerosLike(dy)] }));
}
