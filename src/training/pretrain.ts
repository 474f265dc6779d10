import { dispose, type NamedTensorMap, type Optimizer } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers } from '../internal/checks.js';
import { checkSchedule, type Schedule, valueAt } from '../internal/schedule.js';
import { setLearningRate } from '../internal/setLearningRate.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { type BatchSource, batchesFrom, batchSize, checkSource } from './batchSource.js';
import { callAll, checkCallbacks, type TrainingCallbacks, type TrainingLogs } from './callbacks.js';
import { checkWeights } from './checkFinite.js';
import { checkGradients } from './checkGradients.js';
import { checkImageRange } from './checkImageRange.js';
import { checkMethod, checkOptimizer, checkSignal } from './checkRun.js';
import { clipByGlobalNorm } from './clipByGlobalNorm.js';
import { GradientMean } from './gradientMean.js';
import type { Method } from './method.js';
import { checkOptimizerState } from './optimizerState.js';
import { type CheckpointOptions, checkCheckpoint, RunKeeper } from './runKeeper.js';
import type { RunState } from './runState.js';
import { stepLimit } from './stepLimit.js';
import { warnOfMemory } from './warnOfMemory.js';

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
  /**
   * What float images may hold for a method that takes images: `'unit'` refuses a first batch that lies out of [0, 1], which
   * mostly holds bytes that were not divided by 255; `'any'` is for spectrograms, flow and standardized pixels, with an `augment`
   * for them. @defaultValue 'unit'
   */
  readonly range?: 'unit' | 'any';
  /** Largest length of all gradients together, \> 0 (see `clipByGlobalNorm`). @defaultValue none */
  readonly clipNorm?: number;
  /** Called as tfjs-layers calls those of `fit`, tfjs-vis's `show.fitCallbacks` too; logs hold `loss`, `size`, `step`. */
  readonly callbacks?: TrainingCallbacks | readonly TrainingCallbacks[];
  /** Stops after the step in progress, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Keeps the state of the run, and resumes a kept one. */
  readonly checkpoint?: CheckpointOptions;
}

