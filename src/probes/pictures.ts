import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';

/** Pictures on the host: those of sample s are numbers s * count to (s + 1) * count - 1. */
export interface Pictures {
  readonly values: ArrayLike<number>;
  /** Pictures of a sample: tiles, frames. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Reads an input of a task: `[n, ..., height, width, channels]`, `[n, height, width]`, or vectors `[n, length]`, which are
 * pictures of one line.
 */
export async function readPictures(where: string, name: string, x: Tensor): Promise<Pictures & { samples: number }> {
  if (x.rank < 2 || x.size === 0) {
    throw new ShapeError(`${where}: ${name} must have at least one sample and two axes, got [${x.shape.join(', ')}].`);
  }
  const [samples = 0, ...rest] = x.shape;
  const [height, width, channels] = (
    rest.length >= 3 ? rest.slice(-3) : rest.length === 2 ? [...rest, 1] : [1, rest[0], 1]
  ) as [number, number, number];
  const count = rest.slice(0, -3).reduce((product, n) => product * n, 1);
  return { values: await x.data(), samples, count, height, width, channels };
}

/** Value of a pixel. */
export type PixelAt = (y: number, x: number, channel: number) => number;

/** The pixels of picture `p`. */
export function pixelsOf({ values, height, width, channels }: Pictures, p: number): PixelAt {
  const start = p * height * width * channels;
  return (y, x, c) => values[start + (y * width + x) * channels + c] as number;
}
