import { add, clone, mul, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { eachRun, pixelBoxes, type RowPerImage } from './boxes.js';
import { checkInput, IMAGES } from './shapes.js';

/**
 * Overwrites a box of every image; what lies outside the image is left out.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any range and number of channels.
 * @param boxes - `[top, left, height, width]` in whole pixels, one per image, or one for all; height and width >= 0.
 * @param value - The value to write, or one per channel.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of boxes or values; RangeError if a box is not of integers or a value not
 * finite.
 * @see torchvision `erase`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { erase } from 'selfsup/transforms';
 * erase(ones<Rank.R4>([1, 2, 3, 1]), [0, 1, 2, 1], 0).print(); // 1 0 1 above 1 0 1
 * ```
 */
export function erase(x: Tensor4D, boxes: RowPerImage, value: number | readonly number[]): Tensor4D {
  checkInput('erase', x, IMAGES);
  const checked = pixelBoxes('erase', boxes, x.shape[0]);
  return overwrite(x, checked, eraser('erase', value, x.shape[3]));
}

/** Writes the values of one run; null stands for zeros. */
export type Writer = ((values: Float32Array, image: number, start: number, end: number) => void) | null;

/** Writes a checked value, or one per channel, over and over. */
export function eraser(where: string, value: number | readonly number[], channels: number): Writer {
  const colour = typeof value === 'number' ? new Array<number>(channels).fill(value) : [...(value as number[])];
  if (colour.length !== channels) {
    throw new ShapeError(`${where}: value must have one entry per channel (${channels}), got ${colour.length}.`);
  }
  checkNumbers(where, Object.fromEntries(colour.map((v, i) => [`value[${i}]`, [v, Number.NEGATIVE_INFINITY]])));
  if (colour.every((v) => v === 0)) return null;
  return (values, _, start, end) => {
    for (let i = start; i < end; i++) values[i] = colour[i % channels] as number;
  };
}

/** Images with what boxes cover written anew. */
export function overwrite(x: Tensor4D, boxes: readonly (readonly number[])[], write: Writer): Tensor4D {
  const keep = new Float32Array(x.size).fill(1);
  const written = new Float32Array(write === null ? 0 : x.size);
  let touched = false;
  eachRun(boxes, x.shape, (image, start, end) => {
    touched = true;
    keep.fill(0, start, end);
    write?.(written, image, start, end);
  });
  if (!touched) return clone(x);
  return tidy(() => {
    const kept = mul<Tensor4D>(x, tensor4d(keep, x.shape));
    return write === null ? kept : add(kept, tensor4d(written, x.shape));
  });
}
