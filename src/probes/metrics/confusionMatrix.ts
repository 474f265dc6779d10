import { checkOptions } from '../../internal/checkOptions.js';
import { checkColumns } from '../../internal/classNames.js';
import { countClasses, type Numbers } from '../../internal/hostRows.js';
import { readPair } from './accuracy.js';

/** Options of {@link confusionMatrix} and {@link meanIoU}. */
export interface ClassesOptions {
  /** Number of classes. @defaultValue largest entry + 1 */
  readonly classes?: number;
}

/** Cells of a matrix, and classes of a list, whose number is that of the largest label: 128 MiB as an array. */
const MOST_CELLS = 2 ** 24;

/**
 * Counts of every true class (row) and predicted class (column).
 *
 * @param predictions - Predicted classes, integers \>= 0, any shape (label maps too).
 * @param labels - True classes, as many.
 * @param options - Number of classes.
 * @returns `[classes][classes]` counts; a class that does not occur has a row of zeros.
 * @throws ShapeError if there are none or their numbers differ; RangeError on entries outside the classes, and where there are
 * more than 4096 up to the largest entry and `classes` is not given.
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
  checkOptions('confusionMatrix', options, ['classes']);
  const [guess, truth] = await readPair('confusionMatrix', predictions, labels);
  const classes = countClasses('confusionMatrix', options.classes, guess, truth);
  checkColumns('confusionMatrix', classes ** 2, MOST_CELLS, classes, options.classes);
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
 * @throws ShapeError if there are none or their numbers differ; RangeError on entries outside the classes, and where the
 * largest is 2^24 or more and `classes` is not given.
 * @example
 * ```ts
 * import { meanIoU } from 'selfsup/probes';
 * console.log(await meanIoU([[0, 1], [1, 1]], [[0, 0], [1, 1]])); // mean of 1/2 and 2/3
 * ```
 */
export async function meanIoU(predictions: Numbers, labels: Numbers, options: ClassesOptions = {}): Promise<MeanIoU> {
  checkOptions('meanIoU', options, ['classes']);
  const [guess, truth] = await readPair('meanIoU', predictions, labels);
  const classes = countClasses('meanIoU', options.classes, guess, truth);
  checkColumns('meanIoU', classes, MOST_CELLS, classes, options.classes);
  const [hits, union] = [new Map<number, number>(), new Map<number, number>()];
  const add = (counts: Map<number, number>, c: number): Map<number, number> => counts.set(c, (counts.get(c) ?? 0) + 1);
  for (let i = 0; i < guess.length; i++) {
    const [p, t] = [guess[i] as number, truth[i] as number];
    add(union, p);
    if (p === t) add(hits, p);
    else add(union, t);
  }
  const perClass = new Array<number>(classes).fill(0);
  for (const [c, pixels] of union) perClass[c] = (hits.get(c) ?? 0) / pixels;
  // In the order of occurrence, so that the sum does not depend on what classes are called.
  const mean = Array.from(union.keys(), (c) => perClass[c] as number).reduce((sum, v) => sum + v, 0) / union.size;
  return { mean, perClass };
}
