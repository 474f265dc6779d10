import type { Tensor } from '@tensorflow/tfjs-core';
import { checkData, type Data } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, permutation, randomKey, type Seed } from '../random/index.js';
import { collectSamples, type ShortcutTask } from './shortcutSamples.js';
import type { ShortcutGroup } from './shortcutStatistics.js';
import { judgeGroups, type ShortcutAccuracy, verdictSentence } from './shortcutVerdict.js';

/** Options of {@link shortcutReport}. */
export interface ShortcutReportOptions {
  /** Patches along each side, an integer \>= 1. @defaultValue 3 */
  readonly grid?: number;
  /** Share of `data` that the probe is judged on, in (0, 1). @defaultValue 0.3 */
  readonly holdOut?: number;
  /** Samples of `data` that the task gets at a time, an integer \>= 1. @defaultValue 64 */
  readonly batchSize?: number;
  /** Inverse strengths of the probe's L2 penalty, see `linearProbe`. @defaultValue [1e-3, 0.1, 10] */
  readonly C?: number | readonly number[];
  /** Probability of a false alarm where nothing leaks, over all groups, in (0, 1). @defaultValue 0.05 */
  readonly alpha?: number;
}

/** Result of {@link shortcutReport}: plain JSON. */
export interface ShortcutReport {
  /** Whether any of the groups, or all together, leak. */
  readonly leaks: boolean;
  /** What the numbers mean, in one sentence. */
  readonly sentence: string;
  /** Share of the most frequent label among held-out samples: what a probe gets that knows nothing. */
  readonly chance: number;
  /** Means and variances of patches. */
  readonly patches: ShortcutAccuracy;
  /** Border pixels. */
  readonly borders: ShortcutAccuracy;
  /** How sides of the pictures of a sample go on in each other; null where it is one picture. */
  readonly continuity: ShortcutAccuracy | null;
  /** Moments of channels. */
  readonly channels: ShortcutAccuracy;
  /** How channels go together when one is shifted by a pixel; null where there is one channel. */
  readonly offsets: ShortcutAccuracy | null;
  /** All of these in one probe. */
  readonly together: ShortcutAccuracy;
  /** The group that tells most. */
  readonly best: ShortcutGroup;
  /** Probes that were fitted, `together` included. */
  readonly tests: number;
  /** Smallest p-value of them times their number, at most 1: the verdict is whether that is at most `alpha`. */
  readonly pValue: number;
  /** Samples that the probes were fitted to. */
  readonly trainSamples: number;
  /** Samples that they were judged on, from other images. */
  readonly testSamples: number;
}

/**
 * Can a pretext label be told from low-level statistics alone? Linear probes see no picture, only means and variances of
 * patches, border pixels, how sides go on in each other, and moments and offsets of channels. Where one beats chance, a network
 * will find the same way round the task and need not learn what is in the image: put in a gap, jitter, or per-tile normalisation.
 *
 * Every group has a probe of its own: four numbers that tell are lost among a thousand that don't. The task leaks if one of the
 * probes, or that of all together, is right more often than a guesser would be: by the binomial law, at `alpha` divided by the
 * number of probes (Bonferroni), so that a task without any leak is accused with probability `alpha` at most.
 *
 * @param task - `(x, seed) => {inputs, labels}`.
 * @param data - What the task takes, the first axis counting the samples; bytes on the host become numbers in [0, 1].
 * @param seed - Draws the held-out images, what the task draws, and the bootstrap.
 * @param options - Patches, sizes.
 * @returns Accuracy for each group of statistics and for all, beside chance, and the verdict. Near chance says that these statistics and a
 * linear probe find nothing, not that there is no shortcut. Some leak is in the nature of photos: skies are above.
 * @throws ShapeError, RangeError on wrong data, options, or tensors of the task.
 * @see Doersch et al., arXiv:1505.05192, section 4.1 ("trivial" solutions: borders, chromatic aberration); Noroozi and Favaro,
 * arXiv:1603.09246, section 4.2.
 * @example
 * ```ts
 * import { tensor1d, tidy, add, reshape } from '@tensorflow/tfjs-core';
 * import { integers } from 'selfsup/random';
 * import { shortcutReport } from 'selfsup/probes';
 *
 * const data = { data: new Uint8Array(40 * 64).map((_, i) => (i * i) % 251), shape: [40, 8, 8, 1] };
 * const report = await shortcutReport(
 *   (x, seed) => {
 *     const labels = integers(seed, x.shape[0], { max: 2 });
 *     return tidy(() => ({
 *       inputs: add(x, reshape(tensor1d(Array.from(labels, (c) => 0.3 * c)), [-1, 1, 1, 1])), // brightness tells
 *       labels: tensor1d(labels, 'int32'),
 *     }));
 *   },
 *   data,
 *   1,
 * );
 * console.log(report.leaks, report.sentence);
 * ```
 */
export async function shortcutReport<X extends Tensor>(
  task: ShortcutTask<X>,
  data: Data,
  seed: Seed,
  options: ShortcutReportOptions = {},
): Promise<ShortcutReport> {
  const where = 'shortcutReport';
  checkOptions(where, options, ['grid', 'holdOut', 'batchSize', 'C', 'alpha']);
  const { grid = 3, holdOut = 0.3, batchSize = 64, C = [1e-3, 0.1, 10], alpha = 0.05 } = options;
  checkIntegers(where, { grid: [grid, 1], batchSize: [batchSize, 1] });
  checkNumbers(where, { holdOut: [holdOut, 1e-6, 1 - 1e-6], alpha: [alpha, Number.MIN_VALUE, 1 - 1e-6] });
  checkData(where, 'data', data);
  const n = data.shape[0] as number;
  const key = randomKey(seed);
  if (n < 2) throw new ShapeError(`${where}: data must have at least 2 samples, got ${n}.`);
  const held = Math.min(n - 1, Math.max(1, Math.round(holdOut * n)));
  const order = permutation(foldIn(key, 0), n);
  // By images: the turns of one image must not stand on both sides.
  const sizes = { batchSize, grid };
  const test = await collectSamples(task, data, order.slice(0, held), foldIn(key, 1), sizes);
  const train = await collectSamples(task, data, order.slice(held), foldIn(key, 2), sizes);
  const counts = new Map<number, number>();
  for (const label of test.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const chance = Math.max(...counts.values()) / test.labels.length;
  if (counts.size < 2) throw new RangeError(`${where}: labels must be of at least 2 classes, got ${counts.size}.`);
  const independent = Math.min(held, test.labels.length);
  const { found, tests } = await judgeGroups({ train, test, chance, independent, alpha, C }, foldIn(key, 3));
  const of = (group: ShortcutGroup | 'together'): ShortcutAccuracy | null => found.get(group) ?? null;
  const single = [...found.keys()].filter((group) => group !== 'together');
  const best = single.reduce((a, b) => ((of(b)?.accuracy ?? 0) > (of(a)?.accuracy ?? 0) ? b : a));
  const leaks = [...found.values()].some((group) => group.leaks);
  return {
    leaks,
    sentence: verdictSentence(found, best, chance, leaks),
    chance,
    patches: of('patches') as ShortcutAccuracy,
    borders: of('borders') as ShortcutAccuracy,
    continuity: of('continuity'),
    channels: of('channels') as ShortcutAccuracy,
    offsets: of('offsets'),
    together: of('together') as ShortcutAccuracy,
    best,
    tests,
    pValue: Math.min(1, tests * Math.min(...Array.from(found.values(), ({ pValue }) => pValue))),
    trainSamples: train.labels.length,
    testSamples: test.labels.length,
  };
}
