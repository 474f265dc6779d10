import { countClasses, type Numbers } from '../../internal/hostRows.js';
import { readPair } from './accuracy.js';

/** Options of {@link confusionMatrix} and {@link meanIoU}. */
export interface ClassesOptions {
  /** Number of classes. @defaultValue largest entry + 1 */
  readonly classes?: number;
}

/**
 * Counts of every true class (row) and predicted class (column).
 *
 * @param predictions - Predicted classes, integers \>= 0, any shape (label maps too).
 * @param labels - True classes, as many.
 * @param options - Number of classes.
 * @returns `[classes][classes]` counts; a class that does not occur has a row of zeros.
 * @throws ShapeError if there are none or their numbers differ; RangeError on entries outside the classes.
 * @example
 * ```ts
 * import { confusionMatrix } from 'selfsup/probes';
 * console.log(await confusionMatrix([0, 1, 1], [0, 1, 0])); // [[1, 1], [0, 1]]
 * ```
 */
export async function confusionMatrix(
  predictions: Numbers,
  labels: Numbers,
  options: ClassesOptions = {},
): Promise<number[][]> {
  const [guess, truth] = await readPair('confusionMatrix', predictions, labels);
  const classes = countClasses('confusionMatrix', options.classes, guess, truth);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < guess.length; i++) {
    const row = matrix[truth[i] as number] as number[];
    row[guess[i] as number] = (row[guess[i] as number] as number) + 1;
  }
  return matrix;
}

/** Result of {@link meanIoU}. */
export interface MeanIoU {
  /** Mean over the classes that occur among labels or predictions. */
  readonly mean: number;
  /** Intersection over union of each class; 0 where the class occurs nowhere. */
  readonly perClass: number[];
}

/**
 * Intersection over union of label maps, per class and averaged over the classes that occur.
 *
 * @param predictions - Predicted classes, integers \>= 0, any shape.
 * @param labels - True classes, as many.
 * @param options - Number of classes.
 * @returns Mean and values per class, in [0, 1].
 * @throws ShapeError if there are none or their numbers differ; RangeError on entries outside the classes.
 * @example
 * ```ts
 * import { meanIoU } from 'selfsup/probes';
 * console.log(await meanIoU([[0, 1], [1, 1]], [[0, 0], [1, 1]])); // mean of 1/2 and 2/3
 * ```
 */
export async function meanIoU(predictions: Numbers, labels: Numbers, options: ClassesOptions = {}): Promise<MeanIoU> {
  const matrix = await confusionMatrix(predictions, labels, options);
  const occurs: boolean[] = [];
  const perClass = matrix.map((row, c) => {
    const hits = row[c] as number;
    const truth = row.reduce((sum, n) => sum + n, 0);
    const guessed = matrix.reduce((sum, other) => sum + (other[c] as number), 0);
    const union = truth + guessed - hits;
    occurs.push(union > 0);
    return union > 0 ? hits / union : 0;
  });
  const counted = occurs.filter(Boolean).length;
  return { mean: perClass.reduce((sum, v) => sum + v, 0) / counted, perClass };
}
