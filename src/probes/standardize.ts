import type { HostRows } from '../internal/hostRows.js';

/** Mean and deviation of every column; a column that does not vary has deviation 0. */
export interface ColumnScale {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Column means and biased deviations, in float64 and two passes. */
export function columnScale({ values, rows, dim }: HostRows): ColumnScale {
  const mean = new Float64Array(dim);
  const std = new Float64Array(dim);
  for (let r = 0, i = 0; r < rows; r++) for (let c = 0; c < dim; c++, i++) (mean[c] as number) += values[i] as number;
  for (let c = 0; c < dim; c++) (mean[c] as number) /= rows;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < dim; c++, i++) (std[c] as number) += ((values[i] as number) - (mean[c] as number)) ** 2;
  }
  for (let c = 0; c < dim; c++) {
    const deviation = Math.sqrt((std[c] as number) / rows);
    std[c] = deviation > 1e-6 * Math.abs(mean[c] as number) ? deviation : 0;
  }
  return { mean, std };
}

/** The rows with columns shifted and scaled; columns of deviation 0 become 0. `order` picks rows. */
export function standardized(x: HostRows, { mean, std }: ColumnScale, order?: Int32Array): HostRows {
  const rows = order?.length ?? x.rows;
  const values = new Float32Array(rows * x.dim);
  const factor = std.map((s) => (s > 0 ? 1 / s : 0));
  for (let r = 0, i = 0; r < rows; r++) {
    const from = (order ? (order[r] as number) : r) * x.dim;
    for (let c = 0; c < x.dim; c++, i++) {
      values[i] = ((x.values[from + c] as number) - (mean[c] as number)) * (factor[c] as number);
    }
  }
  return { values, rows, dim: x.dim };
}
