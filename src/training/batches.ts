import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { type ArrayData, checkData, type Data, isTensorData, takeRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { dataFingerprint } from '../internal/fingerprint.js';
import { foldIn, permutation, randomKey, type Seed } from '../random/index.js';

/** Data sets whose rows belong together: images and their sound, say. */
export type NamedData = { readonly [name: string]: Data };

/** One tensor per name: of the same type where the data is a tensor. */
export type NamedBatch<D extends NamedData> = { [name in keyof D]: D[name] extends Tensor ? D[name] : Tensor };

/** Shuffled batches, addressable by step: batch k is the same whether the steps before it ran or not. */
export interface Batches<B> {
  /** Rows of a batch (the last one of an epoch may have fewer when `dropLast` is false). */
  readonly size: number;
  /** Batches of one pass over the data. */
  readonly stepsPerEpoch: number;
  /** The batch of a step, 0, 1, 2, ...; every epoch has its own order. The caller disposes it. */
  at(step: number): B;
  /**
   * What discriminates this source from another, in a line: sizes, seed, dtypes, shapes and a hash of the data's bytes (evenly
   * spaced ones where there are more than 64 MB, or 4 million elements of a tensor). `pretrain` keeps it in checkpoints.
   */
  readonly fingerprint?: () => Promise<string>;
}

/** Options of {@link batches}. */
export interface BatchesOptions {
  /** Rows of a batch, >= 1. */
  readonly size: number;
  /**
   * Whether the rows that don't fill a batch at the end of an epoch are left out (other ones each epoch).
   * @defaultValue true, as contrastive methods train
   */
  readonly dropLast?: boolean;
}

/**
 * Shuffled batches of a data set, each epoch in its own order. Nothing is kept but the data itself: step k is computed
 * from the seed and k, so that an interrupted run goes on exactly.
 *
 * @param data - Samples on the host or a tensor (first axis: samples), or an object of these with equally many samples.
 * Bytes become float32 in [0, 1]. It is read at each step and stays the caller's.
 * @param options - Batch size and what happens to the rest.
 * @param seed - Seed of the order.
 * @returns The batches; batch k is drawn by `at(k)` and then the caller's to dispose.
 * @throws ShapeError on empty data or unequal counts; RangeError if a full batch needs more samples than there are.
 * @example
 * ```ts
 * import { batches } from 'selfsup/training';
 * const images = { data: new Uint8Array(10 * 4 * 4 * 3), shape: [10, 4, 4, 3] };
 * const source = batches(images, { size: 4 }, 7);
 * const batch = source.at(0); // float32 [4, 4, 4, 3]
 * batch.dispose();
 * ```
 */
export function batches<T extends Tensor>(data: T, options: BatchesOptions, seed: Seed): Batches<T>;
export function batches<T extends Tensor = Tensor4D>(data: ArrayData, options: BatchesOptions, seed: Seed): Batches<T>;
export function batches<D extends NamedData>(data: D, options: BatchesOptions, seed: Seed): Batches<NamedBatch<D>>;
export function batches(data: Data | NamedData, options: BatchesOptions, seed: Seed): Batches<unknown> {
  const { size, dropLast = true } = checkOptions('batches', options, ['size', 'dropLast']);
  if (typeof dropLast !== 'boolean')
    throw new RangeError(`batches: dropLast must be a boolean, got ${show(dropLast)}.`);
  checkIntegers('batches', { size: [size, 1] });
  const key = randomKey(seed);
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data)) {
    const got = Array.isArray(data)
      ? `an array of ${data.length}`
      : ArrayBuffer.isView(data)
        ? data.constructor.name
        : show(data);
    throw new ShapeError(`batches: data must be a tensor, {data, shape} or an object of these, got ${got}.`);
  }
  const single = Array.isArray((data as Data).shape);
  const parts: [string, Data][] = single ? [['data', data as Data]] : Object.entries(data as NamedData);
  if (parts.length === 0) throw new ShapeError('batches: data must hold at least one data set, got an empty object.');
  for (const [name, part] of parts) {
    checkData('batches', name, part);
    if (isTensorData(part)) checkTensor('batches', name, part);
  }
  const [[firstName, first]] = parts as [[string, Data]];
  const count = first.shape[0] as number;
  for (const [name, part] of parts) {
    if (part.shape[0] !== count) {
      throw new ShapeError(
        `batches: ${name} must have as many samples as ${firstName} (${count}), got ${part.shape[0]}.`,
      );
    }
  }
  if (dropLast && size > count) {
    throw new RangeError(`batches: size must be at most the number of samples, ${count}, got ${size}.`);
  }
  const stepsPerEpoch = dropLast ? Math.floor(count / size) : Math.ceil(count / size);
  let [orderedEpoch, order] = [-1, new Int32Array(0)];
  return {
    size,
    stepsPerEpoch,
    at(step) {
      checkIntegers('batches.at', { step: [step, 0] });
      for (const [name, part] of parts) if (isTensorData(part)) checkTensor('batches.at', name, part);
      const epoch = Math.floor(step / stepsPerEpoch);
      if (epoch !== orderedEpoch)
        [orderedEpoch, order] = [epoch, permutation(foldIn(seed, epoch), count) as Int32Array<ArrayBuffer>];
      const start = (step % stepsPerEpoch) * size;
      const rows = order.subarray(start, Math.min(start + size, count));
      if (single) return takeRows(first, rows);
      return Object.fromEntries(parts.map(([name, part]) => [name, takeRows(part, rows)]));
    },
    async fingerprint() {
      const found = [`batches of ${size}`, `dropLast ${dropLast}`, `seed ${key.high}:${key.low}`];
      for (const [name, part] of parts) found.push(`${name} ${await dataFingerprint(part)}`);
      return found.join(', ');
    },
  };
}
