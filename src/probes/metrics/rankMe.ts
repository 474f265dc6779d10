import { checkOptions } from '../../internal/checkOptions.js';
import { columnMeans, gram } from '../../internal/gram.js';
import { type HostRows, type RowData, readRows } from '../../internal/hostRows.js';
import { symmetricEigen } from '../../internal/symmetricEigen.js';

/** Options of {@link rankMe} and {@link effectiveRank}. */
export interface RankOptions {
  /** Whether column means are taken off first. @defaultValue false, as in the papers */
  readonly centered?: boolean;
}

/**
 * RankMe: exp of the entropy of the normalised singular values of an embedding matrix, p = s / sum(s) + 1e-7. A smooth
 * number of used dimensions, from 1 to min(n, dim).
 *
 * @param embeddings - `[n, dim]`. In float64 on the host: n dim² / 2 steps, then about dim³ (n = 10,000, dim = 512:
 * a few seconds); where n is smaller than dim their parts change places.
 * @param options - Centring.
 * @returns A number \>= 1; 1 for an all-zero matrix.
 * @throws ShapeError on a wrong shape; RangeError where a number is not finite.
 * @see Garrido et al., "RankMe", arXiv:2210.02885, equations 1 and 2.
 * @example
 * ```ts
 * import { rankMe } from 'selfsup/probes';
 * console.log(await rankMe([[1, 0], [0, 1], [1, 1]])); // 1.93: two directions, not equally strong
 * ```
 */
export async function rankMe(embeddings: RowData, options: RankOptions = {}): Promise<number> {
  checkOptions('rankMe', options, ['centered']);
  return entropyRank(singularValues(await readRows('rankMe', 'embeddings', embeddings), options.centered), 1e-7);
}

/**
 * Effective rank: exp of the entropy of the normalised singular values, p = s / sum(s).
 *
 * @param embeddings - `[n, dim]`; see `rankMe` for the cost.
 * @param options - Centring.
 * @returns A number \>= 1; 1 for an all-zero matrix.
 * @throws ShapeError on a wrong shape; RangeError where a number is not finite.
 * @see Roy and Vetterli, "The effective rank", EUSIPCO 2007.
 * @example
 * ```ts
 * import { effectiveRank } from 'selfsup/probes';
 * console.log(await effectiveRank([[1, 0], [0, 1]])); // 2
 * ```
 */
export async function effectiveRank(embeddings: RowData, options: RankOptions = {}): Promise<number> {
  checkOptions('effectiveRank', options, ['centered']);
  return entropyRank(singularValues(await readRows('effectiveRank', 'embeddings', embeddings), options.centered), 0);
}

/** Singular values, falling, min(n, dim) of them, from the smaller of the two matrices of products. */
export function singularValues(x: HostRows, centered = false): Float64Array {
  const products = gram(x, x.dim <= x.rows ? 'columns' : 'rows', centered ? columnMeans(x) : undefined);
  return symmetricEigen(products, Math.min(x.dim, x.rows)).values.map((v) => Math.sqrt(Math.max(0, v)));
}

/** exp of the entropy of shares; values of 0 add nothing but epsilon's part. */
export function entropyRank(values: Float64Array, epsilon: number): number {
  const total = values.reduce((sum, v) => sum + v, 0);
  if (!(total > 0)) return 1;
  let entropy = 0;
  for (const value of values) {
    const p = value / total + epsilon;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}
