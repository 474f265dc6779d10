import { dispose, memory, Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { countTensors } from '../../src/testing/countTensors.js';

const held: Tensor[] = [];

/** Marks a tensor as an input of the running test: it is disposed after it. */
export function hold<T extends Tensor>(tensor: T): T {
  held.push(tensor);
  return tensor;
}

/** Disposes what {@link hold} collected. */
export function disposeHeld(): void {
  for (const tensor of held.splice(0)) if (!tensor.isDisposed) tensor.dispose();
}

/** Tensors alive now. */
export function countHeld(): number {
  return memory().numTensors;
}

/** Runs f, checks that exactly `kept` tensors more are alive, disposes what f returned and returns nothing. */
export function expectKept(kept: number, f: () => TensorContainer | undefined): void {
  expect(countTensors(f), 'tensors kept').toBe(kept);
}

/** Disposes every tensor in a result (a tensor, an array or an object of tensors). */
export function disposeAll(result: unknown): void {
  if (result instanceof Tensor) dispose(result);
  else if (result !== null && typeof result === 'object') for (const value of Object.values(result)) disposeAll(value);
}
