import { checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

/** One row of numbers for all images, or one per image. */
export type RowPerImage = readonly number[] | readonly (readonly number[])[];

/** A checked row of integers per image, each at least as large as `min` says. */
export function rowPerImage(
  where: string,
  name: string,
  given: RowPerImage,
  batch: number,
  axes: Readonly<Record<string, readonly [min: number, max?: number]>>,
): number[][] {
  const names = Object.keys(axes);
  const shape = `[${names.join(', ')}]`;
  if (!Array.isArray(given) || given.length === 0) {
    throw new RangeError(`${where}: ${name} must be ${shape} or one such row per image, got ${show(given)}.`);
  }
  const forAll = typeof given[0] === 'number';
  if (!forAll && given.length !== batch) {
    throw new ShapeError(`${where}: ${name} must have one entry per image (${batch}), got ${given.length}.`);
  }
  const all = (forAll ? new Array(batch).fill(given) : given) as number[][];
  for (const [i, row] of all.entries()) {
    const at = forAll ? name : `${name}[${i}]`;
    if (!Array.isArray(row) || row.length !== names.length) {
      throw new ShapeError(`${where}: ${at} must be ${shape}, got ${show(row)}.`);
    }
    for (const [j, axis] of names.entries()) {
      checkIntegers(where, { [`${at} ${axis}`]: [row[j] as number, ...(axes[axis] as readonly [number, number?])] });
    }
  }
  return all;
}

const ANY = Number.NEGATIVE_INFINITY;

/** Checked boxes `[top, left, height, width]` of whole pixels, one per image; they may be empty or reach outside. */
export function pixelBoxes(where: string, boxes: RowPerImage, batch: number, name = 'boxes'): number[][] {
  return rowPerImage(where, name, boxes, batch, { top: [ANY], left: [ANY], height: [0], width: [0] });
}

/**
 * Visits what boxes cover of a flattened batch [batch, height, width, channels], clipped to the image: one run of values
 * from `start` up to `end` for every line of every box.
 */
export function eachRun(
  boxes: readonly (readonly number[])[],
  [, height = 0, width = 0, channels = 0]: readonly number[],
  visit: (image: number, start: number, end: number) => void,
): void {
  for (const [image, box] of boxes.entries()) {
    const [top, left, high, wide] = box as [number, number, number, number];
    const [first, last] = [Math.max(0, left), Math.min(width, left + wide)];
    if (first >= last) continue;
    for (let y = Math.max(0, top); y < Math.min(height, top + high); y++) {
      const line = (image * height + y) * width;
      visit(image, (line + first) * channels, (line + last) * channels);
    }
  }
}
