import { columnMeans, gram } from '../internal/gram.js';
import type { HostRows } from '../internal/hostRows.js';
import { type RowProducts, rowProducts } from '../internal/rowProducts.js';
import { symmetricEigen } from '../internal/symmetricEigen.js';

/** Least squares with a penalty, ready for any strength. */
export interface RidgeProblem {
  readonly rows: number;
  readonly dim: number;
  readonly classes: number;
  readonly mean: Float64Array;
  /** Squared singular values of the centred rows, falling; those that are nothing but rounding are left out. */
  readonly squares: Float64Array;
  /** Their directions `[rank, dim]`. */
  readonly directions: Float64Array;
  /** Products of directions and targets `[rank, classes]`. */
  readonly targets: Float64Array;
  /** Rows of each class. */
  readonly counts: Float64Array;
}

/** Weights and intercepts of all classes. */
export interface RidgeWeights {
  /** `[dim, classes]`. */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** Summed squared error plus penalty, all classes together. */
  readonly objective: number;
}

/** Squared singular values below this share of the largest are rounding: the rows are float32. */
const ROUNDING = 1e-12;

/** Targets are 1 for a row's class and -1 for the others; rows and targets are centred, so that intercepts are free. */
export async function ridgeProblem(x: HostRows, labels: Int32Array, classes: number): Promise<RidgeProblem> {
  const { rows, dim } = x;
  const mean = columnMeans(x);
  const primal = dim <= rows;
  const n = primal ? dim : rows;
  const { values, vectors } = symmetricEigen(gram(x, primal ? 'columns' : 'rows', mean), n, { vectors: true });
  const rank = values.filter((v) => v > ROUNDING * (values[0] as number)).length;
  const squares = values.slice(0, rank);
  const counts = new Float64Array(classes);
  for (const label of labels) (counts[label] as number) += 1;
  const directions = primal
    ? vectors.slice(0, rank * n)
    : scaleRows(await centredSums(x, transpose(vectors.subarray(0, rank * n), rank, n), rank, mean), squares);
  const sums = classSums(x, labels, counts, mean); // [classes, dim]
  const targets = new Float64Array(rank * classes);
  for (let k = 0; k < rank; k++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += (directions[k * dim + j] as number) * (sums[c * dim + j] as number);
      targets[k * classes + c] = 2 * sum; // targets are 2 * indicator - 1, and centred rows add up to 0
    }
  }
  return { rows, dim, classes, mean, squares, directions, targets, counts };
}

/** The minimum of |X w + b - y|² + alpha |w|² for each class. */
export function ridgeWeights(problem: RidgeProblem, alpha: number): RidgeWeights {
  const { rows, dim, classes, mean, squares, directions, targets, counts } = problem;
  const weights = new Float64Array(dim * classes);
  let objective = 0;
  for (const count of counts) objective += 4 * count * (1 - count / rows);
  for (const [k, square] of squares.entries()) {
    for (let c = 0; c < classes; c++) {
      const target = targets[k * classes + c] as number;
      const share = target / (square + alpha);
      objective -= target * share;
      for (let j = 0; j < dim; j++) (weights[j * classes + c] as number) += share * (directions[k * dim + j] as number);
    }
  }
  const bias = Float64Array.from(counts, (count, c) => {
    let own = (2 * count) / rows - 1;
    for (let j = 0; j < dim; j++) own -= (mean[j] as number) * (weights[j * classes + c] as number);
    return own;
  });
  return { weights, bias, objective };
}

/** Scores `[rows, classes]`. */
export async function ridgeScores(
  x: RowProducts,
  { weights, bias }: Omit<RidgeWeights, 'objective'>,
): Promise<Float64Array> {
  const out = await x.times(transpose(weights, x.dim, bias.length), bias.length);
  for (let i = 0; i < out.length; i++) (out[i] as number) += bias[i % bias.length] as number;
  return out;
}

/**
 * How much each of some rows of the fit bears on its own score, `[rows]` for each alpha: the diagonal of the hat matrix,
 * intercept included. With it the score that a row would have got without it in the fit is y - (y - f) / (1 - h).
 */
export async function leverages(
  x: RowProducts,
  { mean, squares, directions, rows, dim }: RidgeProblem,
  alphas: readonly number[],
): Promise<Float64Array[]> {
  const rank = squares.length;
  const places = rank > 0 ? await x.times(directions, rank) : new Float64Array(0); // [x.rows, rank]
  const shift = Float64Array.from({ length: rank }, (_, k) =>
    mean.reduce((sum, m, j) => sum + m * (directions[k * dim + j] as number), 0),
  );
  for (let i = 0; i < places.length; i++) places[i] = ((places[i] as number) - (shift[i % rank] as number)) ** 2;
  return alphas.map((alpha) => {
    const shares = squares.map((square) => 1 / (square + alpha));
    const out = new Float64Array(x.rows).fill(1 / rows);
    for (let r = 0, i = 0; r < x.rows; r++) {
      for (let k = 0; k < rank; k++, i++) (out[r] as number) += (places[i] as number) * (shares[k] as number);
    }
    return out;
  });
}

/** Sums of the centred rows of each class, `[classes, dim]`. */
function classSums(
  { values, dim }: HostRows,
  labels: Int32Array,
  counts: Float64Array,
  mean: Float64Array,
): Float64Array {
  const out = new Float64Array(counts.length * dim);
  for (let r = 0, i = 0; r < labels.length; r++) {
    const base = (labels[r] as number) * dim;
    for (let j = 0; j < dim; j++, i++) (out[base + j] as number) += values[i] as number;
  }
  for (let i = 0; i < out.length; i++) {
    (out[i] as number) -= (counts[Math.floor(i / dim)] as number) * (mean[i % dim] as number);
  }
  return out;
}

/** Gᵀ (X - mean), `[count, dim]`. */
async function centredSums(
  x: HostRows,
  factors: Float64Array,
  count: number,
  mean: Float64Array,
): Promise<Float64Array> {
  const out = await rowProducts(x, 'host').transposedTimes(factors, count);
  const totals = new Float64Array(count);
  for (let i = 0; i < factors.length; i++) (totals[i % count] as number) += factors[i] as number;
  const dim = mean.length;
  for (let i = 0; i < out.length; i++) {
    (out[i] as number) -= (totals[Math.floor(i / dim)] as number) * (mean[i % dim] as number);
  }
  return out;
}

function scaleRows(values: Float64Array, squares: Float64Array): Float64Array {
  const dim = values.length / Math.max(1, squares.length);
  return values.map((v, i) => v / Math.sqrt(squares[Math.floor(i / dim)] as number));
}

function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  }
  return out;
}
