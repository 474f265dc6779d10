import { checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';

/**
 * Where one geometric step reads: for every image a homography from the pixels of the step's result to those of its input.
 * Plain data, so that steps in a row can be traced back to one place in the first input ({@link resample}).
 */
export interface Placement {
  /** `[height, width]` of the input. */
  readonly from: readonly [height: number, width: number];
  /** `[height, width]` of the result. */
  readonly size: readonly [height: number, width: number];
  /**
   * One matrix per image, 3 x 3 in row-major order: `(x, y, 1)` of a pixel of the result, whole numbers at pixel centres,
   * to homogeneous `(x, y)` in the input. What lies outside the input reads zero, fading over half a pixel's distance.
   */
  readonly matrices: readonly (readonly number[])[];
  /** `[top, left, height, width]` in pixels, one per image, whose edge stands for all that lies beyond it. */
  readonly boxes?: readonly (readonly number[])[];
  /** Average over all pixels that a shrinking step passes over; only for steps that fill the result from whole `boxes`. */
  readonly antialias?: boolean;
}

/** Leaves every pixel where it is. */
export const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/** The product of two matrices: `second` is applied to what `first` gives. */
export function multiply(second: readonly number[], first: readonly number[]): number[] {
  const at = (m: readonly number[], row: number, column: number): number => m[3 * row + column] as number;
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return (
      at(second, row, 0) * at(first, 0, column) +
      at(second, row, 1) * at(first, 1, column) +
      at(second, row, 2) * at(first, 2, column)
    );
  });
}

/** Moves by (x, y). */
export function shift(x: number, y: number): number[] {
  return [1, 0, x, 0, 1, y, 0, 0, 1];
}

/** From the pixels of a result of this size to the box `[top, left, height, width]` that fills it, half-pixel centres. */
export function boxMatrix(box: readonly number[], [outHeight, outWidth]: readonly [number, number]): number[] {
  const [top = 0, left = 0, height = 0, width = 0] = box;
  const [down, across] = [height / outHeight, width / outWidth];
  return [across, 0, left + across / 2 - 0.5, 0, down, top + down / 2 - 0.5, 0, 0, 1];
}

/** Whether lines stay lines and columns columns: no rotation, shear or perspective. */
export function isAxisAligned(m: readonly number[]): boolean {
  return m[1] === 0 && m[3] === 0 && m[6] === 0 && m[7] === 0 && m[8] === 1;
}

/** Checks that placements fit each other, a batch of images of this shape, and themselves. */
export function checkPlacements(where: string, placements: readonly Placement[], shape: readonly number[]): void {
  if (!Array.isArray(placements)) throw new ShapeError(`${where}: placements must be a list, got ${show(placements)}.`);
  let from: readonly number[] = shape.slice(1, 3);
  for (const [s, placement] of placements.entries()) {
    if (String(placement.from) !== String(from)) {
      throw new ShapeError(
        `${where}: placements[${s}].from must be [${from.join(', ')}], got ${show(placement.from)}.`,
      );
    }
    for (const name of ['matrices', 'boxes'] as const) {
      const rows = placement[name];
      if (rows === undefined && name === 'boxes') continue;
      const length = name === 'boxes' ? 4 : 9;
      if (
        !Array.isArray(rows) ||
        rows.length !== shape[0] ||
        !rows.every((row) => Array.isArray(row) && row.length === length)
      ) {
        throw new ShapeError(
          `${where}: placements[${s}].${name} must be ${shape[0]} rows of ${length} numbers, got ${show(rows)}.`,
        );
      }
      for (const [i, row] of rows.entries()) {
        for (const value of row)
          checkNumbers(where, { [`placements[${s}].${name}[${i}]`]: [value, Number.NEGATIVE_INFINITY] });
      }
    }
    const [height, width] = placement.size;
    checkIntegers(where, {
      [`placements[${s}].size (height)`]: [height, 1],
      [`placements[${s}].size (width)`]: [width, 1],
    });
    from = placement.size;
  }
}
