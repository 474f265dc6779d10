import { type Rank, reshape, slice, type Tensor5D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { checkClips } from './takeFrames.js';

/** Options of {@link framePredictionTask}. */
export interface FramePredictionOptions {
  /** How many frames are seen, an integer \>= 1. @defaultValue all but the last */
  readonly context?: number;
  /** How many frames after them are to be predicted, an integer \>= 1. @defaultValue all that follow */
  readonly horizon?: number;
}

/** What {@link framePredictionTask} returns; the caller disposes it. */
export type FramePredictionBatch = {
  /** The frames seen, float32 `[batch, context, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** The frames after them, float32 `[batch, horizon, height, width, channels]`. */
  readonly targets: Tensor5D;
};

/**
 * Predicts the frames that follow: the first `context` frames of a clip and those after them. Nothing is drawn; for a random
 * window put `temporalCrop` before it.
 *
 * Known shortcut: a copy of the last frame seen is a good guess where little moves, and a blurred one is better by squared
 * error. Compare the loss with that copy's, and take clips with motion or fewer frames a second (`temporalStride`).
 *
 * @param clips - float32 `[batch, total, height, width, channels]`, at least 2 frames.
 * @param options - How many frames are seen and predicted.
 * @returns Inputs and targets; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option.
 * @see Mathieu et al., "Deep multi-scale video prediction beyond mean square error", ICLR 2016, arXiv:1511.05440; Lotter et
 * al., "Deep Predictive Coding Networks" (PredNet), ICLR 2017, arXiv:1605.08104.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { framePredictionTask } from 'selfsup/pretext';
 * const { inputs, targets } = framePredictionTask(randomUniform<Rank.R5>([2, 8, 6, 6, 3]), { context: 4 });
 * console.log(inputs.shape, targets.shape); // [2, 4, 6, 6, 3] twice
 * ```
 */
export function framePredictionTask(clips: Tensor5D, options: FramePredictionOptions = {}): FramePredictionBatch {
  const where = 'framePredictionTask';
  checkClips(where, clips, 2);
  const [batch, total, ...image] = clips.shape;
  const { context = total - 1 } = checkOptions('framePredictionTask', options, ['context', 'horizon']);
  checkIntegers(where, { context: [context, 1] });
  const { horizon = Math.max(1, total - context) } = options;
  checkIntegers(where, { horizon: [horizon, 1] });
  checkClips(where, clips, context + horizon, ` (context ${context} + horizon ${horizon})`);
  const size = clips.size / (batch * total);
  return tidy(() => {
    const rows = reshape<Rank.R3>(clips, [batch, total, size]); // slices of rank 5 are slow on WASM
    const take = (first: number, frames: number): Tensor5D =>
      reshape(slice(rows, [0, first, 0], [batch, frames, size]), [batch, frames, ...image]);
    return { inputs: take(0, context), targets: take(context, horizon) };
  });
}
