import { ShapeError } from '../../internal/errors.js';
import { type Numbers, readLabels } from '../../internal/hostRows.js';

/**
 * Share of predictions that equal the label.
 *
 * @param predictions - Predicted classes, integers \>= 0, any shape.
 * @param labels - True classes, as many.
 * @returns A number in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError if one is not an integer \>= 0.
 * @example
 * ```ts
 * import { accuracy } from 'selfsup/probes';
 * console.log(await accuracy([0, 1, 1], [0, 1, 2])); // 0.666...
 * ```
 */
export async function accuracy(predictions: Numbers, labels: Numbers): Promise<number> {
  const [guess, truth] = await readPair('accuracy', predictions, labels);
  return guess.reduce((sum, p, i) => sum + (p === truth[i] ? 1 : 0), 0) / guess.length;
}

/** Predictions and labels, equally many and at least one. */
export async function readPair(
  where: string,
  predictions: Numbers,
  labels: Numbers,
  name = 'predictions',
): Promise<[Int32Array, Int32Array]> {
  const guess = await readLabels(where, name, predictions);
  if (guess.length === 0) throw new ShapeError(`${where}: ${name} must have at least one entry, got 0.`);
  return [guess, await readLabels(where, 'labels', labels, guess.length)];
}
