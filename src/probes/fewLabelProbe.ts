import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers } from '../internal/checks.js';
import { labelsOf } from '../internal/classNames.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, type Seed } from '../random/index.js';
import { meanOf } from './averages.js';
import { type FeatureProbe, featureProbe, featureProbes, pickPart } from './featureProbe.js';
import { labelledRows } from './labelledRows.js';
import {
  type ProbeArguments,
  type ProbeData,
  type ProbeOptions,
  probeOptions,
  resolveProbe,
  splitArguments,
} from './probeData.js';

/** Options of {@link fewLabelProbe}. */
export interface FewLabelProbeOptions extends ProbeOptions {
  /** Shares of the training labels, in (0, 1]; class by class, one of each at least. @defaultValue [0.01, 0.1, 1] */
  readonly fractions?: readonly number[];
  /** Random choices of the labelled samples, an integer \>= 1; all labels are probed once. @defaultValue 5 */
  readonly draws?: number;
  /** What is fitted to the labelled samples, with its defaults. @defaultValue 'linear' */
  readonly probe?: FeatureProbe;
}

/** Accuracy with a share of the labels. */
export interface FewLabelAccuracy {
  /** The share. */
  readonly fraction: number;
  /** Labelled samples. */
  readonly trainSamples: number;
  /** Mean accuracy over the draws. */
  readonly mean: number;
  /** 95 % interval of the mean, for other draws and other test samples. */
  readonly interval: [number, number];
  /** Accuracy of each draw. */
  readonly accuracies: number[];
  /** Predicted classes of the test samples, draw by draw. */
  readonly predictions: number[][];
}

/** Result of {@link fewLabelProbe}: plain JSON. */
export interface FewLabelProbeResult {
  /** Always `'fewLabel'`. */
  readonly probe: 'fewLabel';
  /** What was fitted. */
  readonly fitted: FeatureProbe;
  /** One entry for each share, in the order of `fractions`. */
  readonly results: FewLabelAccuracy[];
  /** Number of classes. */
  readonly classes: number;
  /** Numbers per sample. */
  readonly dim: number;
  /** Test samples. */
  readonly testSamples: number;
}

/** Quantile 0.975 of Student's t for 1, 2, ... degrees of freedom; the normal one beyond. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145];

/**
 * How far few labels go on frozen features: a probe is fitted to balanced random shares of the training part, several
 * times each, since with few labels it matters much which ones they are.
 *
 * @param data - Training and test part: features, or whatever should be judged as it is.
 * @param seed - Draws the labelled samples; what the probe draws comes from it too.
 * @param options - Shares, draws, and how an encoder is run.
 * @returns Mean accuracy of each share. Half of its interval's width is the root of the summed squares of t s / sqrt(draws),
 * s being the deviation over draws (0 for one draw, which is not its true value), and of 1.96 standard errors over test
 * samples.
 * @throws ShapeError, RangeError on wrong shapes, labels or options, and where a feature is not finite.
 * @see Chen et al., SimCLR, arXiv:2002.05709, section 6 (1 % and 10 % of the labels). `fineTuneProbe` with `fraction` is
 * the fine-tuned counterpart.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { fewLabelProbe } from 'selfsup/probes';
 *
 * const part = { x: tensor2d([[0, 1], [1, 3], [4, 0], [5, 1]]), labels: [0, 0, 1, 1] };
 * const { results } = await fewLabelProbe({ train: part, test: part }, 1, { fractions: [0.5, 1], probe: 'ridge' });
 * console.log(results.map(({ fraction, mean, interval }) => [fraction, mean, interval]));
 * ```
 */
export async function fewLabelProbe(
  data: ProbeData,
  seed: Seed,
  options?: FewLabelProbeOptions,
): Promise<FewLabelProbeResult>;
/**
 * The same of an encoder's features.
 *
 * @param encoder - Makes the features: `data` then holds its inputs, see `extractFeatures`.
 */
export async function fewLabelProbe(
  encoder: LayersModel,
  data: ProbeData,
  seed: Seed,
  options?: FewLabelProbeOptions,
): Promise<FewLabelProbeResult>;
export async function fewLabelProbe(...call: unknown[]): Promise<FewLabelProbeResult> {
  const args = call as unknown as ProbeArguments<FewLabelProbeOptions>;
  const given = splitArguments('fewLabelProbe', args).options;
  const {
    fractions = [0.01, 0.1, 1],
    draws = 5,
    probe = 'linear',
  } = checkOptions('fewLabelProbe', given, [...probeOptions, 'fractions', 'draws', 'probe']);
  if (fractions.length === 0) throw new RangeError('fewLabelProbe: fractions must hold at least one number, got [].');
  for (const one of fractions) checkNumbers('fewLabelProbe', { fractions: [one, Number.MIN_VALUE, 1] });
  checkIntegers('fewLabelProbe', { draws: [draws, 1] });
  checkChoice('fewLabelProbe', 'probe', probe, featureProbes);

  const { train, test, classes, names, seed } = await resolveProbe('fewLabelProbe', args);
  const results: FewLabelAccuracy[] = [];
  for (const fraction of fractions) {
    const predictions: number[][] = [];
    let trainSamples = 0;
    for (let draw = 0; draw < draws; draw++) {
      const rows = labelledRows(train.labels, fraction, foldIn(foldIn(seed, 0), draw));
      trainSamples = rows.length;
      const key = foldIn(foldIn(seed, 1), draw);
      const { predictions: classesOf } = await featureProbe(probe, pickPart(train, rows), test, names.length, key);
      predictions.push(classesOf);
      if (rows.length === train.rows) break;
    }
    const named = predictions.map((p) => labelsOf(p, names));
    results.push({ fraction, trainSamples, ...summary(predictions, test.labels), predictions: named });
  }
  return { probe: 'fewLabel', fitted: probe, results, classes, dim: train.dim, testSamples: test.rows };
}

function summary(
  predictions: number[][],
  labels: Int32Array,
): Pick<FewLabelAccuracy, 'mean' | 'interval' | 'accuracies'> {
  const draws = predictions.length;
  const right = Float64Array.from(labels, (label, i) => predictions.filter((p) => p[i] === label).length / draws);
  const accuracies = predictions.map((p) => p.filter((c, i) => c === labels[i]).length / labels.length);
  const mean = meanOf(accuracies);
  const square = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, values.length - 1);
  const between = ((STUDENT[draws - 2] ?? 1.96) ** 2 * square(accuracies)) / draws;
  const half = Math.sqrt(between + (1.96 ** 2 * square(right)) / labels.length);
  return { mean, interval: [Math.max(0, mean - half), Math.min(1, mean + half)], accuracies };
}
