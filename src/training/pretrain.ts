import { dispose, type NamedTensorMap, type Optimizer, type Scalar, variableGrads } from '@tensorflow/tfjs-core';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { type BatchSource, batchesFrom, batchSize, disposeBatch, isAddressed } from './batchSource.js';
import { callAll, type TrainingCallbacks } from './callbacks.js';
import { checkGradients } from './checkGradients.js';
import type { Method } from './method.js';
import { checkOptimizerState } from './optimizerState.js';
import { loadRun, type RunState, saveRun } from './runState.js';

/** Where and how often {@link pretrain} keeps the state of the run. */
export interface CheckpointOptions {
  /** Where the state is kept; one that is there already is gone on from. */
  readonly store: CheckpointStore;
  /** Steps between two saves, >= 1. It is saved at the end and on abort in any case. @defaultValue 100 */
  readonly every?: number;
}

/** Options of {@link pretrain}. One of `steps`, `epochs` and `minutes` at least says when to stop. */
export interface PretrainOptions {
  /** Steps in all, those of an interrupted run included, >= 1. */
  readonly steps?: number;
  /** Passes over the data in all, >= 1. */
  readonly epochs?: number;
  /** Time after which no further step of this call is begun, in minutes, > 0. */
  readonly minutes?: number;
  /** Moves `method.variables`; any tfjs optimizer. It stays the caller's. Give Adam its epsilon explicitly. */
  readonly optimizer: Optimizer;
  /** Seed of views and masks: step k draws from `foldIn(seed, k)`. */
  readonly seed: Seed;
  /** Learning rate per step, set on the optimizer before each one. Without it the optimizer's own is used. */
  readonly learningRate?: Schedule;
  /** Called as tfjs-layers calls those of `fit`; logs hold `loss`, `size` and `step`. */
  readonly callbacks?: TrainingCallbacks | readonly TrainingCallbacks[];
  /** Stops after the step in progress, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Keeps the state of the run, and goes on from a kept one. */
  readonly checkpoint?: CheckpointOptions;
}

/** What {@link pretrain} did. Plain JSON. */
export interface History {
  /** Loss of each step, those of an interrupted run included. */
  readonly loss: number[];
  /** Steps done in all. */
  readonly steps: number;
  /** Seconds of training in all, without start and checkpoints of earlier calls. */
  readonly seconds: number;
  /** Samples per second of training, the caller's callbacks and checkpoints included. */
  readonly imagesPerSecond: number;
  /** `'finished'`, or `'aborted'` by the signal. */
  readonly stopped: 'finished' | 'aborted';
}

/**
 * Trains a method on batches: the loop around `prepare`, `loss`, the optimizer and `afterStep`, with callbacks, a stop
 * button, a guard against NaN and exact resume. A run that was interrupted and resumed from its checkpoint gives the same
 * weights, bit for bit, as one that was not.
 *
 * @param method - What is trained; it stays the caller's.
 * @param source - Batches, disposed after each step. Of an iterable, resume draws and drops the batches already seen.
 * @param options - When to stop, optimizer, seed, callbacks, checkpoint.
 * @returns Losses and speed.
 * @throws RangeError on bad options or a checkpoint of another seed; ShapeError on a checkpoint of another architecture;
 * Error when the loss or a gradient is not finite, before the weights are touched (the last checkpoint is kept).
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { SimCLR } from 'selfsup/methods';
 * import { smallConvNet } from 'selfsup/models';
 * import { batches, pretrain } from 'selfsup/training';
 * const images = { data: new Uint8Array(8 * 8 * 8 * 3).map((_, i) => (i * 37) % 256), shape: [8, 8, 8, 3] };
 * const method = new SimCLR({ encoder: smallConvNet({ inputShape: [8, 8, 3], channels: [4] }) });
 * const optimizer = train.adam(1e-3, 0.9, 0.999, 1e-8);
 * const history = await pretrain(method, batches(images, { size: 4 }, 1), { steps: 2, optimizer, seed: 1 });
 * console.log(history.loss);
 * ```
 */
