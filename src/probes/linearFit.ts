import type { HostRows } from '../internal/hostRows.js';
import { joinProducts, type RowProducts, rowProducts } from '../internal/rowProducts.js';
import { type Choice, chooseStrength, count, type Validation } from './chooseStrength.js';
import { compactLabels } from './holdOut.js';
import { leadingSpectrum } from './preconditioner.js';
import { type LogisticSolution, logitsOf, type SolveLogisticOptions, solveLogistic, winners } from './solveLogistic.js';
import { type ColumnScale, columnScale, standardized } from './standardize.js';

/** A softmax regression on standardised features. */
export interface LinearFit {
  /** Classes that the outputs stand for, ascending; two classes have one output. */
  readonly present: readonly number[];
  readonly scale: ColumnScale;
  readonly solution: LogisticSolution;
  readonly C: number;
  readonly validation: Validation[];
  /** Share of the fitted rows that are classified right. */
  readonly trainAccuracy: number;
}

/**
 * Fits rows, with the strength that does best on the held-out ones where there are several and some are held out; then
 * all rows are used.
 */
export async function linearFit(
  train: HostRows,
  trainLabels: Int32Array,
  { fit, held }: { readonly fit: Int32Array; readonly held: Int32Array },
  grid: readonly number[],
  bounds: Pick<SolveLogisticOptions, 'tolerance' | 'maxIterations'>,
): Promise<LinearFit> {
  const scale = columnScale(train);
  const { compact, present } = compactLabels(trainLabels);
  const pick = (rows: Int32Array): Int32Array => rows.map((r) => compact[r] as number);
  const parts: RowProducts[] = [];
  try {
    for (const rows of [fit, held]) if (rows.length > 0) parts.push(rowProducts(standardized(train, scale, rows)));
    const [fitPart, heldPart] = parts as [RowProducts, RowProducts?];
    const all = joinProducts([...parts]);
    const labels = pick(Int32Array.from([...fit, ...held]));
    const spectrum = await leadingSpectrum(
      all,
      scale.std.reduce((sum, s) => sum + (s > 0 ? 1 : 0), 0),
    );
    const limits = { ...bounds, spectrum };
    const choice: Choice =
      heldPart && grid.length > 1 && present.length > 1
        ? await chooseStrength(fitPart, pick(fit), heldPart, pick(held), present.length, grid, limits)
        : { C: grid.length > 1 ? 1 : (grid[0] as number), validation: [] };
    const solution: LogisticSolution =
      present.length > 1
        ? await solveLogistic(all, labels, present.length, {
            ...limits,
            C: choice.C,
            ...(choice.start && { start: choice.start }),
          })
        : constant(train.dim);
    const trained = winners(await logitsOf(all, solution), solution.bias.length);
    const trainAccuracy = count(trained, labels) / train.rows;
    return { present, scale, solution, C: choice.C, validation: choice.validation, trainAccuracy };
  } finally {
    for (const part of parts) part.dispose();
  }
}

/** Classes of rows. */
export async function linearClasses(x: HostRows, { present, scale, solution }: LinearFit): Promise<Int32Array> {
  const rows = rowProducts(standardized(x, scale));
  try {
    return winners(await logitsOf(rows, solution), solution.bias.length).map((c) => present[c] as number);
  } finally {
    rows.dispose();
  }
}

/** All samples of one class: the answer is that class. */
const constant = (dim: number): LogisticSolution => ({
  weights: new Float64Array(dim * 2),
  bias: Float64Array.of(0, -1),
  objective: 0,
  gradientNorm: 0,
  iterations: 0,
  evaluations: 0,
});
