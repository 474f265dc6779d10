import { multiply, shift } from './placement.js';

/** A point in pixels. */
export type Point = readonly [x: number, y: number];

/**
 * The homography, 3 x 3 in row-major order, that takes four points to four others; its denominator is 1 in the middle of
 * `from`, and so positive all over a convex `from`.
 *
 * @throws Error if three of `from` lie on a line, so that there is none.
 */
export function homography(from: readonly Point[], to: readonly Point[]): number[] {
  if (from.some((_, p) => Math.abs(turn(from, p)) < 1e-9)) {
    throw new Error('homography: three of the points lie on a line.');
  }
  // The last entry is set to 1, which takes an origin that is not on the horizon: the middle of the points.
  const [centerX, centerY] = [0, 1].map((axis) => from.reduce((sum, point) => sum + (point[axis] as number), 0) / 4);
  // Two equations a point: (a x + b y + c) - u (g x + h y) = u, and likewise for v.
  const rows = from.flatMap((point, p) => {
    const [x, y] = [point[0] - (centerX as number), point[1] - (centerY as number)];
    const [u, v] = to[p] as Point;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  return multiply([...solve(rows), 1], shift(-(centerX as number), -(centerY as number)));
}

/** Cross product of the sides before and after point p + 1 of four: positive where a path turns clockwise on the screen. */
export function turn(points: readonly Point[], p: number): number {
  const [[ax, ay], [bx, by], [cx, cy]] = [0, 1, 2].map((k) => points[(p + k) % 4]) as [Point, Point, Point];
  return (bx - ax) * (cy - by) - (by - ay) * (cx - bx);
}

/** Gaussian elimination with pivoting of n rows of n coefficients and a right-hand side. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let pivot = 0; pivot < n; pivot++) {
    const best = rows
      .slice(pivot)
      .reduce(
        (b, row, i) =>
          Math.abs(row[pivot] as number) > Math.abs((rows[b] as number[])[pivot] as number) ? pivot + i : b,
        pivot,
      );
    [rows[pivot], rows[best]] = [rows[best] as number[], rows[pivot] as number[]];
    const top = rows[pivot] as number[];
    for (const row of rows) {
      if (row === top) continue;
      const factor = (row[pivot] as number) / (top[pivot] as number);
      for (let j = pivot; j <= n; j++) row[j] = (row[j] as number) - factor * (top[j] as number);
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number));
}
