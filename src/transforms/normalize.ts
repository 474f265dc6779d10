import { div, reshape, sub, type Tensor2D, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { checkInput, IMAGES } from './shapes.js';

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Mean of each channel, or one number for all. */
  readonly mean: number | readonly number[];
  /** Deviation of each channel, > 0, or one number for all. */
  readonly std: number | readonly number[];
}

/**
 * Moves and scales each channel: `(x - mean) / std`.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param options - Mean and deviation of the data set, such as those of ImageNet in the example.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of means or deviations; RangeError if a deviation is not > 0.
 * @see torchvision `normalize`.
 * @example
 * ```ts
 * import { fill, type Tensor4D } from '@tensorflow/tfjs-core';
 * import { normalize } from 'selfsup/transforms';
 * const images = fill([1, 2, 2, 3], 0.485) as Tensor4D;
 * normalize(images, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }).print();
 * ```
 */
export function normalize(x: Tensor4D, options: NormalizeOptions): Tensor4D {
  checkOptions('normalize', options, ['mean', 'std']);
  checkInput('normalize', x, IMAGES);
  const [batch, height, width, channels] = x.shape;
  const mean = perChannel('mean', options?.mean, channels, Number.NEGATIVE_INFINITY);
  const std = perChannel('std', options?.std, channels, Number.MIN_VALUE);
  return tidy(() => {
    const lines = reshape(x, [batch * height, width * channels]);
    // Repeated over a line, because a broadcast over the last axis alone is slow on WASM.
    const line = (values: number[]) =>
      tensor1d(Float32Array.from({ length: width * channels }, (_, i) => values[i % channels] as number));
    return reshape(div<Tensor2D>(sub(lines, line(mean)), line(std)), x.shape);
  });
}

function perChannel(name: string, value: number | readonly number[], channels: number, min: number): number[] {
  const values = Array.isArray(value) ? [...(value as number[])] : new Array<number>(channels).fill(value as number);
  if (values.length !== channels) {
    throw new ShapeError(`normalize: ${name} must have one entry per channel (${channels}), got ${values.length}.`);
  }
  for (const [i, v] of values.entries()) checkNumbers('normalize', { [`${name}[${i}]`]: [v, min] });
  return values;
}
