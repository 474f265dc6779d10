import type { HostRows } from './hostRows.js';

/**
 * Sums of products in float64: `[dim, dim]` of columns (Xᵀ X), or `[rows, rows]` of rows (X Xᵀ). With `mean`, the
 * columns are shifted first.
 */
export function gram(x: HostRows, of: 'columns' | 'rows', mean?: Float64Array): Float64Array {
  return of === 'columns' ? columnProducts(x, mean) : rowProductsOf(x, mean);
}

/** Column means. */
export function columnMeans({ values, rows, dim }: HostRows): Float64Array {
  const out = new Float64Array(dim);
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < dim; c++, i++) (out[c] as number) += values[i] as number;
  return out.map((v) => v / rows);
}

function columnProducts(x: HostRows, mean?: Float64Array): Float64Array {
  const { rows, dim } = x;
  const out = new Float64Array(dim * dim);
  const four = Array.from({ length: 4 }, () => new Float64Array(dim));
  const [a, b, c, d] = four as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let r = 0; r < rows; r += 4) {
    for (const [i, line] of four.entries()) {
      if (r + i < rows) shiftedRow(x, r + i, mean, line);
      else line.fill(0);
    }
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

function rowProductsOf(x: HostRows, mean?: Float64Array): Float64Array {
  const { rows, dim } = x;
  const values = new Float64Array(rows * dim);
  for (let r = 0; r < rows; r++) shiftedRow(x, r, mean, values.subarray(r * dim, (r + 1) * dim));
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

/** Writes a row, less the mean where there is one. */
function shiftedRow({ values, dim }: HostRows, row: number, mean: Float64Array | undefined, to: Float64Array): void {
  const start = row * dim;
  for (let j = 0; j < dim; j++) to[j] = (values[start + j] as number) - (mean ? (mean[j] as number) : 0);
}

/** The lower triangle copied to the upper one. */
function mirrored(out: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j] as number;
  return out;
}
