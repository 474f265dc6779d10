import type { Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { uniform } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { rangePair } from './perImage.js';
import { checkSpan, pickFrames, spanOf } from './pickFrames.js';
import { CLIPS } from './shapes.js';
import { checkChoices } from './steps.js';
import type { Transform } from './transform.js';

/** Options of {@link temporalStride}. */
export interface TemporalStrideOptions {
  /** Takes every n-th frame: an integer \>= 1, or the range `[min, max]` (both drawn too) of n. */
  readonly stride: number | readonly [min: number, max: number];
  /** How many frames come out. @defaultValue as many as the clip holds at the largest stride */
  readonly frames?: number;
  /** The first frame taken: the clip's, or a random one from which the walk fits. @defaultValue 'first' */
  readonly start?: 'first' | 'random';
}

/** Parameters of {@link temporalStride}. */
export interface TemporalStrideParams {
  /** First frame taken, one per clip. */
  readonly start: number[];
  /** Distance between the frames taken, one per clip. */
  readonly stride: number[];
}

/**
 * Takes every n-th frame, n drawn clip by clip: the clip plays n times as fast.
 *
 * @param options - The stride or its range, how many frames come out, and where to start.
 * @returns A transform of clips `[batch, frames, height, width, channels]`; it throws ShapeError for clips that are too
 * short for the largest stride.
 * @throws RangeError if an option is out of range.
 * @see Benaim et al., "SpeedNet", arXiv:2004.06130, section 3; Yang et al., "Video Representation Learning with Visual
 * Tempo Consistency", arXiv:2006.15489.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { temporalStride } from 'selfsup/transforms';
 * const faster = temporalStride({ stride: [1, 3], frames: 4 });
 * const clips = ones<Rank.R5>([2, 16, 8, 8, 3]);
 * console.log(faster(clips, 1).shape, faster.sample(clips.shape, 1)); // [2, 4, 8, 8, 3], { start, stride }
 * ```
 */
export function temporalStride(options: TemporalStrideOptions): Transform<TemporalStrideParams, Tensor5D> {
  checkOptions('temporalStride', options, ['stride', 'frames', 'start']);
  const where = 'temporalStride';
  const { stride, frames, start = 'first' } = options ?? {};
  const [least, most] = rangePair(where, 'stride', typeof stride === 'number' ? [stride, stride] : stride, 1);
  checkIntegers(where, { 'stride[0]': [least, 1], 'stride[1]': [most, least] });
  if (frames !== undefined) checkIntegers(where, { frames: [frames, 1] });
  checkChoice(where, 'start', start, ['first', 'random']);
  const taken = (shape: readonly number[]): number => frames ?? Math.floor(((shape[1] as number) - 1) / most) + 1;
  const places = (shape: readonly number[], n: number): number => (shape[1] as number) - spanOf(taken(shape), n) + 1;
  return makeTransform<TemporalStrideParams, Tensor5D>(where, {
    axes: CLIPS,
    sample: (shape, seed) => {
      const draws = imageKeys(shape, seed).map((key) => {
        const [a = 0, b = 0] = uniform(key, 2);
        const n = least + Math.floor(a * (most - least + 1));
        return { n, first: start === 'first' ? 0 : Math.floor(b * places(shape, n)) };
      });
      return { start: draws.map(({ first }) => first), stride: draws.map(({ n }) => n) };
    },
    apply: (x, params) =>
      pickFrames(
        x,
        params.start.map((first, i) => ({ start: first, stride: params.stride[i] as number })),
        taken(x.shape),
      ),
    outputShape: (shape) => [shape[0] as number, taken(shape), ...shape.slice(2)],
    check: (shape) => checkSpan(where, taken(shape), most, shape),
    checkParams: (params, shape) => {
      checkChoices(where, 'start', params.start, shape[0] as number, shape[1] as number);
      checkChoices(where, 'stride', params.stride, shape[0] as number, Number.MAX_SAFE_INTEGER);
      for (const [i, n] of params.stride.entries()) {
        const room = places(shape, n);
        if (!(n >= 1) || !((params.start[i] as number) < room)) {
          throw new RangeError(
            `${where}: params must keep ${taken(shape)} frames inside the clip, got start ${params.start[i]} and stride ${n} for ${shape[1]} frames.`,
          );
        }
      }
    },
  });
}
