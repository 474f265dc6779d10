import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { tensorsIn } from './tensorsIn.js';

/**
 * Counts the tensors that a function leaves alive: those that it returns, in arrays and objects too, and any that it
 * forgot. A function that returns one tensor and cleans up gives 1. What it returned is disposed then.
 *
 * @param f - What to run. A promise is awaited; nothing else may make tensors meanwhile.
 * @returns How many more tensors are alive after `f` than before; negative if it disposed tensors that it was given.
 * @throws What `f` throws.
 * @example
 * ```ts
 * import { ones, square, sum, tidy } from '@tensorflow/tfjs-core';
 * import { countTensors } from 'selfsup/testing';
 * const x = ones([2, 2]);
 * console.log(countTensors(() => sum(square(x)))); // 2: the squares are forgotten
 * console.log(countTensors(() => tidy(() => sum(square(x))))); // 1
 * ```
 */
export function countTensors(f: () => Promise<unknown>): Promise<number>;
/** The same of a function that returns at once. */
export function countTensors(f: () => unknown): number;
export function countTensors(f: () => unknown): number | Promise<number> {
  if (typeof f !== 'function') throw new RangeError(`countTensors: f must be a function, got ${show(f)}.`);
  const before = memory().numTensors;
  const counted = (result: unknown): number => {
    const left = memory().numTensors - before;
    for (const [, tensor] of tensorsIn(result)) disposeOnce(tensor);
    return left;
  };
  const result = f();
  return result instanceof Promise ? result.then(counted) : counted(result);
}

function disposeOnce(tensor: Tensor): void {
  if (!tensor.isDisposed) tensor.dispose();
}