/** What {@link pretrain} did. Plain JSON. */
export interface History {
  /** Loss of each step, those of an interrupted run included. */
  readonly loss: number[];
  /** Steps done in all. */
  readonly steps: number;
  /**
   * Step at which this call began: 0, or where the checkpoint stood. As much as `steps` where that was the end of the run
   * already, and nothing was trained.
   */
  readonly resumedFrom: number;
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
 * @throws RangeError on bad options, a first batch of float images that are not in [0, 1], a checkpoint of another seed or source, or one that makes no sense; ShapeError on a
 * checkpoint of another architecture or optimizer: then nothing has changed. Error when a batch, what the method prepared
 * of it, the loss or a gradient is not finite, before the weights are touched, and when a weight is not (looked at before
 * the first step, every 50 steps, at checkpoints and at the end); the last checkpoint is kept.
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
  const callbacks = checkArguments(method, source, options);
  const { optimizer, seed, accumulate = 1, range = 'unit', clipNorm, learningRate, signal, checkpoint } = options;
  const limit = stepLimit(source, options);
  const run: RunState = { step: 0, loss: [], seconds: 0, images: 0 };
  if (checkpoint) await checkOptimizerState(optimizer);
  const keeper = checkpoint && new RunKeeper<Batch>(checkpoint, { method, optimizer, seed, accumulate }, run);
  const begun = performance.now();
  const late = (): boolean => options.minutes !== undefined && performance.now() - begun >= options.minutes * 60_000;
  const over = (step = run.step): boolean => step >= limit.steps || signal?.aborted === true || late();
  const stream = keeper ? await keeper.open(source, over) : batchesFrom(source, 0);
  const resumedFrom = run.step;
  const before = run.seconds;
  let [epoch, firstStep] = [-1, 0];
  const endEpoch = async (): Promise<void> => {
    if (epoch >= 0) await callAll(callbacks, 'onEpochEnd', epoch, meanLoss(run.loss.slice(firstStep)));
  };
  const sum = new GradientMean(method);
  try {
    await callAll(callbacks, 'onTrainBegin', {});
    if (!over()) {
      await checkWeights(method, `before step ${run.step}`);
      for await (const next of stream) {
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
          const which = `step ${step} (epoch ${next.epoch}, batch ${next.index})`;
          if (step === resumedFrom && sum.batches === 0 && range === 'unit') {
            await checkImageRange(method, next.batch, which);
          }
          await sum.add(next.batch, foldIn(seed, step * accumulate + sum.batches), which);
          if (sum.batches < accumulate) continue;
          if (learningRate !== undefined)
            setLearningRate(optimizer, valueAt('pretrain', 'learningRate', learningRate, step, 0));
          const { loss, size, grads } = sum.take();
          await move(optimizer, grads, clipNorm, step);
          sum.finish();
          method.afterStep();
          if (step === resumedFrom) warnOfMemory(size / accumulate);
          run.loss.push(loss);
          run.step += 1;
          run.images += size;
          run.seconds = before + (performance.now() - begun) / 1000;
          await callAll(callbacks, 'onBatchEnd', step - firstStep, { loss, size, step });
        } finally {
          next.release();
        }
        if (over()) break;
        if (keeper?.due) await keeper.save();
        else if (run.step % CHECK_EVERY === 0) await checkWeights(method, `after step ${run.step - 1}`);
        // Timers, Ctrl-C and the page get their turn.
        await new Promise((resolve) => setTimeout(resolve));
        await callAll(callbacks, 'onYield', epoch, run.step - 1 - firstStep, { step: run.step - 1 });
      }
    }
  } finally {
    sum.dispose();
    await stream.return(undefined);
  }
  await endEpoch();
  if (keeper) await keeper.save();
  else if (run.step > resumedFrom) await checkWeights(method, `after step ${run.step - 1}`);
  await callAll(callbacks, 'onTrainEnd', meanLoss(run.loss.slice(-1)));
  const imagesPerSecond = run.seconds > 0 ? run.images / run.seconds : 0;
  const stopped = signal?.aborted && run.step < limit.steps ? 'aborted' : 'finished';
  return { loss: run.loss, steps: run.step, resumedFrom, seconds: run.seconds, imagesPerSecond, stopped };
}

/** Steps between two looks at all weights. */
const CHECK_EVERY = 50;

/** Logs of an epoch as `fit` has them: the mean over its steps, where there was one. */
function meanLoss(losses: readonly number[]): TrainingLogs {
  return losses.length === 0 ? {} : { loss: losses.reduce((total, x) => total + x, 0) / losses.length };
}

/** Checks all but what {@link stepLimit} does; the callbacks as a list. */
function checkArguments(method: unknown, source: unknown, options: PretrainOptions): readonly TrainingCallbacks[] {
  const {
    optimizer,
    seed,
    range = 'unit',
    clipNorm,
    learningRate,
    signal,
    checkpoint,
  } = checkOptions('pretrain', options, [
    'steps',
    'epochs',
    'minutes',
    'optimizer',
    'seed',
    'learningRate',
    'accumulate',
    'clipNorm',
    'callbacks',
    'signal',
    'checkpoint',
    'range',
  ]);
  checkMethod(method, checkpoint !== undefined);
  checkSource(source);
  checkOptimizer(optimizer);
  randomKey(seed);
  checkChoice('pretrain', 'range', range, ['unit', 'any']);
  if (clipNorm !== undefined) checkNumbers('pretrain', { clipNorm: [clipNorm, Number.MIN_VALUE] });
  if (learningRate !== undefined) checkSchedule('pretrain', 'learningRate', learningRate);
  checkSignal(signal);
  if (checkpoint !== undefined) checkCheckpoint(checkpoint);
  return checkCallbacks('pretrain', options.callbacks);
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
