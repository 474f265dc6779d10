import type { Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { uniform } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { checkSpan, pickFrames, spanOf } from './pickFrames.js';
import { CLIPS } from './shapes.js';
import { checkChoices } from './steps.js';
import type { Transform } from './transform.js';

/** Options of {@link temporalCrop}. */
export interface TemporalCropOptions {
  /** How many frames to keep, an integer >= 1. */
  readonly frames: number;
  /** Every n-th frame only, an integer >= 1. @defaultValue 1 */
  readonly stride?: number;
}

/** Parameters of {@link temporalCrop}. */
export interface TemporalCropParams {
  /** First frame that is kept, one per clip. */
  readonly start: number[];
}

/**
 * Cuts a window of fixed length out of every clip at a random time: frames `start`, `start + stride`, ..., all places
 * equally likely.
 *
 * @param options - Length and stride of the window.
 * @returns A transform of clips `[batch, frames, height, width, channels]`; it throws ShapeError for clips that are shorter
 * than the window.
 * @throws RangeError if an option is not an integer \>= 1.
 * @see Feichtenhofer et al., "SlowFast", arXiv:1812.03982, section 4: a random clip of T x stride frames.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { temporalCrop } from 'selfsup/transforms';
 * const crop = temporalCrop({ frames: 4, stride: 2 });
 * const clips = ones<Rank.R5>([2, 16, 8, 8, 3]);
 * console.log(crop(clips, 1).shape, crop.sample(clips.shape, 1)); // [2, 4, 8, 8, 3], { start: two numbers from 0 to 9 }
 * ```
 */
export function temporalCrop(options: TemporalCropOptions): Transform<TemporalCropParams, Tensor5D> {
  checkOptions('temporalCrop', options, ['frames', 'stride']);
  const where = 'temporalCrop';
  const { frames, stride = 1 } = options ?? {};
  checkIntegers(where, { frames: [frames, 1], stride: [stride, 1] });
  const places = (shape: readonly number[]): number => (shape[1] as number) - spanOf(frames, stride) + 1;
  return makeTransform<TemporalCropParams, Tensor5D>(where, {
    axes: CLIPS,
    sample: (shape, seed) => ({
      start: imageKeys(shape, seed).map((key) => Math.floor(uniform(key) * places(shape))),
    }),
    apply: (x, { start }) =>
      pickFrames(
        x,
        start.map((first) => ({ start: first, stride })),
        frames,
      ),
    outputShape: ([batch, , ...image]) => [batch as number, frames, ...image],
    check: (shape) => checkSpan(where, frames, stride, shape),
    checkParams: ({ start }, shape) => checkChoices(where, 'start', start, shape[0] as number, places(shape)),
  });
}
