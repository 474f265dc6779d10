import type { Tensor1D, Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkSeed } from '../internal/checks.js';
import { type Seed, split, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';
import { spanOf } from '../transforms/pickFrames.js';
import { checkClips, type PerFrameOptions, takeFrames } from './takeFrames.js';

/** Options of {@link arrowOfTimeTask}. */
export interface ArrowOfTimeOptions extends PerFrameOptions {
  /** Frames of a window at a random time, an integer \>= 2. @defaultValue as many as the clip holds at `stride` */
  readonly frames?: number;
  /** Every n-th frame only, an integer \>= 1. @defaultValue 1 */
  readonly stride?: number;
}

/** What {@link arrowOfTimeTask} returns; the caller disposes it. */
export type ArrowOfTimeBatch = {
  /** Clips, some of them backwards, float32 `[batch, frames, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** 0 forwards, 1 backwards, int32 `[batch]`. */
  readonly labels: Tensor1D;
};

/**
 * The arrow of time: does a clip play forwards or backwards? A fair coin turns each clip around.
 *
 * Known shortcuts, which the paper shows to answer most of the question on raw film: black bars whose compression noise has a
 * direction, the camera's own motion (operators zoom in more often than out), and the order of key frames in the compressed
 * stream. The paper cuts the bars off and stabilises the camera first; decode film at its original rate, crop the borders
 * (`clipTransform(randomResizedCrop(...))` draws once per clip), and leave out clips with cuts or fades.
 *
 * @param clips - float32 `[batch, total, height, width, channels]`, at least 2 frames at the stride.
 * @param seed - Seed or key; clip i depends on it and i alone.
 * @param options - Length and stride of the window, and what every frame draws.
 * @returns Inputs and labels; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option.
 * @see Wei et al., "Learning and Using the Arrow of Time", CVPR 2018 (no arXiv id), sections 3 and 4; it takes optical flow
 * as its input. Pickup et al., "Seeing the Arrow of Time", CVPR 2014.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { arrowOfTimeTask } from 'selfsup/pretext';
 * const { inputs, labels } = arrowOfTimeTask(randomUniform<Rank.R5>([4, 8, 6, 6, 3]), 1, { frames: 5 });
 * console.log(inputs.shape, labels.shape); // [4, 5, 6, 6, 3], [4]
 * ```
 */
export function arrowOfTimeTask(clips: Tensor5D, seed: Seed, options: ArrowOfTimeOptions = {}): ArrowOfTimeBatch {
  checkSeed('arrowOfTimeTask', seed);
  const where = 'arrowOfTimeTask';
  const { stride = 1 } = checkOptions('arrowOfTimeTask', options, ['frames', 'stride', 'perFrame']);
  checkIntegers(where, { stride: [stride, 1] });
  checkClips(where, clips, stride + 1, ` (2 at stride ${stride})`);
  const total = clips.shape[1];
  const { frames = Math.floor((total - 1) / stride) + 1 } = options;
  checkIntegers(where, { frames: [frames, 2] });
  const span = spanOf(frames, stride);
  checkClips(where, clips, span, ` (${frames} at stride ${stride})`);
  const [draws, looks] = split(seed, 2) as [Seed, Seed];
  const drawn = imageKeys(clips.shape, draws).map((key) => {
    const [share = 0, way = 0] = uniform(key, 2);
    const start = Math.floor(share * (total - span + 1));
    const order = Array.from({ length: frames }, (_, k) => start + k * stride);
    return way < 0.5 ? { label: 0, order } : { label: 1, order: order.reverse() };
  });
  return takeFrames(where, clips, drawn, options, looks);
}
