import { type Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';

/** Disposes an optimizer with the constants that tfjs's momentum and SGD leave behind. */
export function disposeOptimizer(optimizer: Optimizer): void {
  const constants = Object.values(optimizer).filter((x) => x instanceof Tensor && !(x instanceof Variable)) as Tensor[];
  optimizer.dispose();
  for (const constant of constants) if (!constant.isDisposed) constant.dispose();
}
