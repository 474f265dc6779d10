import { clone, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkChoice, checkNumbers, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { sampleGrid } from './sampleGrid.js';
import { checkInput, IMAGES, type Size, sizePair } from './shapes.js';
import type { ApplyOptions, Interpolation } from './transform.js';

/** A box in pixels; may reach outside the image. */
export type Box = readonly [top: number, left: number, height: number, width: number];

/**
 * Cuts a box out of every image and resizes it: bilinear, half-pixel centres, clamped to the box (a sample never reads past
 * its edge), without antialiasing. Where a box reaches outside the image it reads zeros.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param boxes - `[top, left, height, width]` in pixels, one per image; height and width >= 1.
 * @param size - Size of the result, `[height, width]` or one number for both.
 * @param options - `interpolation: 'nearest'` for masks and label maps: the pixel under the centre of the sample.
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
  options: ApplyOptions = {},
): Tensor4D {
  const { interpolation = 'bilinear' } = options;
  checkInput('resizedCrop', x, IMAGES);
  checkChoice('resizedCrop', 'interpolation', interpolation, ['bilinear', 'nearest']);
  const [batch, height, width] = x.shape;
  checkBoxes('resizedCrop', boxes, batch);
  const [outHeight, outWidth] = sizePair('resizedCrop', size);
  if (outHeight === height && outWidth === width && boxes.every((box) => String(box) === `0,0,${height},${width}`)) {
    return clone(x);
  }
  const lines = boxes.map(([top, , length]) => positions(top as number, length as number, outHeight, interpolation));
  const columns = boxes.map(([, left, , length]) =>
    positions(left as number, length as number, outWidth, interpolation),
  );
  return sampleGrid(x, lines, columns, interpolation);
}

/** Places that an axis of the result reads, in pixels of the image. */
function positions(start: number, length: number, count: number, interpolation: Interpolation): Float64Array {
  const scale = length / count;
  return Float64Array.from({ length: count }, (_, i) =>
    interpolation === 'nearest'
      ? Math.floor(start + (i + 0.5) * scale)
      : start + Math.min(Math.max((i + 0.5) * scale - 0.5, 0), length - 1),
  );
}

/** Checks one box of four numbers per image, its sides at least 1. */
export function checkBoxes(where: string, boxes: readonly (readonly number[])[], batch: number): void {
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
  }
}
