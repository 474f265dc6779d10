import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { count, type Validation } from './chooseStrength.js';
import { holdOut } from './holdOut.js';
import { linearClasses, linearFit } from './linearFit.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';

/** Options of {@link linearProbe}. */
export interface LinearProbeOptions extends ProbeOptions {
  /**
   * Inverse strength of the L2 penalty as in scikit-learn, \> 0; of several the one with the best accuracy on the
   * held-out part is taken (of equal ones the one with the lower log loss).
   * @defaultValue [1e-4, 1e-3, 1e-2, 0.1, 1, 10]
   */
  readonly C?: number | readonly number[];
  /** Share of the training part, in (0, 1), held out to choose C, class by class. @defaultValue 0.2 */
  readonly holdOut?: number;
  /** Ends when no entry of the gradient of the mean loss is larger, \> 0. @defaultValue 1e-5 */
  readonly tolerance?: number;
  /** L-BFGS iterations at most, for each C, an integer \>= 1. @defaultValue 1000 */
  readonly maxIterations?: number;
}

/** Result of {@link linearProbe}: plain JSON. */
export interface LinearProbeResult {
  /** Always `'linear'`. */
  readonly probe: 'linear';
  /** Share of test samples that are classified right. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy, 95 %, over test samples. */
  readonly interval: [number, number];
  /** Predicted class of each test sample. */
  readonly predictions: number[];
  /** Share of training samples that are classified right. */
  readonly trainAccuracy: number;
  /** The inverse penalty that was chosen. */
  readonly C: number;
  /** Accuracy and log loss on the held-out part for each C tried; empty where there was no choice. */
  readonly validation: Validation[];
  /** Largest entry of the gradient at the end. */
  readonly gradientNorm: number;
  /** Whether `gradientNorm` reached the tolerance. */
  readonly converged: boolean;
  /** L-BFGS iterations of the last fit. */
  readonly iterations: number;
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
 * Linear probe: how well a softmax regression on frozen features tells the classes apart. Features are standardised with
 * the statistics of the training part; the L2-regularised log loss is minimised to convergence by L-BFGS (no step size,
 * no epochs), its strength chosen on a held-out part, then all training samples are used.
 *
 * @param data - Training and test part: features, or whatever should be judged as it is, such as pixels.
 * @param seed - Draws the held-out part and the bootstrap.
 * @param options - Strengths, limits, and how an encoder is run.
 * @returns Accuracy with its interval, predictions, and how the fit went.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Alain and Bengio, "Understanding intermediate layers using linear classifier probes", arXiv:1610.01644;
 * Radford et al., CLIP, arXiv:2103.00020, appendix A.3 (L-BFGS, strength by a held-out part).
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { linearProbe } from 'selfsup/probes';
 *
 * const train = { x: tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), labels: [0, 0, 1, 1] };
 * const test = { x: tensor2d([[0, 2], [4, 1]]), labels: [0, 1] };
 * const { accuracy, interval } = await linearProbe({ train, test }, 1);
 * ```
 */
export async function linearProbe(
  data: ProbeData,
  seed: Seed,
  options?: LinearProbeOptions,
): Promise<LinearProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function linearProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: LinearProbeOptions,
): Promise<LinearProbeResult>;
export async function linearProbe(...call: unknown[]): Promise<LinearProbeResult> {
  const args = call as unknown as ProbeArguments<LinearProbeOptions>;
  const given = splitArguments('linearProbe', args).options;
  const {
    C = [1e-4, 1e-3, 1e-2, 0.1, 1, 10],
    tolerance = 1e-5,
    ...rest
  } = checkOptions('linearProbe', given, [...probeOptions, 'C', 'tolerance', 'maxIterations', 'holdOut']);
  const { maxIterations = 1000, holdOut: share = 0.2 } = rest;
  const grid = (typeof C === 'number' ? [C] : [...C]).sort((a, b) => a - b);
  if (grid.length === 0) throw new RangeError('linearProbe: C must hold at least one number, got [].');
  for (const c of grid) checkNumbers('linearProbe', { C: [c, Number.MIN_VALUE] });
  checkNumbers('linearProbe', { tolerance: [tolerance, Number.MIN_VALUE], holdOut: [share, 1e-6, 1 - 1e-6] });
  checkIntegers('linearProbe', { maxIterations: [maxIterations, 1] });

  const { train, test, classes, names, seed } = await resolveProbe('linearProbe', args);
  const split = holdOut(train.labels, grid.length > 1 ? share : 0, foldIn(seed, 0));
  const found = await linearFit(train, train.labels, split, grid, { tolerance, maxIterations });
  const predictions = await linearClasses(test, found);
  const hits = count(predictions, test.labels);
  const { solution } = found;
  return {
    probe: 'linear',
    accuracy: hits / test.rows,
    interval: accuracyInterval(hits, test.rows, foldIn(seed, 1)),
    predictions: labelsOf(predictions, names),
    trainAccuracy: found.trainAccuracy,
    C: found.C,
    validation: found.validation,
    gradientNorm: solution.gradientNorm,
    converged: solution.gradientNorm <= tolerance,
    iterations: solution.iterations,
    classes,
    dim: train.dim,
    trainSamples: train.rows,
    testSamples: test.rows,
  };
}
