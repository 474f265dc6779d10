import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose } from '@tensorflow/tfjs-core';
import { RangeError } from '../internal/errors.js';
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
 * Where batches come from: {@link Batches} (addressed by step), an iterable or async iterable of batches, a function that
 * starts a new one each epoch, or a tf.data dataset. An iterable that can be started once serves one epoch.
 */
export type BatchSource<B> =
  | Batches<B>
  | Iterable<B>
  | AsyncIterable<B>
  | (() => Iterable<B> | AsyncIterable<B>)
  | DatasetLike<B>;

/** The next batch, and whether it starts an epoch; null when there are no more. */
export interface NextBatch<B> {
  readonly batch: B;
  readonly epoch: number;
  readonly index: number;
}

type Pull<B> = () => Promise<IteratorResult<B>>;

async function startPass<B>(source: Exclude<BatchSource<B>, Batches<B>>): Promise<Pull<B>> {
  if (typeof source === 'object' && 'iterator' in source && typeof source.iterator === 'function') {
    const iterator = await source.iterator();
    return () => iterator.next();
  }
  const iterable = (typeof source === 'function' ? source() : source) as Iterable<B> | AsyncIterable<B>;
  const iterator = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  return async () => iterator.next();
}

/**
 * Batches from `start` on. Addressed ones are fetched directly; of others, the first `start` are drawn and disposed, so
 * that a resumed run sees the batches that it would have seen.
 */
export async function* batchesFrom<B>(source: BatchSource<B>, start: number): AsyncGenerator<NextBatch<B>> {
  if (isAddressed(source)) {
    for (let step = start; ; step++) {
      const { stepsPerEpoch } = source;
      yield { batch: source.at(step), epoch: Math.floor(step / stepsPerEpoch), index: step % stepsPerEpoch };
    }
  }
  const once = !(Array.isArray(source) || typeof source === 'function' || 'iterator' in (source as object));
  let skip = start;
  for (let epoch = 0; epoch === 0 || !once; epoch++) {
    const pull = await startPass(source as Exclude<BatchSource<B>, Batches<B>>);
    let index = 0;
    for (let result = await pull(); !result.done; result = await pull(), index++) {
      if (skip-- > 0) disposeBatch(result.value);
      else yield { batch: result.value, epoch, index };
    }
    if (index === 0)
      throw new RangeError(`pretrain: batches must give at least one batch per epoch, got none in epoch ${epoch}.`);
  }
}

/** True for batches addressed by step. */
export function isAddressed<B>(source: BatchSource<B>): source is Batches<B> {
  return typeof source === 'object' && 'at' in source && 'stepsPerEpoch' in source;
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
