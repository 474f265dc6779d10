import { add, clipByValue, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { normal, uniform } from '../random/index.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { checkNoise, keyOf, noiseKey } from './noise.js';
import { numberOrRange, perImage } from './perImage.js';
import type { Transform } from './transform.js';

/** Options of {@link randomGaussianNoise}. */
export interface RandomGaussianNoiseOptions {
  /** Deviation of the noise, >= 0, or a range [min, max] of it. @defaultValue 0.1, as in torchvision's `GaussianNoise` */
  readonly std?: number | readonly [min: number, max: number];
  /** Chance that an image gets noise, in [0, 1]. @defaultValue 0.5, as in kornia */
  readonly p?: number;
}

/** Parameters of {@link randomGaussianNoise}. */
export interface RandomGaussianNoiseParams {
  /** Deviation of each image's noise; 0 where it gets none. */
  readonly std: number[];
  /** Key of each image's noise, `[high, low]`; the numbers themselves are drawn from it by `apply`. */
  readonly noise: number[][];
}

/**
 * Adds normal noise to every value of an image with probability p, `clip(x + std * n, 0, 1)`. The noise is drawn on the
 * host, so that it is the same on every backend.
 *
 * @param options - Deviation and chance.
 * @returns A transform of images with any number of channels.
 * @throws RangeError if an option is out of range.
 * @see torchvision `GaussianNoise`; kornia `RandomGaussianNoise`.
 * @example
 * ```ts
 * import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { randomGaussianNoise } from 'selfsup/transforms';
 * randomGaussianNoise({ std: [0, 0.2], p: 1 })(fill([1, 2, 2, 3], 0.5) as Tensor4D, 1).print();
 * ```
 */
export function randomGaussianNoise(options: RandomGaussianNoiseOptions = {}): Transform<RandomGaussianNoiseParams> {
  const { std = 0.1, p = 0.5 } = checkOptions('randomGaussianNoise', options, ['std', 'p']);
  const range = numberOrRange('randomGaussianNoise', 'std', std, 0);
  checkNumbers('randomGaussianNoise', { p: [p, 0, 1] });
  return makeTransform<RandomGaussianNoiseParams>('randomGaussianNoise', {
    sample: (shape, seed) => {
      const keys = imageKeys(shape, seed);
      const draw = ([chance = 0, share = 0]: Float32Array): number => (chance < p ? between(range, share) : 0);
      return { std: keys.map((key) => draw(uniform(key, 2))), noise: keys.map(noiseKey) };
    },
    apply: (x, params) => {
      if (params.std.every((s) => s === 0)) return x;
      const size = x.size / x.shape[0];
      const noise = new Float32Array(x.size);
      for (const [i, s] of params.std.entries()) {
        if (s > 0)
          noise.set(
            normal(keyOf(params.noise[i] as number[]), size).map((n) => s * n),
            i * size,
          );
      }
      return clipByValue(add<Tensor4D>(x, tensor4d(noise, x.shape)), 0, 1);
    },
    checkParams: ({ std: deviations, noise }, [batch = 0]) => {
      perImage('randomGaussianNoise', 'params.std', deviations, batch, 0);
      checkNoise('randomGaussianNoise', noise, batch);
    },
  });
}
