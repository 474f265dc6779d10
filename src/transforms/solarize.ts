import { add, mul, reshape, step, sub, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type PerImage, perImage } from './perImage.js';
import { rows } from './planes.js';
import { checkInput, IMAGES } from './shapes.js';
import { spread } from './spread.js';

/**
 * Inverts bright values: `x >= threshold ? 1 - x : x`, channel by channel.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1].
 * @param threshold - A number in [0, 1], or one per image; above 1 nothing changes, so any number >= 0 is allowed.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of thresholds; RangeError on a negative threshold.
 * @see torchvision `solarize`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { solarize } from 'selfsup/transforms';
 * solarize(tensor4d([0.25, 0.75], [1, 1, 2, 1]), 0.5).print(); // 0.25 and 0.25
 * ```
 */
export function solarize(x: Tensor4D, threshold: PerImage): Tensor4D {
  checkInput('solarize', x, IMAGES);
  const thresholds = perImage('solarize', 'threshold', threshold, x.shape[0], 0);
  return tidy(() => reshape(invertBright(rows(x), thresholds), x.shape));
}

/** Inverts values from the threshold of their image on, of rows `[batch, values]` or planes `[channels, batch, pixels]`. */
export function invertBright<T extends Tensor>(values: T, thresholds: readonly number[]): T {
  const bright = sub(1, step(sub(spread(thresholds, values.shape), values))); // 1 where x >= threshold
  return add(values, mul(bright, sub(1, mul(values, 2))));
}
