import type { Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { nameClasses } from '../internal/classNames.js';
import { countClasses, type Labels, readLabels, readRows } from '../internal/hostRows.js';
import { Classifier } from './classifier.js';
import { ridgeProblem, ridgeWeights } from './ridgeSolution.js';

/** Options of {@link fitRidge}. */
export interface FitRidgeOptions {
  /** Strength of the L2 penalty as in scikit-learn, \>= 0; 0 gives the least squares of smallest norm. @defaultValue 1 */
  readonly alpha?: number;
  /** Columns of the scores. @defaultValue largest label + 1 */
  readonly classes?: number;
}

/**
 * Fits a ridge classifier in closed form: for each class the minimum of sum_i (x_i w + b - y_i)² + alpha |w|², y being 1
 * for samples of the class and -1 for the others, intercepts unpenalised, features as they are. A class that does not
 * occur scores -1 everywhere and is never predicted.
 *
 * @param x - Features `[n, dim]`; axes after the first are flattened, bytes on the host read as [0, 1].
 * @param labels - Class of each row, integers \>= 0.
 * @param options - Penalty.
 * @returns The classifier; the caller disposes it. Its scores are the linear values, not probabilities.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see scikit-learn's `RidgeClassifier` has the same optimum. In float64 on the host, n m² + m³ steps, m the smaller of n
 * and dim.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { fitRidge } from 'selfsup/probes';
 *
 * const classifier = await fitRidge(tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), [0, 0, 1, 1], { alpha: 0.1 });
 * classifier.predict(tensor2d([[4, 1]])).print(); // [1]
 * classifier.dispose();
 * ```
 */
export async function fitRidge(x: Data, labels: Labels, options: FitRidgeOptions = {}): Promise<Classifier> {
  checkOptions('fitRidge', options, ['alpha', 'classes']);
  const { alpha = 1 } = options;
  checkNumbers('fitRidge', { alpha: [alpha, 0] });
  const rows = await readRows('fitRidge', 'x', x);
  const known = await readLabels('fitRidge', 'labels', labels, rows.rows);
  const classes = countClasses('fitRidge', options.classes, known);
  const { names: present, indices } = nameClasses('fitRidge', undefined, [known]);
  const problem = await ridgeProblem(rows, indices[0] as Int32Array, present.length);
  const { weights, bias, objective } = ridgeWeights(problem, alpha);
  return new Classifier(
    {
      link: 'identity',
      weights: Float32Array.from(weights),
      bias: Float32Array.from(bias),
      present,
      classes,
    },
    { objective, gradientNorm: 0, iterations: 1, converged: true },
  );
}
