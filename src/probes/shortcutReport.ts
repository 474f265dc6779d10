import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { checkData, type Data, takeRows } from '../internal/arrayData.js';
import { checkIntegers, checkNumbers, isTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { readLabels } from '../internal/hostRows.js';
import { foldIn, permutation, randomKey, type Seed } from '../random/index.js';
import { linearProbe } from './linearProbe.js';
import type { ProbePart } from './probeData.js';
import { readPictures, type Statistics, statisticsOf } from './shortcutStatistics.js';

/** What a pretext task gives: its inputs, one tensor or several, and a class for each sample. */
export interface ShortcutBatch {
  /** Tensors with the samples along the first axis. */
  readonly inputs: Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };
  /** Class of each sample, integers \>= 0. */
  readonly labels: Tensor;
}

/** A pretext task with class labels, such as `rotationTask`; what it gives is disposed. */
export type ShortcutTask<X extends Tensor = Tensor> = (x: X, seed: Seed) => ShortcutBatch | Promise<ShortcutBatch>;

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
}

/** How well labels are told from some statistics. */
export interface ShortcutAccuracy {
  /** Share of held-out samples. */
  readonly accuracy: number;
  /** Bootstrap interval of it, 95 %. */
  readonly interval: [number, number];
  /** Whether it is above chance beyond doubt: by 2.5 standard errors for as many samples as there are held-out images. */
  readonly leaks: boolean;
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
  /** Border pixels, and how sides go on in each other. */
  readonly borders: ShortcutAccuracy;
  /** Moments of channels, and their offsets. */
  readonly channels: ShortcutAccuracy;
  /** All of these. */
  readonly together: ShortcutAccuracy;
  /** Samples that the probe was fitted to. */
  readonly trainSamples: number;
  /** Samples that it was judged on, from other images. */
  readonly testSamples: number;
}

const GROUPS = ['patches', 'borders', 'channels'] as const;

/**
 * Can a pretext label be told from low-level statistics alone? A linear probe sees no picture, only means and variances of
 * patches, border pixels, and moments and offsets of channels. Where it beats chance, a network will find the same way
 * round the task and need not learn what is in the image: put in a gap, jitter, or per-tile normalisation.
 *
 * @param task - `(x, seed) => {inputs, labels}`.
 * @param data - What the task takes, the first axis counting the samples; bytes on the host become numbers in [0, 1].
 * @param seed - Draws the held-out images, what the task draws, and the bootstrap.
 * @param options - Patches, sizes.
 * @returns Accuracy for each group of statistics and for all, beside chance. Near chance says that these statistics and a
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
  const { grid = 3, holdOut = 0.3, batchSize = 64, C = [1e-3, 0.1, 10] } = options;
  checkIntegers(where, { grid: [grid, 1], batchSize: [batchSize, 1] });
  checkNumbers(where, { holdOut: [holdOut, 1e-6, 1 - 1e-6] });
  checkData(where, 'data', data);
  const n = data.shape[0] as number;
  const key = randomKey(seed);
  if (n < 2) throw new ShapeError(`${where}: data must have at least 2 samples, got ${n}.`);
  const held = Math.min(n - 1, Math.max(1, Math.round(holdOut * n)));
  const order = permutation(foldIn(key, 0), n);
  // By images: the turns of one image must not stand on both sides.
  const [test, train] = [
    await collect(task, data, order.slice(0, held), foldIn(key, 1), batchSize, grid),
    await collect(task, data, order.slice(held), foldIn(key, 2), batchSize, grid),
  ];
  const counts = new Map<number, number>();
  for (const label of test.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const chance = Math.max(...counts.values()) / test.labels.length;
  if (counts.size < 2) throw new RangeError(`${where}: labels must be of at least 2 classes, got ${counts.size}.`);
  const error = Math.sqrt((chance * (1 - chance)) / Math.min(held, test.labels.length));
  const judge = async (groups: readonly (keyof Statistics)[]): Promise<ShortcutAccuracy> => {
    const parts = { train: partOf(train, groups), test: partOf(test, groups) };
    const { accuracy, interval } = await linearProbe(parts, foldIn(key, 3), { C });
    return { accuracy, interval, leaks: accuracy > chance + 2.5 * error };
  };
  const found = {
    patches: await judge(['patches']),
    borders: await judge(['borders']),
    channels: await judge(['channels']),
    together: await judge(GROUPS),
  };
  const leaks = Object.values(found).some((group) => group.leaks);
  return {
    leaks,
    sentence: sentenceOf(found, chance, leaks),
    chance,
    ...found,
    trainSamples: train.labels.length,
    testSamples: test.labels.length,
  };
}

function sentenceOf(
  found: Pick<ShortcutReport, 'patches' | 'borders' | 'channels' | 'together'>,
  chance: number,
  leaks: boolean,
): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const { accuracy, interval } = found.together;
  const numbers = `${percent(accuracy)} (95 % interval ${percent(interval[0])} to ${percent(interval[1])}, chance ${percent(chance)})`;
  if (!leaks)
    return `No shortcut found: from low-level statistics a linear probe tells the label in ${numbers} of samples.`;
  const best = [...GROUPS].sort((a, b) => found[b].accuracy - found[a].accuracy)[0] as keyof Statistics;
  return `Shortcut: low-level statistics alone tell the label in ${numbers} of samples, ${best} most of all (${percent(found[best].accuracy)}).`;
}

/** Statistics and labels of samples. */
interface Collected {
  readonly rows: Statistics[];
  readonly labels: number[];
}

