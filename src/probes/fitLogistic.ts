import type { Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { nameClasses } from '../internal/classNames.js';
import { countClasses, type Labels, readLabels, readRows } from '../internal/hostRows.js';
import { rowProducts } from '../internal/rowProducts.js';
import { Classifier, type ClassifierParts } from './classifier.js';
import { leadingSpectrum } from './preconditioner.js';
import { type LogisticWeights, solveLogistic } from './solveLogistic.js';

/** Options of {@link fitLogistic}. */
export interface FitLogisticOptions {
  /** Inverse strength of the L2 penalty as in scikit-learn, \> 0. @defaultValue 1 */
  readonly C?: number;
  /** Columns of the scores. @defaultValue largest label + 1 */
  readonly classes?: number;
  /** Ends when no entry of the gradient of the mean loss is larger, \> 0. @defaultValue 1e-6 */
  readonly tolerance?: number;
  /** L-BFGS iterations at most, an integer \>= 1. @defaultValue 1000 */
  readonly maxIterations?: number;
}

/**
 * Fits a softmax regression: minimises C sum_i logloss_i + |W|² / 2 by L-BFGS, intercepts unpenalised, features as they
 * are. Two classes have one weight vector and a sigmoid. Classes that do not occur get probability 0.
 *
 * @param x - Features `[n, dim]`; axes after the first are flattened, bytes on the host read as [0, 1].
 * @param labels - Class of each row, integers \>= 0.
 * @param options - Penalty and limits.
 * @returns The classifier; the caller disposes it. `report` says whether it converged.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see scikit-learn's `LogisticRegression` has the same optimum.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { fitLogistic } from 'selfsup/probes';
 *
 * const classifier = await fitLogistic(tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), [0, 0, 1, 1], { C: 10 });
 * classifier.predict(tensor2d([[4, 1]])).print(); // [1]
 * classifier.dispose();
 * ```
 */
export async function fitLogistic(x: Data, labels: Labels, options: FitLogisticOptions = {}): Promise<Classifier> {
  checkOptions('fitLogistic', options, ['C', 'classes', 'tolerance', 'maxIterations']);
  const { C = 1, tolerance = 1e-6, maxIterations = 1000 } = options;
  checkNumbers('fitLogistic', { C: [C, Number.MIN_VALUE], tolerance: [tolerance, Number.MIN_VALUE] });
  checkIntegers('fitLogistic', { maxIterations: [maxIterations, 1] });
  const rows = await readRows('fitLogistic', 'x', x);
  const known = await readLabels('fitLogistic', 'labels', labels, rows.rows);
  const classes = countClasses('fitLogistic', options.classes, known);
  const { names: present, indices } = nameClasses('fitLogistic', undefined, [known]);
  if (present.length === 1) {
    const parts: ClassifierParts = {
      link: 'softmax',
      weights: new Float32Array(rows.dim),
      bias: new Float32Array(1),
      present,
      classes,
    };
    return new Classifier(parts, { objective: 0, gradientNorm: 0, iterations: 0, converged: true });
  }
  const products = rowProducts(rows);
  try {
    let total = 0;
    for (const v of rows.values) total += v * v;
    const spectrum = await leadingSpectrum(products, total / rows.rows);
    const solution = await solveLogistic(products, indices[0] as Int32Array, present.length, {
      C,
      tolerance,
      maxIterations,
      spectrum,
    });
    const { objective, gradientNorm, iterations } = solution;
    return new Classifier(
      { link: 'softmax', ...columns(solution, rows.dim), present, classes },
      { objective, gradientNorm, iterations, converged: gradientNorm <= tolerance },
    );
  } finally {
    products.dispose();
  }
}

/** Weights as `[dim, classes]`; the single vector of two classes becomes a column beside one of zeros. */
export function columns(
  { weights, bias }: LogisticWeights,
  dim: number,
): { weights: Float32Array; bias: Float32Array } {
  const first = bias.length === 1 ? 1 : 0;
  const width = bias.length + first;
  const out = new Float32Array(dim * width);
  for (let c = 0; c < bias.length; c++) {
    for (let j = 0; j < dim; j++) out[j * width + c + first] = weights[c * dim + j] as number;
  }
  return { weights: out, bias: Float32Array.from([...new Array<number>(first).fill(0), ...bias]) };
}
