import type { NamedTensorMap } from '@tensorflow/tfjs-core';
import { nonFinite } from '../internal/nonFinite.js';

/** Throws when a gradient is not finite; one number is read back. */
export async function checkGradients(grads: NamedTensorMap, step: number): Promise<void> {
  const bad = await nonFinite(grads);
  if (bad.length > 0) {
    throw new Error(
      `pretrain: the gradient of ${bad.slice(0, 3).join(', ')} is not finite at step ${step}; the weights are as before.`,
    );
  }
}
