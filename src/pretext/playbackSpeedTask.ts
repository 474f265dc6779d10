import type { Tensor1D, Tensor5D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkSeed, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Seed, split, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';
import { spanOf } from '../transforms/pickFrames.js';
import { checkClips, type PerFrameOptions, takeFrames } from './takeFrames.js';

/** Options of {@link playbackSpeedTask}. */
export interface PlaybackSpeedOptions extends PerFrameOptions {
  /**
   * Speeds: speed n shows every n-th frame. Different integers \>= 1, at least two; their order is that of the labels.
   * @defaultValue [1, 2, 4], of which a clip must hold two frames; [1, 2] is SpeedNet's question
   */
  readonly speeds?: readonly number[];
  /** Frames that come out at every speed, an integer \>= 2. @defaultValue as many as the clip holds at the highest speed */
  readonly frames?: number;
}

/** What {@link playbackSpeedTask} returns; the caller disposes it. */
export type PlaybackSpeedBatch = {
  /** Clips at their speeds, float32 `[batch, frames, height, width, channels]`. */
  readonly inputs: Tensor5D;
  /** Which speed, an index into `speeds`, int32 `[batch]`. */
  readonly labels: Tensor1D;
};

/**
 * Playback speed: how fast does a clip play? Every n-th frame is shown from a random start, the same number of frames at every
 * speed. Slow motion is not among the classes: repeated or blended frames give it away without looking at what moves.
 *
 * Known shortcuts: the size of frame differences alone (fast clips differ more), motion blur, and compression, whose key
 * frames come at fixed steps. SpeedNet's defence is to resize clips at random, since scale changes how far things seem to
 * move: `clipTransform(randomResizedCrop(...))` on the result. A steady camera motion still tells; so do clips that were cut
 * to a fixed length for one speed only, which is why all speeds draw their start alike.
 *
 * @param clips - float32 `[batch, total, height, width, channels]`, at least `(frames - 1) * max(speeds) + 1` frames.
 * @param seed - Seed or key; clip i depends on it and i alone.
 * @param options - The speeds, the length, and what every frame draws.
 * @returns Inputs and labels; the caller disposes both.
 * @throws ShapeError for clips that are too short; RangeError on a bad option.
 * @see Benaim et al., "SpeedNet", CVPR 2020, arXiv:2004.06130, section 3; Wang et al., "Self-supervised Video Representation
 * Learning by Pace Prediction", ECCV 2020, arXiv:2008.05861.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { playbackSpeedTask } from 'selfsup/pretext';
 * const { inputs, labels } = playbackSpeedTask(randomUniform<Rank.R5>([4, 16, 6, 6, 3]), 1, { speeds: [1, 3] });
 * console.log(inputs.shape, labels.shape); // [4, 6, 6, 6, 3], [4]
 * ```
 */
export function playbackSpeedTask(clips: Tensor5D, seed: Seed, options: PlaybackSpeedOptions = {}): PlaybackSpeedBatch {
  checkSeed('playbackSpeedTask', seed);
  const where = 'playbackSpeedTask';
  const { speeds = [1, 2, 4] } = checkOptions('playbackSpeedTask', options, ['speeds', 'frames', 'perFrame']);
  if (!Array.isArray(speeds) || speeds.length < 2 || new Set(speeds).size !== speeds.length) {
    throw new RangeError(`${where}: speeds must be at least two different integers, got ${show(speeds)}.`);
  }
  for (const [i, speed] of speeds.entries()) checkIntegers(where, { [`speeds[${i}]`]: [speed, 1] });
  const fastest = Math.max(...speeds);
  checkClips(where, clips, fastest + 1, ` (2 at speed ${fastest})`);
  const total = clips.shape[1];
  const { frames = Math.floor((total - 1) / fastest) + 1 } = options;
  checkIntegers(where, { frames: [frames, 2] });
  checkClips(where, clips, spanOf(frames, fastest), ` (${frames} at speed ${fastest})`);
  const [draws, looks] = split(seed, 2) as [Seed, Seed];
  const drawn = imageKeys(clips.shape, draws).map((key) => {
    const [which = 0, share = 0] = uniform(key, 2);
    const label = Math.floor(which * speeds.length);
    const speed = speeds[label] as number;
    const start = Math.floor(share * (total - spanOf(frames, speed) + 1));
    return { label, order: Array.from({ length: frames }, (_, k) => start + k * speed) };
  });
  return takeFrames(where, clips, drawn, options, looks);
}
