import { clone, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkImages } from '../internal/checks.js';
import type { RestorationBatch } from './restoration.js';

/**
 * Autoencoding: the image from itself, by way of a narrow code.
 *
 * Shortcut: a network without a bottleneck copies. Defence: a code of few numbers, which is the model's affair, or a task that
 * degrades the input, such as `denoisingTask`.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @returns `inputs` and `targets`, both the images (their numbers are not copied); the caller disposes both.
 * @throws ShapeError on a wrong shape.
 * @see Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 313, 2006.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { autoencodingTask } from 'selfsup/pretext';
 * const { inputs, targets } = autoencodingTask(ones<Rank.R4>([2, 8, 8, 3]));
 * ```
 */
export function autoencodingTask(x: Tensor4D): RestorationBatch {
  checkImages('autoencodingTask', x);
  return tidy(() => ({ inputs: clone(x), targets: clone(x) }));
}