async function collect<X extends Tensor>(
  task: ShortcutTask<X>,
  data: Data,
  rows: Int32Array,
  seed: Seed,
  batchSize: number,
  grid: number,
): Promise<Collected> {
  const out: Collected = { rows: [], labels: [] };
  for (let start = 0; start < rows.length; start += batchSize) {
    const x = takeRows<X>(data, rows.subarray(start, start + batchSize));
    let batch: ShortcutBatch | undefined;
    try {
      batch = await task(x, foldIn(seed, start));
      const inputs = tensorsOf(batch);
      const pictures = [];
      for (const [i, input] of inputs.entries()) {
        pictures.push(await readPictures('shortcutReport', `inputs[${i}] of the task`, input));
      }
      const samples = pictures[0]?.samples as number;
      const wrong = pictures.find((p) => p.samples !== samples);
      if (wrong) {
        throw new ShapeError(
          `shortcutReport: inputs of the task must have ${samples} samples each, got ${wrong.samples}.`,
        );
      }
      out.labels.push(...(await readLabels('shortcutReport', 'labels of the task', batch.labels, samples)));
      for (let s = 0; s < samples; s++) out.rows.push(statisticsOf(pictures, s, grid));
    } finally {
      disposeAll([x, batch]);
    }
  }
  return out;
}

function tensorsOf(batch: ShortcutBatch): Tensor[] {
  const { inputs, labels } = batch ?? {};
  const list = isTensor(inputs) ? [inputs] : Object.values(inputs ?? {});
  if (list.length === 0 || !list.every(isTensor) || !isTensor(labels)) {
    throw new ShapeError(`shortcutReport: task must give {inputs, labels}, tensors, got ${show(batch)}.`);
  }
  return list;
}

/** Frees all tensors in what a task gave. */
function disposeAll(value: unknown): void {
  if (isTensor(value)) {
    if (!value.isDisposed) dispose(value);
  } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(disposeAll);
}

function partOf({ rows, labels }: Collected, groups: readonly (keyof Statistics)[]): ProbePart {
  const flat = rows.map((row) => groups.flatMap((group) => row[group]));
  const dim = flat[0]?.length as number;
  const data = new Float32Array(flat.length * dim);
  for (const [r, row] of flat.entries()) data.set(row, r * dim);
  return { x: { data, shape: [flat.length, dim] }, labels };
}
