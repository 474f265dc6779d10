import { ShapeError } from '../../internal/errors.js';
import { columnMeans } from '../../internal/gram.js';
import { type HostRows, type RowData, readRows } from '../../internal/hostRows.js';

/**
 * Linear centred kernel alignment of two representations of the same samples: 1 where they are equal up to rotation and
 * scale. ||Yᵀ X||² / (||Xᵀ X|| ||Yᵀ Y||) with centred columns and Frobenius norms, in float64 on the host.
 *
 * @param x - `[n, dimX]`.
 * @param y - `[n, dimY]`, row i of the same sample as row i of `x`.
 * @returns A number in [0, 1]; 0 where either does not vary.
 * @throws ShapeError on wrong shapes; RangeError where a number is not finite.
 * @see Kornblith et al., "Similarity of Neural Network Representations Revisited", arXiv:1905.00414.
 * @example
 * ```ts
 * import { linearCKA } from 'selfsup/probes';
 * console.log(await linearCKA([[0, 1], [1, 0], [2, 2]], [[2, 0], [0, -2], [4, -4]])); // 1
 * ```
 */
export async function linearCKA(x: RowData, y: RowData): Promise<number> {
  const [a, b] = [centred(await readRows('linearCKA', 'x', x)), centred(await readRows('linearCKA', 'y', y))];
  if (a.rows !== b.rows) throw new ShapeError(`linearCKA: y must have ${a.rows} rows, got ${b.rows}.`);
  const scale = Math.sqrt(squaredProduct(a, a) * squaredProduct(b, b));
  return scale > 0 ? squaredProduct(a, b) / scale : 0;
}

function centred(x: HostRows): HostRows {
  const mean = columnMeans(x);
  const values = Float64Array.from(x.values);
  for (let i = 0; i < values.length; i++) (values[i] as number) -= mean[i % x.dim] as number;
  return { ...x, values };
}

/** ||Aᵀ B||², a column of A at a time. */
function squaredProduct(a: HostRows, b: HostRows): number {
  let sum = 0;
  const row = new Float64Array(b.dim);
  for (let i = 0; i < a.dim; i++) {
    row.fill(0);
    for (let r = 0; r < a.rows; r++) {
      const factor = a.values[r * a.dim + i] as number;
      const base = r * b.dim;
      for (let j = 0; j < b.dim; j++) (row[j] as number) += factor * (b.values[base + j] as number);
    }
    for (let j = 0; j < b.dim; j++) sum += (row[j] as number) ** 2;
  }
  return sum;
}
