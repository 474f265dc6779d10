import { checkOptions } from '../internal/checkOptions.js';
import { uniform } from '../random/index.js';
import { cutmix } from './cutmix.js';
import { cutmixBoxes } from './cutmixBoxes.js';
import { type Mixing, type MixOptions, type MixParams, makeMixing } from './mixing.js';
import { perImage } from './perImage.js';

/** Parameters of {@link randomCutmix}; `lambda` is the share that the box really leaves. */
export interface RandomCutmixParams extends MixParams {
  /** `[top, left, height, width]` of each image's pasted box, in pixels. */
  readonly boxes: number[][];
}

/**
 * Pastes a box of another image of the batch into every image; its area comes from Beta(alpha, alpha), its centre is
 * uniform.
 *
 * @param options - Parameter of the Beta distribution, and whether every image draws a box of its own.
 * @returns A function of images (float32 `[batch, height, width, channels]`, any number of channels) and seed; it gives
 * `{images, permutation, lambda}`, lambda counted in the pixels of the box as rounded and clipped.
 * @throws RangeError if `alpha` is negative.
 * @see Yun et al., CutMix, arXiv:1905.04899, section 3.1 and appendix A; github.com/clovaai/CutMix-PyTorch.
 * @example
 * ```ts
 * import { ones, type Rank, tensor2d } from '@tensorflow/tfjs-core';
 * import { mixup, randomCutmix } from 'selfsup/transforms';
 * const { images, permutation, lambda } = randomCutmix()(ones<Rank.R4>([2, 8, 8, 3]), 1);
 * const labels = mixup(tensor2d([[1, 0], [0, 1]]), permutation, lambda);
 * console.log(images.shape, labels.shape);
 * ```
 */
export function randomCutmix(options: MixOptions = {}): Mixing<RandomCutmixParams> {
  checkOptions('randomCutmix', options, ['alpha', 'perImage']);
  return makeMixing<RandomCutmixParams>('randomCutmix', options, {
    draw: (shape, { permutation, lambda }, keys) => {
      const [, height = 0, width = 0] = shape;
      const centers = keys.map((key) => {
        const [a = 0, b = 0] = uniform(key, 2);
        return [Math.floor(a * width), Math.floor(b * height)];
      });
      return { permutation, ...cutmixBoxes(shape, centers, lambda) };
    },
    mix: (x, { permutation, lambda, boxes }) => {
      perImage('randomCutmix', 'params.lambda', lambda, x.shape[0], 0, 1);
      return cutmix(x, permutation, boxes);
    },
  });
}
