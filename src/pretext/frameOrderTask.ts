import type { Tensor1D, Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Seed, split, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';
import { motionOf } from './motion.js';
import { checkClips, type PerFrameOptions, spacingOf, takeFrames } from './takeFrames.js';
import { weightedIndex } from './weightedIndex.js';

const WHERE = 'frameOrderTask';

/** Options of {@link frameOrderTask}. */
export interface FrameOrderOptions extends PerFrameOptions {
  /**
   * Frames from b to c and from c to d, an integer \>= 1.
   * @defaultValue as many as the clip allows, at most 15; in the paper b and d are up to 60 frames apart
   */
  readonly spacing?: number;
  /** Frames from a to b and from d to e, an integer \>= 1. @defaultValue `spacing` */
  readonly gap?: number;
  /** Share of clips whose frames are out of order, in [0, 1]. @defaultValue 0.5 */
  readonly negatives?: number;
  /**
   * Where in a clip: `'uniform'`, anywhere; `'motion'`, a window by its share of the motion in the clip, which has to be
   * read, so that the result is a promise. @defaultValue 'uniform'
   */
  readonly sampling?: 'uniform' | 'motion';
  /**
   * With motion sampling, the least mean absolute difference of neighbouring frames in some window, \>= 0, in units of
   * brightness; a stiller clip is an error. @defaultValue 1e-3, a quarter of a grey level
   */
  readonly minMotion?: number;
}

/** What {@link frameOrderTask} returns; the caller disposes it. */
export type FrameOrderBatch = {
  /** Three frames of every clip, float32 `[batch, 3, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** 1 where they are in order, else 0, int32 `[batch]`. */
  readonly labels: Tensor1D;
};

/**
 * Shuffle and Learn: are three frames in the order of time? Of frames a, b, c, d, e in that order, b, c, d is labelled 1 and
 * b, a, d or b, e, d is labelled 0.
 *
 * Where the frames lie is drawn before the label is, so b and d tell nothing about it: a clip that fades or is black at one
 * end does not give the answer away. Clips without motion cannot be ordered, and teach the network noise: `sampling: 'motion'`
 * takes the frames where there is some, as the paper does by optical flow; here it is the mean absolute difference of
 * frames, which a moving camera, a cut and flicker raise too. Known shortcuts: a steady camera motion, which orders frames by
 * the place of the background, and colour that drifts; crops and colours drawn `perFrame` blunt both.
 *
 * @param clips - float32 `[batch, frames, height, width, channels]`, at least `2 spacing + gap + 1` frames.
 * @param seed - Seed or key; clip i draws from `foldIn` of the two halves of it, so the size of the batch does not matter.
 * @param options - Distances in frames, the share of negatives, where to sample, and what every frame draws.
 * @returns Inputs and labels; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option and, with motion sampling, for a clip that is
 * still.
 * @see Misra et al., "Shuffle and Learn: Unsupervised Learning using Temporal Order Verification", ECCV 2016,
 * arXiv:1603.08561, section 3. The authors' code reads lists of frames made beforehand.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { frameOrderTask } from 'selfsup/pretext';
 * const clips = randomUniform<Rank.R5>([4, 8, 6, 6, 3]);
 * const { inputs, labels } = frameOrderTask(clips, 1, { spacing: 2 });
 * console.log(inputs.shape, labels.shape); // [4, 3, 6, 6, 3], [4]
 * const moving = await frameOrderTask(clips, 1, { spacing: 2, sampling: 'motion' });
 * console.log(moving.inputs.shape); // the same
 * ```
 */
export function frameOrderTask(
  clips: Tensor5D,
  seed: Seed,
  options: FrameOrderOptions & { readonly sampling: 'motion' },
): Promise<FrameOrderBatch>;
/**
 * Without motion sampling, at once.
 *
 * @param options - Distances in frames, the share of negatives, and what every frame draws.
 */
export function frameOrderTask(
  clips: Tensor5D,
  seed: Seed,
  options?: FrameOrderOptions & { readonly sampling?: 'uniform' },
): FrameOrderBatch;
export function frameOrderTask(
  clips: Tensor5D,
  seed: Seed,
  options: FrameOrderOptions = {},
): FrameOrderBatch | Promise<FrameOrderBatch> {
  checkSeed('frameOrderTask', seed);
  checkOptions('frameOrderTask', options, ['spacing', 'gap', 'negatives', 'sampling', 'minMotion', 'perFrame']);
  if (options.sampling === 'motion') return movingFrames(clips, seed, options);
  const { places, finish } = plan(clips, seed, options);
  return finish((_, share) => Math.floor(share * places));
}

async function movingFrames(clips: Tensor5D, seed: Seed, options: FrameOrderOptions): Promise<FrameOrderBatch> {
  const { minMotion = 1e-3 } = options;
  checkNumbers(WHERE, { minMotion: [minMotion, 0] });
  const { span, finish } = plan(clips, seed, options);
  const windows = (await motionOf(clips)).map((steps, i) => windowMotion(steps, span, minMotion, i));
  return finish((i, share) => weightedIndex(windows[i] as readonly number[], share));
}

interface Plan {
  /** Frames from the first to the last of a window, which holds a, b, c, d or b, c, d, e. */
  readonly span: number;
  /** How many windows a clip holds. */
  readonly places: number;
  /** Draws the rest, given where the window of clip i starts for a number in [0, 1). */
  finish(placeOf: (i: number, share: number) => number): FrameOrderBatch;
}

function plan(clips: Tensor5D, seed: Seed, options: FrameOrderOptions): Plan {
  const { negatives = 0.5, sampling = 'uniform' } = options;
  checkClips(WHERE, clips);
  checkNumbers(WHERE, { negatives: [negatives, 0, 1] });
  checkChoice(WHERE, 'sampling', sampling, ['uniform', 'motion']);
  const total = clips.shape[1];
  if (options.gap !== undefined) checkIntegers(WHERE, { gap: [options.gap, 1] });
  const spacing =
    options.gap === undefined
      ? spacingOf(WHERE, options.spacing, total, 3)
      : spacingOf(WHERE, options.spacing, total - options.gap, 2);
  const { gap = spacing } = options;
  const span = 2 * spacing + gap;
  checkClips(WHERE, clips, span + 1, ` (2 * spacing ${spacing} + gap ${gap} + 1)`);
  const [draws, looks] = split(seed, 2) as [Seed, Seed];
  return {
    span,
    places: total - span,
    finish: (placeOf) => {
      const drawn = imageKeys(clips.shape, draws).map((key, i) => {
        const [share = 0, side = 0, chance = 0] = uniform(key, 3);
        const early = side < 0.5; // whether the window holds a, else e
        const b = placeOf(i, share) + (early ? gap : 0);
        const d = b + 2 * spacing;
        const ordered = chance >= negatives;
        return { order: [b, ordered ? b + spacing : early ? b - gap : d + gap, d], label: ordered ? 1 : 0 };
      });
      return takeFrames(WHERE, clips, drawn, options, looks);
    },
  };
}

/** Mean motion of every window of so many steps; throws where all are still. */
function windowMotion(steps: Float32Array, span: number, least: number, clip: number): number[] {
  const windows = Array.from({ length: steps.length - span + 1 }, (_, start) => {
    let sum = 0;
    for (let t = start; t < start + span; t++) sum += steps[t] as number;
    return sum / span;
  });
  const most = Math.max(...windows);
  if (!(most >= least) || most === 0) {
    throw new RangeError(
      `${WHERE}: clips must move by at least minMotion = ${least} from frame to frame, got ${most} at most in clip ${clip}.`,
    );
  }
  return windows;
}
