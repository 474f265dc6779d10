import { type Rank, reshape, type Tensor1D, type Tensor4D, type Tensor5D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkFloats, checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import type { Transform } from '../transforms/index.js';
import { CLIPS } from '../transforms/shapes.js';
import { checkTransforms } from '../transforms/steps.js';
import { takeImages } from '../transforms/takeImages.js';

/** What the tasks of clips that pick frames have in common. */
export interface PerFrameOptions {
  /**
   * A transform of images that every frame draws on its own, such as `randomCrop({ size })` against what drifts by a pixel
   * from frame to frame, or `randomChannelDrop({ drop: 2, p: 1 })` against colour. @defaultValue none
   */
  readonly perFrame?: Transform<unknown>;
}

/** Checks float32 clips `[batch, frames, height, width, channels]` with at least so many frames. */
export function checkClips(where: string, clips: Tensor5D, least = 1, why = ''): void {
  checkFloats(where, { clips: [clips, CLIPS] });
  if (!(clips.shape[1] >= least)) {
    throw new ShapeError(
      `${where}: clips must have at least ${least} frames${why}, got shape [${clips.shape.join(', ')}].`,
    );
  }
}

/**
 * Frames between neighbours of `steps + 1` frames: what was asked for, or as many as the clip allows, at most 15, half a
 * second of film.
 */
export function spacingOf(where: string, spacing: number | undefined, frames: number, steps: number): number {
  if (spacing !== undefined) checkIntegers(where, { spacing: [spacing, 1] });
  return spacing ?? Math.max(1, Math.min(15, Math.floor((frames - 1) / steps)));
}

/** What was drawn for one clip: frames by number in the order in which they are shown, and the label. */
export interface DrawnFrames {
  readonly order: readonly number[];
  readonly label: number;
}

/**
 * Frames of every clip by number, as many of each, `[batch, n, height, width, channels]`, with their labels. With a
 * transform, frame j of clip i draws as image n i + j of `seed`, so that the size of the batch does not matter.
 */
export function takeFrames(
  where: string,
  clips: Tensor5D,
  drawn: readonly DrawnFrames[],
  { perFrame }: PerFrameOptions,
  seed: Seed,
): { readonly inputs: Tensor5D; readonly labels: Tensor1D } {
  const [batch, frames, ...image] = clips.shape;
  const count = (drawn[0] as DrawnFrames).order.length;
  if (perFrame !== undefined) checkTransforms(where, [perFrame], 1);
  const params = perFrame?.sample([batch * count, ...image], seed); // before any tensor: it checks the shape
  return tidy(() => {
    const all: Tensor4D = reshape(clips, [batch * frames, ...image]);
    const numbers = drawn.flatMap(({ order }, i) => order.map((k) => i * frames + k));
    const taken = takeImages(all, numbers);
    const changed = perFrame === undefined ? taken : perFrame.apply(taken, params);
    const [, height, width, channels] = changed.shape;
    const labels = drawn.map(({ label }) => label);
    return {
      inputs: reshape<Rank.R5>(changed, [batch, count, height, width, channels]),
      labels: tensor1d(labels, 'int32'),
    };
  });
}
