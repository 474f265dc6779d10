import { columnMeans, gram } from './gram.js';
import type { HostRows } from './hostRows.js';
import { symmetricEigen } from './symmetricEigen.js';

/** The directions of largest variance of rows. */
export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** `[count, dim]` unit vectors; the largest entry of each is positive. */
  readonly components: Float64Array;
  /** Variance along each, divided by rows - 1. */
  readonly variances: Float64Array;
  /** Sum of the variances along all directions. */
  readonly totalVariance: number;
  readonly count: number;
}

/**
 * Principal components in float64 on the host, from the smaller of the two matrices of products; that of the centred columns
 * may be given.
 */
export function principalComponents(x: HostRows, wanted: number, products?: Float64Array): PrincipalComponents {
  const { rows, dim } = x;
  const mean = columnMeans(x);
  const count = Math.min(wanted, rows, dim);
  const columns = dim <= rows || products !== undefined;
  const size = columns ? dim : rows;
  const matrix = products ?? gram(x, columns ? 'columns' : 'rows', mean);
  const { values, vectors } = symmetricEigen(matrix, size, { vectors: true });
  const components = new Float64Array(count * dim);
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * size, (i + 1) * size);
    const component = components.subarray(i * dim, (i + 1) * dim);
    if (columns) component.set(vector);
    else {
      for (let r = 0; r < rows; r++) {
        const factor = vector[r] as number;
        for (let c = 0; c < dim; c++) {
          (component[c] as number) += factor * ((x.values[r * dim + c] as number) - (mean[c] as number));
        }
      }
    }
    const largest = component.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
    const length = Math.sqrt(component.reduce((sum, v) => sum + v * v, 0)) * (largest < 0 ? -1 : 1);
    if (length !== 0) for (let c = 0; c < dim; c++) (component[c] as number) /= length;
  }
  const degrees = Math.max(1, rows - 1);
  const variances = values.map((v) => Math.max(0, v) / degrees);
  return {
    mean,
    components,
    variances: variances.slice(0, count),
    totalVariance: variances.reduce((sum, v) => sum + v, 0),
    count,
  };
}

/** Coordinates `[rows, count]` of rows along the components. */
export function project(
  { values, rows, dim }: HostRows,
  { mean, components, count }: PrincipalComponents,
): Float64Array {
  const out = new Float64Array(rows * count);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let c = 0; c < dim; c++) {
        sum += ((values[r * dim + c] as number) - (mean[c] as number)) * (components[i * dim + c] as number);
      }
      out[r * count + i] = sum;
    }
  }
  return out;
}
