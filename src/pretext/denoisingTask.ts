import { add, clone, mul, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkNumbers, checkSeed } from '../internal/checks.js';
import { foldIn, normal, type Seed, uniform } from '../random/index.js';
import type { RestorationBatch } from './restoration.js';

/** Options of {@link denoisingTask}. */
export interface DenoisingOptions {
  /** Deviation of the normal noise on every value, \>= 0. @defaultValue 0.1 */
  readonly std?: number;
  /** Chance that a pixel is set to 0 in all its channels, in [0, 1). @defaultValue 0.25, a usual one of the paper */
  readonly dropout?: number;
}

/**
 * Denoising: the image from one with noise, `keep * (x + std * n)`. Not clipped: clipped noise would not have mean 0.
 *
 * Shortcut: a value dropped from one channel is told by the other channels of its pixel. Defence: whole pixels are dropped.
 * Weak noise is undone by blurring, for which no object need be known: more dropout asks for more.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1].
 * @param seed - The noise of image i depends on the seed and i alone.
 * @param options - Strengths; 0 leaves one of the two out.
 * @returns `inputs`, noisy, and `targets`, the images; the caller disposes both.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Vincent et al., "Stacked Denoising Autoencoders", JMLR 11, 2010, section 3.3 (Gaussian and masking noise, one at a time).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { denoisingTask } from 'selfsup/pretext';
 * const { inputs, targets } = denoisingTask(ones<Rank.R4>([2, 8, 8, 3]), 1, { std: 0, dropout: 0.5 });
 * ```
 */
export function denoisingTask(x: Tensor4D, seed: Seed, options: DenoisingOptions = {}): RestorationBatch {
  checkSeed('denoisingTask', seed);
  const where = 'denoisingTask';
  const { std = 0.1, dropout = 0.25 } = checkOptions('denoisingTask', options, ['std', 'dropout']);
  checkImages(where, x);
  checkNumbers(where, { std: [std, 0], dropout: [dropout, 0, 1 - 1e-9] });
  const [batch, height, width, channels] = x.shape;
  const pixels = height * width;
  const size = pixels * channels;
  const noise = new Float32Array(std > 0 ? x.size : 0);
  const keep = new Float32Array(dropout > 0 ? x.size : 0);
  for (let i = 0; i < batch; i++) {
    const key = foldIn(seed, i);
    if (std > 0) {
      const own = normal(foldIn(key, 0), size);
      for (let j = 0; j < size; j++) noise[i * size + j] = std * (own[j] as number);
    }
    if (dropout > 0) {
      const chances = uniform(foldIn(key, 1), pixels);
      for (let p = 0; p < pixels; p++) {
        if ((chances[p] as number) >= dropout) keep.fill(1, i * size + p * channels, i * size + (p + 1) * channels);
      }
    }
  }
  return tidy(() => {
    const noisy = std > 0 ? add<Tensor4D>(x, tensor4d(noise, x.shape)) : clone(x);
    return { inputs: dropout > 0 ? mul<Tensor4D>(noisy, tensor4d(keep, x.shape)) : noisy, targets: clone(x) };
  });
}
