import { dispose, type NamedTensorMap, type Optimizer } from '@tensorflow/tfjs-core';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { setLearningRate } from '../internal/setLearningRate.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { type BatchSource, batchesFrom, batchSize, epochLength } from './batchSource.js';
import { callAll, type TrainingCallbacks, type TrainingLogs } from './callbacks.js';
import { checkGradients } from './checkGradients.js';
import { clipByGlobalNorm } from './clipByGlobalNorm.js';
import { GradientMean } from './gradientMean.js';
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
  /** Seed of views and masks: batch k draws from `foldIn(seed, k)`. */
  readonly seed: Seed;
  /** Learning rate per step, set on the optimizer before each one. Without it the optimizer's own is used. */
  readonly learningRate?: Schedule;
  /**
   * Batches of a step, an integer \>= 1: the gradient is the mean of theirs, and one batch at a time is in memory. For a
   * loss that is a mean over samples this is the gradient of the large batch. It is not for a contrastive loss, whose
   * negatives stay those of each small batch; `cachedGradients` gives that. Batch b draws from `foldIn(seed, b)`, and
   * batches that don't fill the last step are left out. @defaultValue 1
   */
  readonly accumulate?: number;
  /** Largest length of all gradients together, \> 0 (see `clipByGlobalNorm`). @defaultValue none */
  readonly clipNorm?: number;
  /** Called as tfjs-layers calls those of `fit`, tfjs-vis's `show.fitCallbacks` too; logs hold `loss`, `size`, `step`. */
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
 * @param source - Batches; see {@link BatchSource} for what is disposed and what a resumed run makes of each kind.
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
  const { optimizer, seed, accumulate = 1, clipNorm, learningRate, signal, checkpoint } = options;
  const limit = stepLimit(source, options);
  const callbacks = [options.callbacks ?? []].flat() as TrainingCallbacks[];
  const run: RunState = { step: 0, loss: [], seconds: 0, images: 0 };
  const whole = { method, optimizer, seed, accumulate, run };
  if (checkpoint) {
    await checkOptimizerState(optimizer);
    await loadRun(checkpoint.store, whole);
  }
  const begun = performance.now();
  const before = run.seconds;
  const save = async (): Promise<void> => {
    if (checkpoint) await saveRun(checkpoint.store, whole);
  };
  await callAll(callbacks, 'onTrainBegin', {});
  let [epoch, firstStep] = [-1, 0];
  const endEpoch = async (): Promise<void> => {
    if (epoch >= 0) await callAll(callbacks, 'onEpochEnd', epoch, meanLoss(run.loss.slice(firstStep)));
  };
  const late = (): boolean => options.minutes !== undefined && performance.now() - begun >= options.minutes * 60_000;
  const over = (): boolean => run.step >= limit.steps || signal?.aborted === true || late();
  const sum = new GradientMean(method);
  try {
    if (!over()) {
      for await (const next of batchesFrom(source, run.step * accumulate)) {
        try {
          if (next.epoch >= limit.epochs) break;
          const { step } = run;
          if (sum.batches === 0) {
            if (next.epoch !== epoch) {
              await endEpoch();
              [epoch, firstStep] = [next.epoch, step - Math.floor(next.index / accumulate)];
              await callAll(callbacks, 'onEpochBegin', epoch, {});
            }
            const size: TrainingLogs = accumulate === 1 ? { size: batchSize(next.batch) } : {};
            await callAll(callbacks, 'onBatchBegin', step - firstStep, { ...size, step });
          }
          await sum.add(next.batch, foldIn(seed, step * accumulate + sum.batches), step);
          if (sum.batches < accumulate) continue;
          if (learningRate !== undefined)
            setLearningRate(optimizer, valueAt('pretrain', 'learningRate', learningRate, step, 0));
          const { loss, size, grads } = sum.take();
          await move(optimizer, grads, clipNorm, step);
          method.afterStep();
          run.loss.push(loss);
          run.step += 1;
          run.images += size;
          run.seconds = before + (performance.now() - begun) / 1000;
          await callAll(callbacks, 'onBatchEnd', step - firstStep, { loss, size, step });
        } finally {
          next.release();
        }
        if (over()) break;
        if (checkpoint && run.step % (checkpoint.every ?? 100) === 0) await save();
        // Timers, Ctrl-C and the page get their turn.
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
  } finally {
    sum.dispose();
  }
  await endEpoch();
  await save();
  await callAll(callbacks, 'onTrainEnd', meanLoss(run.loss.slice(-1)));
  const imagesPerSecond = run.seconds > 0 ? run.images / run.seconds : 0;
  const stopped = signal?.aborted && run.step < limit.steps ? 'aborted' : 'finished';
  return { loss: run.loss, steps: run.step, seconds: run.seconds, imagesPerSecond, stopped };
}

/** Logs of an epoch as `fit` has them: the mean over its steps, where there was one. */
function meanLoss(losses: readonly number[]): TrainingLogs {
  return losses.length === 0 ? {} : { loss: losses.reduce((total, x) => total + x, 0) / losses.length };
}

/** Checks the options; a bound that is not given is infinite. */
function stepLimit(source: BatchSource<unknown>, options: PretrainOptions): { steps: number; epochs: number } {
  const { steps, epochs, minutes, checkpoint, seed, accumulate = 1, clipNorm } = options;
  randomKey(seed);
  if (steps === undefined && epochs === undefined && minutes === undefined) {
    throw new RangeError('pretrain: one of steps, epochs and minutes must be given, got none.');
  }
  if (steps !== undefined) checkIntegers('pretrain', { steps: [steps, 1] });
  if (epochs !== undefined) checkIntegers('pretrain', { epochs: [epochs, 1] });
  if (minutes !== undefined) checkNumbers('pretrain', { minutes: [minutes, Number.MIN_VALUE] });
  if (checkpoint?.every !== undefined) checkIntegers('pretrain', { 'checkpoint.every': [checkpoint.every, 1] });
  checkIntegers('pretrain', { accumulate: [accumulate, 1] });
  if (clipNorm !== undefined) checkNumbers('pretrain', { clipNorm: [clipNorm, Number.MIN_VALUE] });
  const all = (epochs ?? Number.POSITIVE_INFINITY) * (epochLength(source) ?? Number.POSITIVE_INFINITY);
  if (all > 0 && all < accumulate) {
    throw new RangeError(`pretrain: accumulate must be at most the batches of all epochs, ${all}, got ${accumulate}.`);
  }
  const most = all > 0 ? Math.floor(all / accumulate) : Number.POSITIVE_INFINITY;
  return { steps: Math.min(steps ?? Number.POSITIVE_INFINITY, most), epochs: epochs ?? Number.POSITIVE_INFINITY };
}

/** Moves the variables, unless a gradient is not finite, and frees the gradients. */
async function move(
  optimizer: Optimizer,
  grads: NamedTensorMap,
  clipNorm: number | undefined,
  step: number,
): Promise<void> {
  let clipped: NamedTensorMap = {};
  try {
    await checkGradients(grads, step);
    if (clipNorm !== undefined) clipped = clipByGlobalNorm(grads, clipNorm);
    optimizer.applyGradients(clipNorm === undefined ? grads : clipped);
  } finally {
    dispose([...Object.values(grads), ...Object.values(clipped)]);
  }
}
