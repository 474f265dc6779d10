import type { Tensor4D } from '@tensorflow/tfjs-core';

/** Degraded images and the images themselves; the caller disposes both. */
export type RestorationBatch = {
  /** What the network sees, float32 `[batch, height, width, channels]`. */
  readonly inputs: Tensor4D;
  /** The images as they were. */
  readonly targets: Tensor4D;
};
