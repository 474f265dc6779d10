import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Adapters } from '../adapter.js';

/** Rows of the group 'pretext'. */
export const pretext: Adapters = {
  rotate90: {
    outputs: ({ lib, inputs }) =>
      Object.fromEntries([0, 1, 2, 3].map((k) => [`k${k}`, lib.transforms.rotate90(inputs.images as Tensor4D, k)])),
  },
};
