import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { checkColumns, labelsOf, MOST_SCORES, nameClasses } from '../internal/classNames.js';
import { ShapeError } from '../internal/errors.js';
import { countClasses, type HostRows, type Labels, readLabels, readRows } from '../internal/hostRows.js';
import { nearest } from '../internal/nearest.js';

/** Options of {@link knnPredict}. */
export interface KnnPredictOptions {
  /** Neighbours that vote, an integer \>= 1; at most the rows of the bank are taken. @defaultValue 200 */
  readonly k?: number;
  /** Softens the votes exp(similarity / temperature), \> 0. @defaultValue 0.07 */
  readonly temperature?: number;
  /** Whether rows are scaled to length 1 first. @defaultValue true */
  readonly normalize?: boolean;
  /** Columns of the scores. @defaultValue largest label + 1 */
  readonly classes?: number;
  /** Queries compared at a time, an integer \>= 1. @defaultValue 512 */
  readonly chunk?: number;
}

/** Result of {@link knnPredict}. */
export interface KnnPrediction {
  /** Summed votes, float32 `[n, classes]`; what float32 cannot hold is its largest number. */
  readonly scores: Tensor2D;
  /** Class with the most votes, int32 `[n]`. */
  readonly predictions: Tensor1D;
}

/** Votes on the host. */
export interface Votes {
  readonly scores: Float32Array;
  readonly predictions: Int32Array;
  readonly k: number;
}

/**
 * Weighted k-nearest-neighbour vote: the k most similar rows of the bank vote for their class with weight
 * exp(similarity / temperature). Exact; beside the rows and the neighbours found, the backend holds less than 100 MiB at a
 * time whatever their number.
 *
 * @param queries - `[n, dim]`.
 * @param bank - `[rows, dim]`.
 * @param labels - Class of each row of the bank, integers \>= 0.
 * @param options - Neighbours, temperature.
 * @returns Votes and winners; the caller disposes both. Of classes with equal votes the one that is first in the bank
 * wins, of equally similar rows the first in the bank votes.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, where a feature is not finite, and where labels are so
 * large that the scores would take more than 256 MiB.
 * @see Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", arXiv:1805.01978,
 * section 3.4.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { knnPredict } from 'selfsup/probes';
 *
 * const bank = tensor2d([[1, 0], [0.9, 0.1], [0, 1]]);
 * const { scores, predictions } = await knnPredict(tensor2d([[1, 0.2]]), bank, [0, 0, 1], { k: 2 });
 * predictions.print(); // [0]
 * ```
 */
export async function knnPredict(
  queries: Data,
  bank: Data,
  labels: Labels,
  options: KnnPredictOptions = {},
): Promise<KnnPrediction> {
  checkKnn('knnPredict', checkOptions('knnPredict', options, ['k', 'temperature', 'normalize', 'classes', 'chunk']));
  const [queryRows, bankRows] = [
    await readRows('knnPredict', 'queries', queries),
    await readRows('knnPredict', 'bank', bank),
  ];
  const known = await readLabels('knnPredict', 'labels', labels, bankRows.rows);
  const classes = countClasses('knnPredict', options.classes, known);
  checkColumns('knnPredict', queryRows.rows * classes, MOST_SCORES, classes, options.classes);
  const { names, indices } = nameClasses('knnPredict', undefined, [known]);
  const count = names.length;
  const votes = await knnVote('knnPredict', queryRows, bankRows, indices[0] as Int32Array, count, options);
  const scores = new Float32Array(queryRows.rows * classes);
  for (let i = 0; i < votes.scores.length; i++) {
    scores[Math.floor(i / count) * classes + (names[i % count] as number)] = votes.scores[i] as number;
  }
  return {
    scores: tensor2d(scores, [queryRows.rows, classes], 'float32'),
    predictions: tensor1d(labelsOf(votes.predictions, names), 'int32'),
  };
}

/** Checks the options of the vote. */
export function checkKnn(where: string, { k = 200, temperature = 0.07, chunk = 1 }: KnnPredictOptions): void {
  checkIntegers(where, { k: [k, 1], chunk: [chunk, 1] });
  checkNumbers(where, { temperature: [temperature, Number.MIN_VALUE] });
}

/** The vote, on the host. */
export async function knnVote(
  where: string,
  queries: HostRows,
  bank: HostRows,
  labels: Int32Array,
  classes: number,
  { k = 200, temperature = 0.07, normalize = true, chunk }: KnnPredictOptions,
): Promise<Votes> {
  if (queries.dim !== bank.dim) {
    throw new ShapeError(`${where}: queries must have rows of ${bank.dim} numbers, got ${queries.dim}.`);
  }
  const found = await nearest(queries, bank, { k, metric: normalize ? 'cosine' : 'dot', chunk });
  const scores = new Float32Array(queries.rows * classes);
  const predictions = new Int32Array(queries.rows);
  const votes = new Float64Array(classes);
  for (let q = 0; q < queries.rows; q++) {
    votes.fill(0);
    const top = found.scores[q * found.k] as number;
    for (let i = q * found.k; i < (q + 1) * found.k; i++) {
      const weight = Math.exp(((found.scores[i] as number) - top) / temperature); // at most 1, however small temperature is
      (votes[labels[found.indices[i] as number] as number] as number) += weight;
    }
    let best = 0;
    for (let c = 0; c < classes; c++) {
      const vote = votes[c] as number;
      if (vote > (votes[best] as number)) best = c;
      scores[q * classes + c] = vote === 0 ? 0 : Math.min(3.4028234e38, Math.exp(Math.log(vote) + top / temperature));
    }
    predictions[q] = best;
  }
  return { scores, predictions, k: found.k };
}
