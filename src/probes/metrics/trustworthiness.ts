import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers } from '../../internal/checks.js';
import { ShapeError } from '../../internal/errors.js';
import { type HostRows, type RowData, readRows } from '../../internal/hostRows.js';

/** Options of {@link trustworthiness}. */
export interface TrustworthinessOptions {
  /** Neighbours looked at, an integer \>= 1, less than half the rows. @defaultValue 5 */
  readonly k?: number;
}

/**
 * How far the neighbours in a map are neighbours in the original space: 1 - 2 / (n k (2n - 3k - 1)) times the sum, over
 * points and their k nearest in the map, of how much their rank in the original space exceeds k. Euclidean.
 *
 * @param x - Original points `[n, dim]`; all n² distances are computed on the host.
 * @param embedding - Their places in the map, `[n, d]`.
 * @param options - Neighbours.
 * @returns A number in [0, 1]; 1 where every neighbour in the map is one in the original space.
 * @throws ShapeError, RangeError on wrong shapes or k, and where a number is not finite.
 * @see Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", 2001.
 * @example
 * ```ts
 * import { trustworthiness } from 'selfsup/probes';
 * console.log(await trustworthiness([[0, 0], [1, 0], [5, 0], [7, 0]], [[0], [1], [5], [7]], { k: 1 })); // 1
 * ```
 */
export async function trustworthiness(
  x: RowData,
  embedding: RowData,
  options: TrustworthinessOptions = {},
): Promise<number> {
  checkOptions('trustworthiness', options, ['k']);
  const { k = 5 } = options;
  const where = 'trustworthiness';
  const [from, to] = [await readRows(where, 'x', x), await readRows(where, 'embedding', embedding)];
  const n = from.rows;
  if (to.rows !== n) throw new ShapeError(`${where}: embedding must have ${n} rows, got ${to.rows}.`);
  checkIntegers(where, { k: [k, 1, Math.ceil(n / 2) - 1] });
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const ranks = new Int32Array(n);
    for (const [rank, j] of neighborsOf(from, i).entries()) ranks[j] = rank + 1;
    for (const j of neighborsOf(to, i).slice(0, k)) sum += Math.max(0, (ranks[j] as number) - k);
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * sum;
}

/** All other rows, nearest first. */
function neighborsOf({ values, rows, dim }: HostRows, i: number): number[] {
  const distances = Float64Array.from({ length: rows }, (_, j) => {
    let sum = 0;
    for (let c = 0; c < dim; c++) sum += ((values[i * dim + c] as number) - (values[j * dim + c] as number)) ** 2;
    return sum;
  });
  return Array.from(distances.keys())
    .filter((j) => j !== i)
    .sort((a, b) => (distances[a] as number) - (distances[b] as number) || a - b);
}
