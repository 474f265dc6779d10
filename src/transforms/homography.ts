/** A point in pixels. */
export type Point = readonly [x: number, y: number];

/**
 * The homography, 3 x 3 in row-major order with last entry 1, that takes four points to four others.
 *
 * @throws Error if three of `from` lie on a line, so that there is none.
 */
export function homography(from: readonly Point[], to: readonly Point[]): number[] {
  // Two equations a point: (a x + b y + c) - u (g x + h y) = u, and likewise for v.
  const rows = from.flatMap(([x, y], p) => {
    const [u, v] = to[p] as Point;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  return [...solve(rows), 1];
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
    if (!(Math.abs(top[pivot] as number) > 1e-12)) throw new Error('homography: three of the points lie on a line.');
    for (const row of rows) {
      if (row === top) continue;
      const factor = (row[pivot] as number) / (top[pivot] as number);
      for (let j = pivot; j <= n; j++) row[j] = (row[j] as number) - factor * (top[j] as number);
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number));
}
