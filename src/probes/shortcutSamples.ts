import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { type Data, takeRows } from '../internal/arrayData.js';
import { isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { readLabels } from '../internal/hostRows.js';
import { isImageShape, toUnitImages } from '../internal/imageBatch.js';
import { foldIn, type Seed } from '../random/index.js';
import { readPictures } from './pictures.js';
import type { ProbePart } from './probeData.js';
import { type ShortcutGroup, type Statistics, statisticsOf } from './shortcutStatistics.js';

/** What a pretext task gives: its inputs, one tensor or several, and a class for each sample. */
export interface ShortcutBatch {
  /** Tensors with the samples along the first axis. */
  readonly inputs: Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };
  /** Class of each sample, integers \>= 0. */
  readonly labels: Tensor;
}

/** A pretext task with class labels, such as `rotationTask`; what it gives is disposed. */
export type ShortcutTask<X extends Tensor = Tensor> = (x: X, seed: Seed) => ShortcutBatch | Promise<ShortcutBatch>;

/** Statistics and labels of samples. */
export interface ShortcutSamples {
  readonly rows: Statistics[];
  readonly labels: number[];
}

/** Statistics of what a task makes of some rows of the data. */
export async function collectSamples<X extends Tensor>(
  task: ShortcutTask<X>,
  data: Data,
  rows: Int32Array,
  seed: Seed,
  { batchSize, grid }: { readonly batchSize: number; readonly grid: number },
): Promise<ShortcutSamples> {
  const out: ShortcutSamples = { rows: [], labels: [] };
  for (let start = 0; start < rows.length; start += batchSize) {
    const taken = takeRows<X>(data, rows.subarray(start, start + batchSize));
    const x = isImageShape(taken.shape) ? toUnitImages('shortcutReport', 'data', taken) : taken;
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
      disposeAll([taken, x, batch]);
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

/** Samples as a probe takes them, with the statistics of some groups only. */
export function probePart({ rows, labels }: ShortcutSamples, groups: readonly ShortcutGroup[]): ProbePart {
  const flat = rows.map((row) => groups.flatMap((group) => row[group]));
  const dim = flat[0]?.length as number;
  const data = new Float32Array(flat.length * dim);
  for (const [r, row] of flat.entries()) data.set(row, r * dim);
  return { x: { data, shape: [flat.length, dim] }, labels };
}
