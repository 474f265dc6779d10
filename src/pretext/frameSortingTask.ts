import type { Tensor1D, Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkSeed } from '../internal/checks.js';
import { type Seed, split, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';
import { spanOf } from '../transforms/pickFrames.js';
import { checkClips, type PerFrameOptions, spacingOf, takeFrames } from './takeFrames.js';

/** Options of {@link frameSortingTask}. */
export interface FrameSortingOptions extends PerFrameOptions {
  /** How many frames are shuffled, 3 to 6. @defaultValue 4, as in the paper: 12 classes */
  readonly frames?: number;
  /** Frames from one to the next before they are shuffled. @defaultValue as many as the clip allows, at most 15 */
  readonly spacing?: number;
}

/** What {@link frameSortingTask} returns; the caller disposes it. */
export type FrameSortingBatch = {
  /** Shuffled frames, float32 `[batch, frames, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** Order class, int32 `[batch]`, 0 to frames!/2 - 1: a row of {@link frameOrders}. */
  readonly labels: Tensor1D;
};

/**
 * The orders that {@link frameSortingTask} tells apart, in lexicographic order: of every order and its reverse the one that
 * starts with the earlier frame.
 *
 * @param frames - How many frames, 3 to 6.
 * @returns frames!/2 orders; number k of row c is which frame stands in place k in class c, or in its reverse.
 * @throws RangeError if `frames` is out of range.
 * @example
 * ```ts
 * import { frameOrders } from 'selfsup/pretext';
 * console.log(frameOrders(3)); // [0, 1, 2], [0, 2, 1], [1, 0, 2]
 * ```
 */
export function frameOrders(frames: number): number[][] {
  checkIntegers('frameOrders', { frames: [frames, 3, 6] });
  const grow = (order: readonly number[]): number[][] =>
    order.length === frames
      ? [[...order]]
      : Array.from({ length: frames }, (_, k) => k).flatMap((k) => (order.includes(k) ? [] : grow([...order, k])));
  return grow([]).filter((order) => (order[0] as number) < (order[frames - 1] as number));
}

/**
 * Sorts shuffled frames: which order are they in? An order and its reverse are one class, since much that moves looks right
 * backwards too. All orders are equally likely.
 *
 * Known shortcuts: a background that drifts with the camera sorts frames by place, and so do colours that fade. The paper's
 * defences are crops at a place of its own and one colour channel per frame: `perFrame: compose(randomCrop({ size }),
 * randomChannelDrop({ drop: 2, p: 1 }))`. It also picks moving windows; leave still clips out, or see what
 * {@link frameOrderTask} does with them.
 *
 * @param clips - float32 `[batch, total, height, width, channels]`, at least `(frames - 1) * spacing + 1` frames.
 * @param seed - Seed or key; clip i depends on it and i alone.
 * @param options - How many frames, how far apart, and what every frame draws.
 * @returns Inputs and labels; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option.
 * @see Lee et al., "Unsupervised Representation Learning by Sorting Sequences", ICCV 2017, arXiv:1708.01246, section 3.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { frameOrders, frameSortingTask } from 'selfsup/pretext';
 * const { inputs, labels } = frameSortingTask(randomUniform<Rank.R5>([4, 8, 6, 6, 3]), 1);
 * console.log(inputs.shape, labels.shape, frameOrders(4).length); // [4, 4, 6, 6, 3], [4], 12
 * ```
 */
export function frameSortingTask(clips: Tensor5D, seed: Seed, options: FrameSortingOptions = {}): FrameSortingBatch {
  checkSeed('frameSortingTask', seed);
  const where = 'frameSortingTask';
  const { frames = 4 } = checkOptions('frameSortingTask', options, ['frames', 'spacing', 'perFrame']);
  checkIntegers(where, { frames: [frames, 3, 6] });
  checkClips(where, clips);
  const spacing = spacingOf(where, options.spacing, clips.shape[1], frames - 1);
  const span = spanOf(frames, spacing);
  checkClips(where, clips, span, ` (${frames} at spacing ${spacing})`);
  const places = clips.shape[1] - span + 1;
  const [draws, looks] = split(seed, 2) as [Seed, Seed];
  const classes = frameOrders(frames);
  const drawn = imageKeys(clips.shape, draws).map((key) => {
    const [share = 0, which = 0, way = 0] = uniform(key, 3);
    const start = Math.floor(share * places);
    const label = Math.floor(which * classes.length);
    const order = (classes[label] as number[]).map((k) => start + k * spacing);
    return { label, order: way < 0.5 ? order : order.reverse() };
  });
  return takeFrames(where, clips, drawn, options, looks);
}
