import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import { RangeError } from '../internal/errors.js';
import { type HostRows, rowParts } from '../internal/hostRows.js';
import { type RowProducts, rowProducts } from '../internal/rowProducts.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { count } from './chooseStrength.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';
import { leverages, type RidgeProblem, ridgeProblem, ridgeScores, ridgeWeights } from './ridgeSolution.js';
import { winners } from './solveLogistic.js';
import { columnScale, standardized } from './standardize.js';

/** Options of {@link ridgeProbe}. */
export interface RidgeProbeOptions extends ProbeOptions {
  /**
   * Strength of the L2 penalty, \>= 0; of several the one with the best leave-one-out accuracy is taken, of equal ones the
   * one with the smaller leave-one-out error.
   * @defaultValue [0.1, 1, 10, 100, 1e3, 1e4, 1e5]
   */
  readonly alpha?: number | readonly number[];
}

/** How a penalty did on samples left out one at a time. */
export interface LeaveOneOut {
  /** The penalty. */
  alpha: number;
  /** Share of samples that a fit without them classifies right. */
  accuracy: number;
  /** Mean squared error of their scores. */
  error: number;
}

/** Result of {@link ridgeProbe}: plain JSON. */
export interface RidgeProbeResult {
  /** Always `'ridge'`. */
  readonly probe: 'ridge';
  /** Share of test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
  /** Share of training samples that are classified right. */
  readonly trainAccuracy: number;
  /** The penalty that was chosen. */
  readonly alpha: number;
  /** How each penalty did on the training part. */
  readonly validation: LeaveOneOut[];
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Training samples. */
  readonly trainSamples: number;
  /** Test samples. */
  readonly testSamples: number;
}

/**
 * Ridge probe: a linear classifier on frozen features, fitted to +1 and -1 in closed form. Nothing iterates and nothing
 * has to converge; the strength is chosen by exact leave-one-out on the training part, which wastes no sample where there
 * are few. Features are standardised with the statistics of the training part.
 *
 * @param data - Training and test part: features, or whatever should be judged as it is, such as pixels.
 * @param seed - Draws the bootstrap.
 * @param options - Strengths, and how an encoder is run.
 * @returns Accuracy with its interval, and predictions.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", section 3.4.1, and 7.10 for leave-one-out.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { ridgeProbe } from 'selfsup/probes';
 *
 * const train = { x: tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), labels: [0, 0, 1, 1] };
 * const test = { x: tensor2d([[0, 2], [4, 1]]), labels: [0, 1] };
 * const { accuracy, alpha } = await ridgeProbe({ train, test }, 1);
 * ```
 */
export async function ridgeProbe(data: ProbeData, seed: Seed, options?: RidgeProbeOptions): Promise<RidgeProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function ridgeProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: RidgeProbeOptions,
): Promise<RidgeProbeResult>;
export async function ridgeProbe(...call: unknown[]): Promise<RidgeProbeResult> {
  const args = call as unknown as ProbeArguments<RidgeProbeOptions>;
  const given = splitArguments('ridgeProbe', args).options;
  const { alpha = [0.1, 1, 10, 100, 1e3, 1e4, 1e5] } = checkOptions('ridgeProbe', given, [...probeOptions, 'alpha']);
  const alphas = typeof alpha === 'number' ? [alpha] : [...alpha];
  if (alphas.length === 0) throw new RangeError('ridgeProbe: alpha must hold at least one number, got [].');
  for (const one of alphas) checkNumbers('ridgeProbe', { alpha: [one, 0] });

  const { train, test, classes, names, seed } = await resolveProbe('ridgeProbe', args);
  const scale = columnScale(train);
  const rows = standardized(train, scale);
  const problem = await ridgeProblem(rows, train.labels, names.length);
  const validation = alphas.length > 1 ? await leaveOneOut(rows, train.labels, problem, alphas) : [];
  const best = validation.reduce<LeaveOneOut | undefined>(
    (a, b) => (a && (a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.error <= b.error)) ? a : b),
    undefined,
  );
  const chosen = best?.alpha ?? (alphas[0] as number);
  const weights = ridgeWeights(problem, chosen);
  const classify = async (x: HostRows): Promise<Int32Array> => {
    const out = new Int32Array(x.rows);
    await inParts(x, async (part, start) => out.set(argMaxRows(await ridgeScores(part, weights), names.length), start));
    return out;
  };
  const predictions = await classify(standardized(test, scale));
  const hits = count(predictions, test.labels);
  return {
    probe: 'ridge',
    accuracy: hits / test.rows,
    interval: accuracyInterval(hits, test.rows, foldIn(seed, 0)),
    predictions: labelsOf(predictions, names),
    trainAccuracy: count(await classify(rows), train.labels) / train.rows,
    alpha: chosen,
    validation,
    classes,
    dim: train.dim,
    trainSamples: train.rows,
    testSamples: test.rows,
  };
}

/** Winners; `winners` takes one column for two classes. */
const argMaxRows = (scores: Float64Array, classes: number): Int32Array =>
  classes === 1 ? new Int32Array(scores.length) : winners(scores, classes);

/** Accuracy and error of each strength, every row judged by a fit without it. */
async function leaveOneOut(
  x: HostRows,
  labels: Int32Array,
  problem: RidgeProblem,
  alphas: readonly number[],
): Promise<LeaveOneOut[]> {
  const { classes } = problem;
  const fits = alphas.map((alpha) => ({ weights: ridgeWeights(problem, alpha), hits: 0, error: 0 }));
  await inParts(x, async (part, start) => {
    const shares = await leverages(part, problem, alphas);
    for (const [i, fit] of fits.entries()) {
      const scores = await ridgeScores(part, fit.weights);
      for (let at = 0; at < scores.length; at++) {
        const row = Math.floor(at / classes);
        const target = at % classes === labels[start + row] ? 1 : -1;
        // A row that its score hangs on alone says nothing once it is left out.
        const rest = 1 - ((shares[i] as Float64Array)[row] as number);
        const miss = rest > 1e-9 ? (target - (scores[at] as number)) / rest : target;
        scores[at] = target - miss;
        fit.error += miss ** 2;
      }
      fit.hits += count(argMaxRows(scores, classes), labels.subarray(start, start + part.rows));
    }
  });
  return fits.map(({ hits, error }, i) => ({
    alpha: alphas[i] as number,
    accuracy: hits / x.rows,
    error: error / (x.rows * classes),
  }));
}

/** Rows lent to the backend at a time. */
const PART = 4096;

async function inParts(x: HostRows, f: (part: RowProducts, start: number) => Promise<void>): Promise<void> {
  for (const { start, ...rows } of rowParts(x, PART)) {
    const part = rowProducts(rows);
    try {
      await f(part, start);
    } finally {
      part.dispose();
    }
  }
}
