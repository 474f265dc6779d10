import { type Scalar, sub } from '@tensorflow/tfjs-core';
import { checkFloat, checkIntegers, isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { LossInput } from './lossInput.js';

/**
 * Lower bound on the mutual information of the two views, in nats, that an InfoNCE loss proves: log n - loss. It cannot
 * exceed log n, however much the views share.
 *
 * @param loss - Value of an InfoNCE loss, a number or a float32 scalar.
 * @param n - Candidates that each query chose from, the positive among them: k + 1 with k negatives, the batch without,
 * 2 * batch - 1 for NT-Xent. An integer \>= 1.
 * @returns A number for a number; for a scalar a scalar, which the caller disposes, differentiable in the loss.
 * @throws ShapeError if `loss` is neither; RangeError if `n` is not a positive integer.
 * @see van den Oord et al., "Representation Learning with Contrastive Predictive Coding", arXiv:1807.03748, section 2.3.
 * @example
 * ```ts
 * import { mutualInformationBound } from 'selfsup/losses';
 * console.log(mutualInformationBound(2.1, 4097)); // 6.2 nats
 * ```
 */
export function mutualInformationBound(loss: number, n: number): number;
/**
 * The same of a tensor; the caller disposes it.
 *
 * @param loss - A float32 scalar.
 */
export function mutualInformationBound(loss: LossInput, n: number): Scalar;
export function mutualInformationBound(loss: number | LossInput, n: number): number | Scalar {
  checkIntegers('mutualInformationBound', { n: [n, 1] });
  if (typeof loss === 'number') return Math.log(n) - loss;
  if (!isTensor(loss)) {
    throw new ShapeError(`mutualInformationBound: loss must be a number or a scalar, got ${show(loss)}.`);
  }
  checkFloat('mutualInformationBound', 'loss', loss, []);
  return sub<Scalar>(Math.log(n), loss);
}
