import { type Rank, reshape, type Tensor1D, type Tensor4D, type Tensor5D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import { CLIPS, IMAGES } from '../transforms/shapes.js';
import { takeImages } from '../transforms/takeImages.js';
import { checkPairs, drawPairs, type NegativeSource } from './pairing.js';

/** Options of {@link flowCorrespondenceTask}. */
export interface FlowCorrespondenceOptions {
  /**
   * What a mismatched flow is: `'moment'`, one of the same clip at another time; `'clip'`, one of another entry of the batch,
   * which depends on the batch; `'both'`, either by a coin. @defaultValue 'moment' for clips, 'clip' for single frames
   */
  readonly negatives?: NegativeSource;
  /** Least distance of the moments of a mismatched pair in frames, an integer \>= 1. @defaultValue a quarter of the clip */
  readonly minShift?: number;
  /** Share of mismatched pairs, in [0, 1]. @defaultValue 0.5 */
  readonly mismatched?: number;
}

/** What {@link flowCorrespondenceTask} returns; the caller disposes all of it. */
export type FlowCorrespondenceBatch = {
  /** What is seen and how it moves. */
  readonly inputs: {
    /** A frame of every clip, float32 `[batch, height, width, channels]`. */
    readonly frames: Tensor4D;
    /** A flow field, float32 `[batch, height, width, 2]`. */
    readonly flow: Tensor4D;
  };
  /** 1 where the flow starts at that frame, else 0, int32 `[batch]`. */
  readonly labels: Tensor1D;
};

/**
 * Flow correspondence: does a flow field belong to a frame? The network finds out what can move, and how it looks.
 *
 * Known shortcuts: the edges of objects stand out in both, so that matching contours is enough between clips (of one shot,
 * `negatives: 'moment'` with a small shift makes it look closer); a mean flow by a moving camera, which tells clips apart, and is worth
 * taking out first (subtract the median); borders where the flow is unknown or zero. Moments are drawn so that they
 * are distributed alike under both labels.
 *
 * @param frames - Clips, float32 `[batch, total, height, width, channels]`, or single frames `[batch, height, width, channels]`.
 * @param flow - Flow from frame t to t + 1, (x, y) in pixels: float32 `[batch, total, height, width, 2]` or one shorter, or
 * `[batch, height, width, 2]` with single frames. Height and width may differ from the frames'.
 * @param seed - Seed or key; pair i depends on it and i alone, but for the other entry of `'clip'` and `'both'`.
 * @param options - Where mismatched flows come from.
 * @returns Inputs and labels; the caller disposes them.
 * @throws ShapeError on a wrong shape, or one entry where another is needed; RangeError on a bad option, or one that the clip is
 * too short for.
 * @see Sayed et al., "Cross and Learn: Cross-Modal Self-Supervision", GCPR 2018, arXiv:1811.03879, which compares the two
 * modalities by a loss; as a question with two answers it is audio-visual correspondence, arXiv:1705.08168, with flow for sound.
 * @example
 * ```ts
 * import { randomNormal, randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { flowCorrespondenceTask } from 'selfsup/pretext';
 * const frames = randomUniform<Rank.R5>([2, 8, 6, 6, 3]);
 * const flow = randomNormal<Rank.R5>([2, 7, 6, 6, 2]);
 * const { inputs, labels } = flowCorrespondenceTask(frames, flow, 1);
 * console.log(inputs.frames.shape, inputs.flow.shape, labels.shape); // [2, 6, 6, 3], [2, 6, 6, 2], [2]
 * ```
 */
export function flowCorrespondenceTask(
  frames: Tensor4D | Tensor5D,
  flow: Tensor4D | Tensor5D,
  seed: Seed,
  options: FlowCorrespondenceOptions = {},
): FlowCorrespondenceBatch {
  checkSeed('flowCorrespondenceTask', seed);
  const where = 'flowCorrespondenceTask';
  const clips = frames?.rank === 5;
  checkFloats(where, { frames: [frames, clips ? CLIPS : IMAGES] });
  const [batch, total] = clips ? (frames.shape as number[]) : [frames.shape[0], 1];
  const field = [batch as number, ...(clips ? ['flows'] : []), 'flow height', 'flow width', 2];
  checkFloats(where, { flow: [flow, field] });
  const flows = clips ? (flow.shape[1] as number) : 1;
  if (clips && flows !== total && flows !== (total as number) - 1) {
    throw new ShapeError(
      `${where}: flow must have as many fields as there are frames (${total}) or one fewer, got shape [${flow.shape.join(', ')}].`,
    );
  }
  const {
    negatives = clips ? 'moment' : 'clip',
    minShift = Math.max(1, Math.floor(flows / 4)),
    mismatched = 0.5,
  } = checkOptions('flowCorrespondenceTask', options, ['negatives', 'minShift', 'mismatched']);
  checkChoice(where, 'negatives', negatives, ['moment', 'clip', 'both']);
  checkIntegers(where, { minShift: [minShift, 1] });
  checkNumbers(where, { mismatched: [mismatched, 0, 1] });
  const plan = { batch: batch as number, places: flows, minShift, negatives, mismatched };
  checkPairs(where, 'the batch', plan);
  const pairs = drawPairs(plan, seed);
  return tidy(() => {
    const take = (x: Tensor4D | Tensor5D, places: number, indices: readonly number[]): Tensor4D => {
      const image = x.shape.slice(-3) as [number, number, number];
      return takeImages(reshape<Rank.R4>(x, [(batch as number) * places, ...image]), indices);
    };
    return {
      inputs: {
        frames: take(
          frames,
          total as number,
          pairs.map(({ seen }, i) => i * (total as number) + seen),
        ),
        flow: take(
          flow,
          flows,
          pairs.map(({ clip, heard }) => clip * flows + heard),
        ),
      },
      labels: tensor1d(
        pairs.map(({ label }) => label),
        'int32',
      ),
    };
  });
}
