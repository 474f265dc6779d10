import type { Optimizer } from '@tensorflow/tfjs-core';

/** tfjs lets the rate be set on SGD by a method and on the others by a field that its types hide. */
export function setLearningRate(optimizer: Optimizer, rate: number): void {
  const settable = optimizer as unknown as { learningRate: number; setLearningRate?: (rate: number) => void };
  if (settable.setLearningRate) settable.setLearningRate(rate);
  else settable.learningRate = rate;
}
