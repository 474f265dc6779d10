import type { Tensor5D } from '@tensorflow/tfjs-core';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { takeImages } from '../transforms/takeImages.js';
import { checkClips } from './takeFrames.js';

/** Options of {@link frameInterpolationTask}. */
export interface FrameInterpolationOptions {
  /** Frames hidden between one seen frame and the next, an integer \>= 1. @defaultValue 1 */
  readonly hidden?: number;
}

/** What {@link frameInterpolationTask} returns; the caller disposes it. */
export type FrameInterpolationBatch = {
  /** Every (hidden + 1)-th frame from the first, float32 `[batch, seen, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** The frames between them, float32 `[batch, (seen - 1) * hidden, height, width, channels]`. */
  readonly targets: Tensor5D;
};

/**
 * Predicts the frames between those seen: of three frames the middle one, of five the second and the fourth. To fill it in, a
 * network must find which pixels of its neighbours belong together. Frames after the last one seen are left out; nothing is
 * drawn.
 *
 * Known shortcut: the mean of the two neighbours is a good guess where little moves. Compare the loss with the mean's, and
 * take clips with motion or fewer frames a second (`temporalStride`).
 *
 * @param clips - float32 `[batch, total, height, width, channels]`, at least `hidden + 2` frames.
 * @param options - How many frames are hidden in a row.
 * @returns Inputs and targets; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option.
 * @see Long et al., "Learning Image Matching by Simply Watching Video", ECCV 2016, arXiv:1603.06041.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { frameInterpolationTask } from 'selfsup/pretext';
 * const { inputs, targets } = frameInterpolationTask(randomUniform<Rank.R5>([2, 7, 6, 6, 3]));
 * console.log(inputs.shape, targets.shape); // [2, 4, 6, 6, 3], [2, 3, 6, 6, 3]
 * ```
 */
export function frameInterpolationTask(
  clips: Tensor5D,
  options: FrameInterpolationOptions = {},
): FrameInterpolationBatch {
  const where = 'frameInterpolationTask';
  const { hidden = 1 } = checkOptions('frameInterpolationTask', options, ['hidden']);
  checkIntegers(where, { hidden: [hidden, 1] });
  checkClips(where, clips, hidden + 2, ` (${hidden} hidden between two)`);
  const [batch, total, ...image] = clips.shape;
  const last = total - 1 - ((total - 1) % (hidden + 1));
  const numbers = Array.from({ length: last + 1 }, (_, t) => t);
  return tidy(() => {
    const rows = reshape(clips, [batch * total, ...image]);
    const take = (frames: readonly number[]): Tensor5D => {
      const all = Array.from({ length: batch }, (_, i) => frames.map((t) => i * total + t)).flat();
      return reshape(takeImages(rows, all), [batch, frames.length, ...image]);
    };
    return {
      inputs: take(numbers.filter((t) => t % (hidden + 1) === 0)),
      targets: take(numbers.filter((t) => t % (hidden + 1) !== 0)),
    };
  });
}
