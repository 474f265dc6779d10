import { abs, max, stack, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { TrainingCallbacks } from 'selfsup/training';
import { Failure } from './failure.js';

/** No weight of a network that learns comes near this. */
const limit = 1000;

/**
 * Stops a run whose weights explode. Batch normalisation and normalised features hide it from the loss, which then stays
 * finite and merely learns nothing; only when numbers overflow would the training loop's own guard see it.
 */
export function explosionGuard(variables: readonly Variable[], rate: (step: number) => number): TrainingCallbacks {
  return {
    async onBatchEnd(_batch, logs) {
      const step = logs?.step ?? 0;
      if (step >= 10 && step % 10 !== 0) return;
      const most = tidy(() => max(stack(variables.map((variable) => max(abs(variable))))));
      const [largest] = (await most.data()) as Float32Array;
      most.dispose();
      if (largest !== undefined && largest <= limit) return;
      throw new Failure(
        `training diverges: a weight has grown to ${largest?.toPrecision(3)} at step ${step}; the learning rate (now ${rate(step).toPrecision(3)}) is too high`,
      );
    },
  };
}
