import { munkres } from 'munkres';

/**
 * The one-to-one assignment of least total cost, exactly: the column of each row of `costs` (`[rows, columns]`, finite
 * numbers), -1 for rows left over where there are more rows than columns. About rows² * columns steps at worst.
 */
export function assign(costs: Float32Array | Float64Array, rows: number, columns: number): Int32Array {
  const matrix = Array.from({ length: rows }, (_, r) => costs.subarray(r * columns, (r + 1) * columns));
  const columnOf = new Int32Array(rows).fill(-1);
  for (const [row, column] of munkres(matrix)) columnOf[row] = column;
  return columnOf;
}
