import { type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkData, sliceRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import { RangeError } from '../internal/errors.js';
import { readRows } from '../internal/hostRows.js';
import { toUnitImages } from '../internal/imageBatch.js';
import { foldIn, type Seed } from '../random/index.js';
import { accuracyInterval } from './bootstrap.js';
import { count } from './chooseStrength.js';
import { type Corruption, checkCorruption, corruptions, corruptWith } from './corrupt.js';
import { featuresOf } from './extractFeatures.js';
import { holdOut } from './holdOut.js';
import { linearClasses, linearFit } from './linearFit.js';
import { type ProbeData, type ProbeOptions, probeOptions, resolveProbe, splitArguments } from './probeData.js';
import {
  averaged,
  type CorruptedAccuracy,
  errorOf,
  type Grade,
  type RobustnessProbeResult,
} from './robustnessResult.js';

/** Options of {@link robustnessProbe}. */
export interface RobustnessProbeOptions extends ProbeOptions {
  /** Corruptions. @defaultValue all; without saturation where there are not 3 channels */
  readonly kinds?: readonly Corruption[];
  /** Severities, from 1 to 5. @defaultValue [1, 2, 3, 4, 5] */
  readonly severities?: readonly number[];
  /** Result of another encoder with the same kinds and severities, to which errors are compared. */
  readonly baseline?: RobustnessProbeResult;
  /** Inverse strengths of the L2 penalty, as in `linearProbe`. @defaultValue [1e-4, 1e-3, 1e-2, 0.1, 1, 10] */
  readonly C?: number | readonly number[];
  /** L-BFGS iterations at most, for each C, an integer \>= 1. @defaultValue 1000 */
  readonly maxIterations?: number;
}

/**
 * How well features hold up when images are spoilt: a linear probe is fitted to the training images as they are, then
 * judged on test images under graded corruptions (see `corrupt`). Nothing is trained on spoilt images.
 *
 * @param encoder - Makes the features.
 * @param data - Images float32 in [0, 1] or bytes `[n, height, width, channels]` and their classes.
 * @param seed - Draws the held-out part, the corruptions and the bootstrap.
 * @param options - Kinds, severities, a baseline, and how the encoder is run: over the test part once for each kind and
 * severity.
 * @returns Accuracies, and errors relative to the baseline.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Hendrycks and Dietterich, arXiv:1903.12261, section 4 (mCE); the corruptions here are others, so it is no
 * ImageNet-C number.
 * @example
 * ```ts
 * import { smallConvNet } from 'selfsup/models';
 * import { robustnessProbe } from 'selfsup/probes';
 *
 * const part = (n: number) => ({
 *   x: { data: new Uint8Array(n * 192).map((_, i) => (Math.floor(i / 192) % 2) * 120 + (i % 97)), shape: [n, 8, 8, 3] },
 *   labels: Array.from({ length: n }, (_, i) => i % 2),
 * });
 * const data = { train: part(20), test: part(10) };
 * const options = { kinds: ['gaussianNoise', 'jpeg'] as const, severities: [1, 5] };
 * const untrained = smallConvNet({ inputShape: [8, 8, 3], channels: [4], seed: 1 });
 * const baseline = await robustnessProbe(untrained, data, 1, options);
 * const encoder = smallConvNet({ inputShape: [8, 8, 3], channels: [8], seed: 2 });
 * const { clean, byKind, meanCorruptionError } = await robustnessProbe(encoder, data, 1, { ...options, baseline });
 * ```
 */
export async function robustnessProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options: RobustnessProbeOptions = {},
): Promise<RobustnessProbeResult> {
  const where = 'robustnessProbe';
  checkOptions(where, options, [...probeOptions, 'kinds', 'severities', 'baseline', 'C', 'maxIterations']);
  const { severities = [1, 2, 3, 4, 5], baseline, C = [1e-4, 1e-3, 1e-2, 0.1, 1, 10], maxIterations = 1000 } = options;
  const { batchSize = 256 } = options;
  splitArguments(where, [encoder, data, seed]);
  const { x } = data.test;
  checkData(where, 'data.test.x', x, 4);
  const channels = x.shape[3];
  const kinds = options.kinds ?? corruptions.filter((kind) => channels === 3 || kind !== 'saturation');
  const all = kinds.flatMap((kind) => severities.map((severity): Grade => ({ kind, severity })));
  for (const one of all) checkCorruption(where, x.shape, one);
  if (all.length === 0) throw new RangeError(`${where}: kinds and severities must not be empty.`);
  const grid = (typeof C === 'number' ? [C] : [...C]).sort((a, b) => a - b);
  for (const c of grid) checkNumbers(where, { C: [c, Number.MIN_VALUE] });
  if (grid.length === 0) throw new RangeError(`${where}: C must hold at least one number, got [].`);
  checkIntegers(where, { maxIterations: [maxIterations, 1], batchSize: [batchSize, 1] });
  const before = all.map((grade) => errorOf(baseline, grade));

  const { train, test, classes, names, seed: key } = await resolveProbe(where, [encoder, data, seed, options]);
  const split = holdOut(train.labels, grid.length > 1 ? 0.2 : 0, foldIn(key, 0));
  const fit = await linearFit(train, train.labels, split, grid, { tolerance: 1e-5, maxIterations });
  const score = (predictions: Int32Array, stream: number) => {
    const hits = count(predictions, test.labels);
    const interval = accuracyInterval(hits, test.rows, foldIn(foldIn(key, 1), stream));
    return { accuracy: hits / test.rows, interval, predictions: labelsOf(predictions, names) };
  };
  const clean = score(await linearClasses(test, fit), 0);
  const corrupted: CorruptedAccuracy[] = [];
  for (const [i, { kind, severity }] of all.entries()) {
    const predictions = new Int32Array(test.rows);
    for (let start = 0; start < test.rows; start += batchSize) {
      const end = Math.min(test.rows, start + batchSize);
      // The same draws at every severity: grades of one spoiling, not other ones.
      const keys = Array.from({ length: end - start }, (_, j) =>
        foldIn(foldIn(foldIn(key, 2), corruptions.indexOf(kind)), start + j),
      );
      const images = tidy(() =>
        corruptWith(toUnitImages(where, 'data.test.x', sliceRows<Tensor4D>(x, start, end)), keys, kind, severity),
      );
      const features = await featuresOf(where, encoder, images, options).finally(() => images.dispose());
      const rows = await readRows(where, `features under ${kind}`, features).finally(() => features.dispose());
      predictions.set(await linearClasses(rows, fit), start);
    }
    corrupted.push({ kind, severity, ...score(predictions, i + 1) });
  }
  const { byKind, accuracy, meanCorruptionError } = averaged(kinds, corrupted, baseline ? before : null);
  return {
    probe: 'robustness',
    clean: clean.accuracy,
    cleanInterval: clean.interval,
    cleanPredictions: clean.predictions,
    corrupted,
    byKind,
    accuracy,
    relativeAccuracy: clean.accuracy > 0 ? accuracy / clean.accuracy : 0,
    meanCorruptionError,
    classes,
    dim: train.dim,
    trainSamples: train.rows,
    testSamples: test.rows,
  };
}
