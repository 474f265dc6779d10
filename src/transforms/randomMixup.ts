import { checkOptions } from '../internal/checkOptions.js';
import { type Mixing, type MixOptions, makeMixing } from './mixing.js';
import { mixup } from './mixup.js';

/**
 * Blends every image with another one of the batch, by a share drawn from Beta(alpha, alpha).
 *
 * @param options - Parameter of the Beta distribution, and whether every image draws a share of its own.
 * @returns A function of images (float32 `[batch, height, width, channels]`, any number of channels) and seed; it gives
 * `{images, permutation, lambda}`.
 * @throws RangeError if `alpha` is negative.
 * @see Zhang et al., "mixup", arXiv:1710.09412, section 2; the default of alpha is that of the authors' code for CIFAR.
 * @example
 * ```ts
 * import { ones, type Rank, tensor2d } from '@tensorflow/tfjs-core';
 * import { mixup, randomMixup } from 'selfsup/transforms';
 * const { images, permutation, lambda } = randomMixup({ alpha: 0.2 })(ones<Rank.R4>([2, 4, 4, 3]), 1);
 * const labels = mixup(tensor2d([[1, 0], [0, 1]]), permutation, lambda);
 * console.log(images.shape, labels.shape);
 * ```
 */
export function randomMixup(options: MixOptions = {}): Mixing {
  checkOptions('randomMixup', options, ['alpha', 'perImage']);
  return makeMixing('randomMixup', options, {
    draw: (_, drawn) => drawn,
    mix: (x, { permutation, lambda }) => mixup(x, permutation, lambda),
  });
}
