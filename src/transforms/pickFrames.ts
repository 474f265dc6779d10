import { concat, reshape, slice, type Tensor2D, type Tensor5D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';
import { type Seed, uniform } from '../random/index.js';

/** Which frames of one clip: `start`, `start + stride`, ... */
export interface FrameWalk {
  readonly start: number;
  readonly stride: number;
}

/** Frames from the first to the last of a walk, both counted. */
export function spanOf(frames: number, stride: number): number {
  return (frames - 1) * stride + 1;
}

/** Checks that clips are long enough for so many frames at a stride. */
export function checkSpan(where: string, frames: number, stride: number, shape: readonly number[]): void {
  const [have = 0, need] = [shape[1], spanOf(frames, stride)];
  if (have < need) {
    throw new ShapeError(
      `${where}: clips must have at least ${need} frames (${frames} at stride ${stride}), got shape [${shape.join(', ')}].`,
    );
  }
}

/**
 * So many frames of every clip: slices that are put together. On WASM they take 3 ms where `gather` takes 100 (16 clips, 8
 * frames of 64 x 64 x 3).
 */
export function pickFrames(x: Tensor5D, walks: readonly FrameWalk[], frames: number): Tensor5D {
  const [batch, total, height, width, channels] = x.shape;
  const size = height * width * channels;
  const rows: Tensor2D = reshape(x, [batch * total, size]);
  const walk = ({ start, stride }: FrameWalk, i: number): Tensor2D[] => {
    const first = i * total + start;
    if (stride === 1) return [slice(rows, [first, 0], [frames, size])];
    // Groups of `stride` frames side by side, of which the first is kept; the last group may reach into the next clip.
    if (first + frames * stride <= batch * total) {
      const groups: Tensor2D = reshape(slice(rows, [first, 0], [frames * stride, size]), [frames, stride * size]);
      return [slice(groups, [0, 0], [frames, size])];
    }
    return Array.from({ length: frames }, (_, k) => slice(rows, [first + k * stride, 0], [1, size]));
  };
  return reshape(concat(walks.flatMap(walk)), [batch, frames, height, width, channels]);
}

/**
 * First frames of two windows among so many places. Their distance t has density 1 - t / places, up to a factor, drawn by
 * the inverse of its distribution; then the earlier one is placed uniformly, and a coin says which of the two it is.
 */
export function drawPair(key: Seed, places: number): [number, number] {
  const [a = 0, b = 0, c = 0] = uniform(key, 3);
  const distance = Math.floor(places * (1 - Math.sqrt(1 - a)));
  const first = Math.floor(b * (places - distance));
  return c < 0.5 ? [first, first + distance] : [first + distance, first];
}
