import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { readImages } from 'selfsup/node';
import type { Photos } from '../../gallery/photos.js';

/** Images of one size on the host, in [0, 1]. */
export interface Stack {
  readonly data: Float32Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
}

/** Images of a folder or archive, cut to one size. */
export async function readStack(path: string, size: readonly [number, number]): Promise<Stack> {
  const { images } = (await readImages(path, { size })).train;
  return { data: Float32Array.from(images.data, (v) => v / 255), shape: images.shape as Stack['shape'] };
}

/** Images by number as a tensor, which the caller disposes. */
export function take({ data, shape }: Stack, indices: readonly number[]): Tensor4D {
  const size = data.length / shape[0];
  const values = new Float32Array(indices.length * size);
  for (const [k, i] of indices.entries()) values.set(data.subarray(i * size, (i + 1) * size), k * size);
  return tensor4d(values, [indices.length, shape[1], shape[2], shape[3]]);
}

/** Which pixel of an image `from` high and wide each of an image `to` shows, when it is cut and resized as `readImages` does. */
export function samples(
  from: readonly [number, number],
  to: readonly [number, number],
): { readonly at: Int32Array; readonly scale: number } {
  const scale = Math.max(to[0] / from[0], to[1] / from[1]);
  const [top, left] = [(from[0] - to[0] / scale) / 2, (from[1] - to[1] / scale) / 2];
  const place = (k: number, start: number, most: number): number =>
    Math.min(most - 1, Math.max(0, Math.floor(start + (k + 0.5) / scale)));
  const at = Int32Array.from(
    { length: to[0] * to[1] },
    (_, i) => place(Math.floor(i / to[1]), top, from[0]) * from[1] + place(i % to[1], left, from[1]),
  );
  return { at, scale };
}

/** Photo i on the host. */
export async function pixelsOf(photos: Photos, i: number): Promise<Float32Array> {
  const x = photos.copies(i, 1);
  try {
    return (await x.data()) as Float32Array;
  } finally {
    x.dispose();
  }
}
