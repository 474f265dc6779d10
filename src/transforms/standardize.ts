import {
  add,
  div,
  mean,
  slice,
  sqrt,
  square,
  step,
  sub,
  sum,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { channelRows, fromChannelRows } from './channelRows.js';
import { checkInput, IMAGES } from './shapes.js';

/**
 * Standardises every channel of every image by itself: `(x - mean) / std` with the unbiased deviation (over n - 1 pixels). A
 * constant channel, or one of a single pixel, is only centred.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any range and number of channels.
 * @returns Images of the same shape, each channel with mean 0 and deviation 1; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see Noroozi and Favaro, "Unsupervised learning of visual representations by solving jigsaw puzzles", arXiv:1603.09246,
 * where tiles are normalised so; github.com/bbrattoli/JigsawPuzzlePytorch.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { standardize } from 'selfsup/transforms';
 * standardize(tensor4d([0.2, 0.3, 0.4], [1, 1, 3, 1])).print(); // -1, 0, 1
 * ```
 */
export function standardize(x: Tensor4D): Tensor4D {
  checkInput('standardize', x, IMAGES);
  return tidy(() => {
    const values = channelRows(x);
    const [count, pixels] = values.shape;
    // Less the first pixel: a constant channel is then exactly 0, whatever the rounding of its mean.
    const shifted = sub<Tensor2D>(values, slice(values, [0, 0], [count, 1]));
    const centered = sub<Tensor2D>(shifted, mean(shifted, 1, true));
    const variance = div<Tensor2D>(sum(square(centered), 1, true), Math.max(1, pixels - 1));
    const constant = sub(1, step(variance));
    return fromChannelRows(div(centered, sqrt(add(variance, constant))), x.shape);
  });
}
