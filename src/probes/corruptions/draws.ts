import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { foldIn, type Seed, uniform } from '../../random/index.js';

/** Changes images float32 `[batch, height, width, channels]` in [0, 1]; `keys` has one key for each, `level` is 0 to 4. */
export type CorruptImages = (x: Tensor4D, keys: readonly Seed[], level: number) => Tensor4D;

/** The shorter side of images: lengths are shares of it. */
export const shortSide = (x: Tensor4D): number => Math.min(x.shape[1], x.shape[2]);

/** A uniform number of each image, in [0, 1). */
export const perImage = (keys: readonly Seed[], stream: number): number[] =>
  keys.map((key) => uniform(foldIn(key, stream)));

/** Numbers of the shape of x, those of an image drawn from its key. */
export function field(x: Tensor4D, keys: readonly Seed[], draw: (key: Seed, n: number) => ArrayLike<number>): Tensor4D {
  const size = x.size / x.shape[0];
  const out = new Float32Array(x.size);
  for (const [i, key] of keys.entries()) out.set(draw(key, size), i * size);
  return tensor4d(out, x.shape);
}
