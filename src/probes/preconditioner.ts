import type { RowProducts } from '../internal/rowProducts.js';
import { symmetricEigen } from '../internal/symmetricEigen.js';
import { normal } from '../random/index.js';

/** The directions in which the rows vary most, and how much they vary in the others. */
export interface Spectrum {
  /** `[count, dim]`, unit vectors. */
  readonly directions: Float64Array;
  /** Mean square of the rows along each direction. */
  readonly variances: Float64Array;
  /** Mean of that over all other directions. */
  readonly rest: number;
}

/** Directions found: enough to take the long axes out of pixels, and all of them for small features. */
const COUNT = 64;
const ROUNDS = 3;

/**
 * Largest principal directions by block power iteration, with the products that the fit uses anyway. The start is
 * always the same, so is the result.
 *
 * See Halko, Martinsson, Tropp, 2011, algorithm 4.4.
 */
export async function leadingSpectrum(x: RowProducts, totalVariance: number): Promise<Spectrum> {
  const count = Math.min(COUNT, x.dim, x.rows);
  let basis = orthonormalized(Float64Array.from(normal(0, count * x.dim)), count, x.dim);
  for (let round = 0; round < ROUNDS; round++) {
    basis = orthonormalized(await x.transposedTimes(await x.times(basis, count), count), count, x.dim);
  }
  const projected = await x.times(basis, count); // [rows, count]
  const inner = new Float64Array(count * count);
  for (let r = 0; r < x.rows; r++) {
    for (let i = 0; i < count; i++) {
      const factor = (projected[r * count + i] as number) / x.rows;
      for (let j = 0; j < count; j++) (inner[i * count + j] as number) += factor * (projected[r * count + j] as number);
    }
  }
  const { values, vectors } = symmetricEigen(inner, count, { vectors: true });
  const directions = new Float64Array(count * x.dim);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const factor = vectors[i * count + j] as number;
      for (let k = 0; k < x.dim; k++)
        (directions[i * x.dim + k] as number) += factor * (basis[j * x.dim + k] as number);
    }
  }
  const variances = values.map((v) => Math.max(0, v));
  const left = totalVariance - variances.reduce((sum, v) => sum + v, 0);
  return { directions, variances, rest: Math.max(0, left) / Math.max(1, x.dim - count) };
}

/**
 * An approximate inverse of the Hessian of the regularised mean log loss at weights `[outputs, dim]` and intercepts
 * `[outputs]`: p (1 - p) times the covariance of the rows, plus lambda.
 */
export function preconditioner(
  spectrum: Spectrum,
  dim: number,
  outputs: number,
  lambda: number,
): (v: Float64Array) => Float64Array {
  const { directions, variances, rest } = spectrum;
  const classes = outputs === 1 ? 2 : outputs;
  const curvature = (1 / classes) * (1 - 1 / classes);
  const outside = 1 / (curvature * rest + lambda + 1e-12);
  const factors = variances.map((v) => 1 / (curvature * v + lambda + 1e-12) - outside);
  return (v) => {
    const out = v.map((value, i) => value * (i < outputs * dim ? outside : 1 / curvature));
    for (let o = 0; o < outputs; o++) {
      const row = v.subarray(o * dim, (o + 1) * dim);
      for (const [i, factor] of factors.entries()) {
        const base = i * dim;
        let dot = 0;
        for (let k = 0; k < dim; k++) dot += (row[k] as number) * (directions[base + k] as number);
        dot *= factor;
        for (let k = 0; k < dim; k++) (out[o * dim + k] as number) += dot * (directions[base + k] as number);
      }
    }
    return out;
  };
}

/** Gram-Schmidt, twice for accuracy; rows that depend on earlier ones become zero. */
function orthonormalized(rows: Float64Array, count: number, dim: number): Float64Array {
  const out = rows.slice();
  for (let i = 0; i < count; i++) {
    const row = out.subarray(i * dim, (i + 1) * dim);
    const before = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = out.subarray(j * dim, (j + 1) * dim);
        let dot = 0;
        for (let k = 0; k < dim; k++) dot += (row[k] as number) * (other[k] as number);
        for (let k = 0; k < dim; k++) (row[k] as number) -= dot * (other[k] as number);
      }
    }
    const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    const factor = length > 1e-8 * before ? 1 / length : 0;
    for (let k = 0; k < dim; k++) (row[k] as number) *= factor;
  }
  return out;
}
