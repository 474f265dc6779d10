import type { HostRows } from './hostRows.js';

/**
 * Sums of products in float64: `[dim, dim]` of columns (Xᵀ X), or `[rows, rows]` of rows (X Xᵀ). With `mean`, the
 * columns are shifted first.
 */
export function gram(x: HostRows, of: 'columns' | 'rows', mean?: Float64Array): Float64Array {
  const { rows, dim } = x;
  const values = Float64Array.from(x.values);
  if (mean) for (let i = 0; i < values.length; i++) (values[i] as number) -= mean[i % dim] as number;
  return of === 'columns' ? columnProducts(values, rows, dim) : rowProductsOf(values, rows, dim);
}

/** Column means. */
export function columnMeans({ values, rows, dim }: HostRows): Float64Array {
  const out = new Float64Array(dim);
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < dim; c++, i++) (out[c] as number) += values[i] as number;
  return out.map((v) => v / rows);
}

function columnProducts(values: Float64Array, rows: number, dim: number): Float64Array {
  const out = new Float64Array(dim * dim);
  const zeros = new Float64Array(dim);
  const row = (r: number): Float64Array => (r < rows ? values.subarray(r * dim, (r + 1) * dim) : zeros);
  for (let r = 0; r < rows; r += 4) {
    const [a, b, c, d] = [row(r), row(r + 1), row(r + 2), row(r + 3)];
    for (let i = 0; i < dim; i++) {
      const [p, q, s, t] = [a[i] as number, b[i] as number, c[i] as number, d[i] as number];
      const line = out.subarray(i * dim, (i + 1) * dim);
      for (let j = 0; j <= i; j++) {
        (line[j] as number) +=
          p * (a[j] as number) + q * (b[j] as number) + s * (c[j] as number) + t * (d[j] as number);
      }
    }
  }
  return mirrored(out, dim);
}

function rowProductsOf(values: Float64Array, rows: number, dim: number): Float64Array {
  const out = new Float64Array(rows * rows);
  for (let r = 0; r < rows; r++) {
    const a = values.subarray(r * dim, (r + 1) * dim);
    for (let s = 0; s <= r; s++) {
      const b = values.subarray(s * dim, (s + 1) * dim);
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (a[j] as number) * (b[j] as number);
      out[r * rows + s] = sum;
    }
  }
  return mirrored(out, rows);
}

/** The lower triangle copied to the upper one. */
function mirrored(out: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j] as number;
  return out;
}
