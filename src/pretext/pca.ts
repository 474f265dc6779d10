import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkTensor, isTensor } from '../internal/checks.js';
import { type RowData, readRows } from '../internal/hostRows.js';
import { reduceRows } from './reduceRows.js';

/** Options of {@link pca}. */
export interface PcaOptions {
  /** How many directions, an integer \>= 1; at most min(rows, dim) are given. @defaultValue min(rows, dim) */
  readonly components?: number;
  /** Divides each coordinate by its deviation; directions without variance give 0. @defaultValue false */
  readonly whiten?: boolean;
}

/** Result of {@link pca}, float32. The caller disposes all of it. */
export type PcaResult = {
  /** Coordinates of the rows, `[rows, components]`. */
  readonly scores: Tensor2D;
  /** Unit vectors as rows, `[components, dim]`, most variance first; the largest entry of each (by magnitude) is positive. */
  readonly components: Tensor2D;
  /** Mean of the rows, `[dim]`. */
  readonly mean: Tensor1D;
  /** Variance along each, divided by rows - 1, `[components]`. */
  readonly explainedVariance: Tensor1D;
  /** The same as a share of the variance along all directions, `[components]`. */
  readonly explainedVarianceRatio: Tensor1D;
  /** Singular values of the centred rows, `[components]`. */
  readonly singularValues: Tensor1D;
};

/**
 * Principal components: the orthogonal directions along which rows vary most. `mean + scores * components` is the best
 * approximation of the rows by so many directions (without `whiten`); other rows are mapped by
 * `(x - mean) * transpose(components)`. Signs are fixed by the largest entry, so the same rows give the same components.
 *
 * The matrix of products is that of the columns, or of the rows where they are fewer; up to 2^27 steps on the host in
 * float64, beyond that on the backend. Its decomposition takes about 4 n³ steps on the host (n = 512: a second).
 *
 * @param x - Rows `[rows, dim]`: a tensor, `{data, shape}` on the host, or arrays; axes after the first are flattened.
 * @param options - How many directions, and whether to whiten.
 * @returns Coordinates, directions and variances; the caller disposes them.
 * @throws ShapeError, RangeError on wrong shapes or options, and where a number is not finite.
 * @see scikit-learn `PCA`, whose signs differ.
 * @example
 * ```ts
 * import { pca } from 'selfsup/pretext';
 *
 * const { components, explainedVarianceRatio } = await pca([[0, 0], [1, 1], [2, 2], [3, 2.9]], { components: 1 });
 * components.print(); // about 0.71, 0.70
 * explainedVarianceRatio.print(); // nearly 1
 * ```
 */
export async function pca(x: RowData, options: PcaOptions = {}): Promise<PcaResult> {
  const { components = Number.MAX_SAFE_INTEGER, whiten = false } = checkOptions('pca', options, [
    'components',
    'whiten',
  ]);
  checkFlags('pca', { whiten });
  checkIntegers('pca', { components: [components, 1] });
  if (isTensor(x)) checkTensor('pca', 'x', x);
  const rows = await readRows('pca', 'x', x);
  const wanted = Math.min(components, rows.rows, rows.dim);
  const { found, scores } = await reduceRows(rows, wanted, whiten);
  const list = (f: (variance: number) => number): Tensor1D =>
    tensor1d(
      Array.from(found.variances, (v) => f(v)),
      'float32',
    );
  return {
    scores: tensor2d(scores, [rows.rows, found.count], 'float32'),
    components: tensor2d(Float32Array.from(found.components), [found.count, rows.dim], 'float32'),
    mean: tensor1d(Float32Array.from(found.mean), 'float32'),
    explainedVariance: list((v) => v),
    explainedVarianceRatio: list((v) => (found.totalVariance > 0 ? v / found.totalVariance : 0)),
    singularValues: list((v) => Math.sqrt(v * Math.max(1, rows.rows - 1))),
  };
}
