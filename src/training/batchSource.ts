import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { checkIntegers, isTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import type { Batches } from './batches.js';

/** What has an asynchronous iterator with tf.data's convention: `tf.data.Dataset`. */
export interface DatasetLike<B> {
  /** A new pass over the data. */
  iterator(): Promise<DatasetIterator<B>>;
}

/** One pass over a dataset. */
export interface DatasetIterator<B> {
  /** The next batch. */
  next(): Promise<IteratorResult<B>>;
}

/**
 * Where batches come from, and what a resumed run makes of it (any may have a `fingerprint` as {@link Batches} do; where
 * there is none, a few batches are looked at, or the first one):
 *
 * - {@link Batches}: any batch at once, so a resumed run goes on exactly.
 * - An array of batches, over and over; exactly too. Its batches stay the caller's; all others are disposed after use.
 * - A function that starts a pass, or a tf.data dataset: each epoch is a new pass. A resumed run draws the batches that it
 *   has seen and drops them, which is exact if every pass number k is the same again.
 * - An iterable or async iterable: a new pass each epoch if it can be started again, as sets can; a generator can't, and
 *   ends the run when it ends. Resumed as above, from one that starts at the beginning; one that ends too early is an error.
 */
export type BatchSource<B> =
  | Batches<B>
  | readonly B[]
  | Iterable<B>
  | AsyncIterable<B>
  | (() => Iterable<B> | AsyncIterable<B>)
  | DatasetLike<B>;

/** The next batch, its epoch and its place in it. */
export interface NextBatch<B> {
  readonly batch: B;
  readonly epoch: number;
  readonly index: number;
  /** Frees the batch, unless it is the caller's. */
  readonly release: () => void;
}

/** One pass over the data. */
interface Pass<B> {
  readonly next: () => Promise<IteratorResult<B>>;
  /** Tells a source that is left early, so that its `finally` runs. */
  readonly close: () => Promise<unknown>;
  /** Whether another pass may have nothing to give, and that is the end. */
  readonly mayEnd: boolean;
  /** Whether there is no other pass. */
  readonly once: boolean;
}

type Passes<B> = Exclude<BatchSource<B>, Batches<B> | readonly B[]>;

async function startPass<B>(source: Passes<B>): Promise<Pass<B>> {
  if (typeof source === 'object' && 'iterator' in source && typeof source.iterator === 'function') {
    const iterator = await source.iterator();
    return { next: () => iterator.next(), close: async () => undefined, mayEnd: false, once: false };
  }
  const isFunction = typeof source === 'function';
  const iterable = (isFunction ? source() : source) as Iterable<B> | AsyncIterable<B>;
  const iterator = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    close: async () => iterator.return?.(),
    mayEnd: !isFunction,
    once: !isFunction && (iterator as unknown) === iterable,
  };
}

/**
 * Batches from `start` on. Those of which any can be had are fetched directly; of others, the first `start` are drawn and
 * disposed, so that a resumed run sees the batches that it would have seen.
 *
 * @param first - Shown the very first batch of a source that is drawn in order, also where it is skipped.
 */
export async function* batchesFrom<B>(
  source: BatchSource<B>,
  start: number,
  first: (batch: B) => Promise<void> = async () => undefined,
): AsyncGenerator<NextBatch<B>> {
  const length = epochLength(source);
  if (length !== undefined) {
    if (length === 0) throw noBatches(0);
    for (let at = start; ; at++) {
      const place = { epoch: Math.floor(at / length), index: at % length };
      if (isAddressed(source)) {
        const batch = source.at(at);
        yield { batch, ...place, release: () => disposeBatch(batch) };
      } else yield { batch: (source as readonly B[])[at % length] as B, ...place, release: () => undefined };
    }
  }
  let skip = start;
  for (let epoch = 0; ; epoch++) {
    const pass = await startPass(source as Passes<B>);
    let [index, ended] = [0, false];
    try {
      for (let result = await pass.next(); !result.done; result = await pass.next(), index++) {
        const { value: batch } = result;
        if (epoch === 0 && index === 0) await shown(first, batch);
        if (skip > 0) {
          skip -= 1;
          disposeBatch(batch);
        } else yield { batch, epoch, index, release: () => disposeBatch(batch) };
      }
      ended = true;
    } finally {
      if (!ended) await pass.close();
    }
    if (index === 0 && !(pass.mayEnd && epoch > 0)) throw noBatches(epoch);
    if (index === 0 || pass.once) break;
  }
  if (skip > 0) {
    throw new RangeError(
      `pretrain: batches must reach to where the checkpoint stands, ${start} batches, got ${start - skip}; a function that starts a new pass may be called again.`,
    );
  }
}

async function shown<B>(first: (batch: B) => Promise<void>, batch: B): Promise<void> {
  try {
    await first(batch);
  } catch (error) {
    disposeBatch(batch);
    throw error;
  }
}

/** Throws for what is no source of batches; a tensor, an array of numbers and a text are iterable, or look like one. */
export function checkSource(source: unknown): void {
  const wanted =
    'source must be batches(data, { size }, seed), an array of batches, an iterable, a function or a dataset';
  if (typeof source === 'function') return;
  if (typeof source === 'object' && source !== null && !isTensor(source) && !ArrayBuffer.isView(source)) {
    if (isAddressed(source as BatchSource<unknown>)) {
      checkIntegers('pretrain', { 'source.stepsPerEpoch': [(source as Batches<unknown>).stepsPerEpoch, 0] });
      return;
    }
    if (Array.isArray(source)) {
      if (typeof source[0] !== 'number') return;
      throw new ShapeError(`pretrain: ${wanted}, got an array of numbers.`);
    }
    if (Symbol.asyncIterator in source || Symbol.iterator in source) return;
    if ('iterator' in source && typeof source.iterator === 'function') return;
  }
  const isData = typeof source === 'object' && source !== null && 'shape' in source;
  throw new ShapeError(
    `pretrain: ${wanted}, got ${isData && !isTensor(source) ? 'data, not batches of it' : show(source)}.`,
  );
}

function noBatches(epoch: number): RangeError {
  return new RangeError(`pretrain: batches must give at least one batch per epoch, got none in epoch ${epoch}.`);
}

/** Batches of an epoch, where that is known beforehand. */
export function epochLength(source: BatchSource<unknown>): number | undefined {
  if (isAddressed(source)) return source.stepsPerEpoch;
  return Array.isArray(source) ? source.length : undefined;
}

/** True for batches addressed by step. */
export function isAddressed<B>(source: BatchSource<B>): source is Batches<B> {
  return typeof source === 'object' && 'at' in source && typeof source.at === 'function' && 'stepsPerEpoch' in source;
}

/** Frees the tensors of a batch. */
export function disposeBatch(batch: unknown): void {
  dispose(batch as Tensor);
}

/** Samples of a batch: the first axis of its first tensor. */
export function batchSize(batch: unknown): number {
  if (typeof batch !== 'object' || batch === null) return 0;
  if ('shape' in batch && Array.isArray(batch.shape)) return (batch.shape[0] as number | undefined) ?? 0;
  for (const value of Object.values(batch)) {
    const size = batchSize(value);
    if (size > 0) return size;
  }
  return 0;
}
