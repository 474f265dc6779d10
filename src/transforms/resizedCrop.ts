import { clone, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { boxMatrix, type Placement } from './placement.js';
import { resample } from './resample.js';
import { checkInput, IMAGES, type Size, sizePair } from './shapes.js';
import type { ApplyOptions } from './transform.js';

/** A box in pixels; may reach outside the image. */
export type Box = readonly [top: number, left: number, height: number, width: number];

/** Options of {@link resizedCrop}. */
export interface ResizedCropOptions extends ApplyOptions {
  /**
   * Average over the pixels that a shrinking crop passes over, as torchvision's does with `antialias`; the boxes must then
   * be whole pixels. `'nearest'` leaves it out.
   * @defaultValue false
   */
  readonly antialias?: boolean;
}

/**
 * Cuts a box out of every image and resizes it: bilinear, half-pixel centres, clamped to the box (a sample never reads past
 * its edge). Where a box reaches outside the image it reads zeros.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param boxes - `[top, left, height, width]` in pixels, one per image; height and width >= 1.
 * @param size - Size of the result, `[height, width]` or one number for both.
 * @param options - `interpolation: 'nearest'` for masks and label maps: the pixel under the centre of the sample; whether to
 * antialias.
 * @returns Images `[batch, ...size, channels]`; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of boxes; RangeError on a bad box or size.
 * @see torchvision `resized_crop`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { resizedCrop } from 'selfsup/transforms';
 * const images = ones<Rank.R4>([2, 8, 8, 3]);
 * console.log(resizedCrop(images, [[0, 0, 4, 4], [2, 2, 6, 6]], [4, 4]).shape); // [2, 4, 4, 3]
 * ```
 */
export function resizedCrop(
  x: Tensor4D,
  boxes: readonly Box[] | readonly number[][],
  size: Size,
  options: ResizedCropOptions = {},
): Tensor4D {
  const { antialias = false, interpolation = 'bilinear' } = checkOptions('resizedCrop', options, [
    'antialias',
    'interpolation',
  ]);
  checkFlags('resizedCrop', { antialias });
  checkInput('resizedCrop', x, IMAGES);
  const [batch, height, width] = x.shape;
  checkBoxes('resizedCrop', boxes, batch, antialias);
  const pair = sizePair('resizedCrop', size);
  if (String(pair) === `${height},${width}` && boxes.every((box) => String(box) === `0,0,${height},${width}`)) {
    return clone(x);
  }
  return resample(x, [cropPlacement(x.shape, boxes, pair, antialias)], { interpolation });
}

/** Where resized crops read. */
export function cropPlacement(
  [, height = 0, width = 0]: readonly number[],
  boxes: readonly (readonly number[])[],
  size: readonly [number, number],
  antialias: boolean,
): Placement {
  return { from: [height, width], size, matrices: boxes.map((box) => boxMatrix(box, size)), boxes, antialias };
}

/** Checks one box of four numbers per image, its sides at least 1, and all whole where asked. */
export function checkBoxes(where: string, boxes: readonly (readonly number[])[], batch: number, whole = false): void {
  if (!Array.isArray(boxes) || boxes.length !== batch) {
    throw new ShapeError(
      `${where}: boxes must have one [top, left, height, width] per image (${batch}), got ${show(boxes)}.`,
    );
  }
  for (const [i, box] of boxes.entries()) {
    if (!Array.isArray(box) || box.length !== 4) {
      throw new ShapeError(`${where}: boxes[${i}] must be [top, left, height, width], got ${show(box)}.`);
    }
    const [top, left, height, width] = box as [number, number, number, number];
    const any = Number.NEGATIVE_INFINITY;
    checkNumbers(where, { [`boxes[${i}] top`]: [top, any], [`boxes[${i}] left`]: [left, any] });
    checkNumbers(where, { [`boxes[${i}] height`]: [height, 1], [`boxes[${i}] width`]: [width, 1] });
    if (whole) for (const side of box) checkIntegers(where, { [`boxes[${i}] (antialias)`]: [side, -(2 ** 31)] });
  }
}
