import { checkIntegers } from '../internal/checks.js';

/** Patches per side of a square grid, or `[rows, columns]`. */
export type GridSize = number | readonly [rows: number, columns: number];

/** Rows and columns of a grid, both checked to be integers of at least 1. */
export function checkGrid(where: string, name: string, size: GridSize): [rows: number, columns: number] {
  const [rows, columns] = typeof size === 'number' ? [size, size] : (size ?? []);
  checkIntegers(where, {
    [`${name} (rows)`]: [rows as number, 1],
    [`${name} (columns)`]: [columns as number, 1],
  });
  return [rows as number, columns as number];
}