export async function pretrain<Batch, Prepared>(
  method: Method<Batch, Prepared>,
  source: BatchSource<Batch>,
  options: PretrainOptions,
): Promise<History> {
  const { optimizer, seed, learningRate, signal, checkpoint } = options;
  const limit = stepLimit(source, options);
  const callbacks = [options.callbacks ?? []].flat() as TrainingCallbacks[];
  const run: RunState = { step: 0, loss: [], seconds: 0, images: 0 };
  if (checkpoint) {
    await checkOptimizerState(optimizer);
    await loadRun(checkpoint.store, { method, optimizer, seed, run });
  }
  const begun = performance.now();
  const before = run.seconds;
  const save = async (): Promise<void> => {
    if (checkpoint) await saveRun(checkpoint.store, { method, optimizer, seed, run });
  };
  await callAll(callbacks, 'onTrainBegin', {});
  let epoch = -1;
  let last: number | undefined;
  const late = (): boolean => options.minutes !== undefined && performance.now() - begun >= options.minutes * 60_000;
  const over = (): boolean => run.step >= limit.steps || signal?.aborted === true || late();
  if (!over()) {
    for await (const next of batchesFrom(source, run.step)) {
      try {
        if (next.epoch >= limit.epochs) break;
        if (next.epoch !== epoch) {
          if (epoch >= 0) await callAll(callbacks, 'onEpochEnd', epoch, { loss: last as number });
          epoch = next.epoch;
          await callAll(callbacks, 'onEpochBegin', epoch, {});
        }
        const { step } = run;
        const size = batchSize(next.batch);
        await callAll(callbacks, 'onBatchBegin', next.index, { size, step });
        if (learningRate !== undefined)
          setLearningRate(optimizer, valueAt('pretrain', 'learningRate', learningRate, step, 0));
        last = await trainStep(method, next.batch, { optimizer, key: foldIn(seed, step), step });
        run.loss.push(last);
        run.step += 1;
        run.images += size;
        run.seconds = before + (performance.now() - begun) / 1000;
        await callAll(callbacks, 'onBatchEnd', next.index, { loss: last, size, step });
      } finally {
        disposeBatch(next.batch);
      }
      if (over()) break;
      if (checkpoint && run.step % (checkpoint.every ?? 100) === 0) await save();
      // Timers, Ctrl-C and the page get their turn.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  if (epoch >= 0) await callAll(callbacks, 'onEpochEnd', epoch, { loss: last as number });
  await save();
  await callAll(callbacks, 'onTrainEnd', last === undefined ? {} : { loss: last });
  const imagesPerSecond = run.seconds > 0 ? run.images / run.seconds : 0;
  const stopped = signal?.aborted && run.step < limit.steps ? 'aborted' : 'finished';
  return { loss: run.loss, steps: run.step, seconds: run.seconds, imagesPerSecond, stopped };
}

/** Checks the options; a bound that is not given is infinite. */
function stepLimit(source: BatchSource<unknown>, options: PretrainOptions): { steps: number; epochs: number } {
  const { steps, epochs, minutes, checkpoint, seed } = options;
  randomKey(seed);
  if (steps === undefined && epochs === undefined && minutes === undefined) {
    throw new RangeError('pretrain: one of steps, epochs and minutes must be given, got none.');
  }
  if (steps !== undefined) checkIntegers('pretrain', { steps: [steps, 1] });
  if (epochs !== undefined) checkIntegers('pretrain', { epochs: [epochs, 1] });
  if (minutes !== undefined) checkNumbers('pretrain', { minutes: [minutes, Number.MIN_VALUE] });
  if (checkpoint?.every !== undefined) checkIntegers('pretrain', { 'checkpoint.every': [checkpoint.every, 1] });
  const all = isAddressed(source)
    ? (epochs ?? Number.POSITIVE_INFINITY) * source.stepsPerEpoch
    : Number.POSITIVE_INFINITY;
  return { steps: Math.min(steps ?? Number.POSITIVE_INFINITY, all), epochs: epochs ?? Number.POSITIVE_INFINITY };
}

/** One step; the loss. Nothing is left behind, whatever happens. */
async function trainStep<Batch, Prepared>(
  method: Method<Batch, Prepared>,
  batch: Batch,
  { optimizer, key, step }: { optimizer: Optimizer; key: Seed; step: number },
): Promise<number> {
  let prepared: Prepared | undefined;
  let result: { value: Scalar; grads: NamedTensorMap } | undefined;
  try {
    prepared = method.prepare(batch, key);
    const ready = prepared;
    result = variableGrads(() => method.loss(ready), method.variables);
    const loss = (await result.value.data())[0] as number;
    if (!Number.isFinite(loss)) {
      throw new Error(
        `pretrain: the loss is ${loss} at step ${step}: the data holds NaN, or the learning rate is too high.`,
      );
    }
    await checkGradients(result.grads, step);
    optimizer.applyGradients(result.grads);
    method.afterStep();
    return loss;
  } finally {
    disposeBatch(prepared);
    if (result) dispose([result.value, ...Object.values(result.grads)]);
  }
}

/** tfjs lets the rate be set on SGD by a method and on the others by a field that its types hide. */
function setLearningRate(optimizer: Optimizer, rate: number): void {
  const settable = optimizer as unknown as { learningRate: number; setLearningRate?: (rate: number) => void };
  if (settable.setLearningRate) settable.setLearningRate(rate);
  else settable.learningRate = rate;
}
