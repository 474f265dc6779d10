import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { uniform } from '../random/index.js';
import { type GaussianBlurOptions, kernelPair } from './blurOptions.js';
import { between, imageKeys } from './draw.js';
import { blurPlanes, gaussianBlur } from './gaussianBlur.js';
import { makeTransform } from './makeTransform.js';
import { perImage, rangePair } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomGaussianBlur}. */
export interface RandomGaussianBlurOptions {
  /**
   * Length of the kernel in pixels, odd, or `[width, height]`.
   * @defaultValue a tenth of the height made odd as in SimCLR's code: 23 at 224 pixels, 9 at 96, 3 at 32
   */
  readonly kernelSize?: GaussianBlurOptions['kernelSize'];
  /** Range of the deviation in pixels, >= 0. @defaultValue [0.1, 2], as in SimCLR */
  readonly sigma?: readonly [number, number];
  /** Chance that an image is blurred, in [0, 1]. @defaultValue 0.5, as in SimCLR */
  readonly p?: number;
}

/** Parameters of {@link randomGaussianBlur}. */
export interface RandomGaussianBlurParams {
  /** Deviation of each image in pixels; 0 where it is not blurred. */
  readonly sigma: number[];
}

/**
 * Blurs an image by a Gaussian of random width with probability p.
 *
 * @param options - Kernel length, range of the deviation, and the chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is out of range; `apply` throws it for images smaller than half the kernel.
 * @see Chen et al., SimCLR, arXiv:2002.05709, appendix A; torchvision `GaussianBlur`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomGaussianBlur } from 'selfsup/transforms';
 * const blur = randomGaussianBlur({ sigma: [0.1, 2], p: 0.5 });
 * console.log(blur.sample([4, 32, 32, 3], 1), blur(ones<Rank.R4>([4, 32, 32, 3]), 1).shape);
 * ```
 */
export function randomGaussianBlur(options: RandomGaussianBlurOptions = {}): Transform<RandomGaussianBlurParams> {
  const { kernelSize, p = 0.5 } = checkOptions('randomGaussianBlur', options, ['kernelSize', 'sigma', 'p']);
  const sigma = rangePair('randomGaussianBlur', 'sigma', options.sigma ?? [0.1, 2], 0);
  checkNumbers('randomGaussianBlur', { p: [p, 0, 1] });
  return makeTransform<RandomGaussianBlurParams>('randomGaussianBlur', {
    sample: (shape, seed) => {
      const draw = ([chance = 0, share = 0]: ArrayLike<number> & Iterable<number>): number =>
        chance < p ? between(sigma, share) : 0;
      return { sigma: imageKeys(shape, seed).map((key) => draw(uniform(key, 2))) };
    },
    apply: (x, params) => {
      if (params.sigma.every((s) => s === 0)) return x;
      return gaussianBlur(x, { kernelSize: kernelSize ?? defaultKernel(x.shape), sigma: params.sigma });
    },
    applyPlanes: (planes, params, shape) => {
      const [, height = 0, width = 0] = shape;
      const kernel = kernelPair(kernelSize ?? defaultKernel(shape), height, width);
      if (String(kernel) === '1,1' || params.sigma.every((s) => s === 0)) return planes;
      return blurPlanes(planes, shape, kernel, params.sigma);
    },
    checkParams: (params, [batch = 0]) => void perImage('randomGaussianBlur', 'params.sigma', params.sigma, batch, 0),
  });
}

/** SimCLR's: 2 floor(floor(height / 10) / 2) + 1, and never more than reflection can fill. */
function defaultKernel([, height = 1, width = 1]: readonly number[]): number {
  return 2 * Math.min(Math.floor(height / 20), height - 1, width - 1) + 1;
}
