import {
  abs,
  add,
  argMax,
  avgPool,
  cast,
  concat,
  div,
  floor,
  greaterEqual,
  log,
  max,
  mean,
  minimum,
  mul,
  type Rank,
  relu,
  reshape,
  square,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, type RandomKey, type Seed, uniform } from '../random/index.js';
import { imageKeys } from '../transforms/draw.js';
import { toPlanes, weigh } from '../transforms/planes.js';
import { checkClips } from './takeFrames.js';
import { cutPatches, frameOf, type Places, trackPatches, unravel } from './trackPatches.js';

/** Options of {@link patchTrackingTask}. */
export interface PatchTrackingOptions {
  /** Side of a patch in pixels, at most a third of the longer side of a frame. @defaultValue a quarter of the shorter side */
  readonly patchSize?: number;
  /**
   * How many pixels to either side the tracker looks for the patch in the next frame, an integer \>= 1; what moves farther
   * is lost.
   * @defaultValue a quarter of the patch, as far as the frame allows
   */
  readonly search?: number;
}

/** What {@link patchTrackingTask} returns; the caller disposes all of it. */
export type PatchTrackingBatch = {
  /** Patches, float32 `[batch, patchSize, patchSize, channels]` each, as `tripletLoss` takes their embeddings. */
  readonly inputs: {
    /** Where the track begins, in the first frame. */
    readonly anchor: Tensor4D;
    /** Where it ends, in the last frame. */
    readonly positive: Tensor4D;
    /** Elsewhere in the last frame, without a pixel of the positive. */
    readonly negative: Tensor4D;
  };
  /** Top and left of the patch in every frame, int32 `[batch, frames, 2]`. */
  readonly track: Tensor3D;
};

/**
 * Tracks a moving patch through a clip: its first and its last look belong together, a patch from elsewhere does not.
 *
 * A patch is drawn with probability proportional to the square of its motion from the first frame to the second, as far as
 * that is above the frame's mean: a camera that moves all of the frame alike counts little. A block-matching tracker (the displacement of least squared
 * grey difference, the patch of the frame before as its template, small displacements first where all are equal) follows it.
 * All of it runs on the backend and nothing is read back; so a clip that is still is no error, and its patch is anywhere.
 *
 * Known shortcuts: the negative comes from the same frame as the positive, because brightness and compression would tell
 * frames apart; a patch of flat colour tracks anywhere, which is why patches have to move. Block matching drifts off what turns,
 * grows or is covered: look at `track`, and take short clips.
 *
 * @param clips - float32 `[batch, frames, height, width, channels]`, at least 2 frames.
 * @param seed - Seed or key; clip i depends on it and i alone.
 * @param options - Size of the patch and reach of the tracker.
 * @returns Three patches per clip and where they were; the caller disposes them.
 * @throws ShapeError for clips that are too short or too small; RangeError on a bad option.
 * @see Wang and Gupta, "Unsupervised Learning of Visual Representations using Videos", ICCV 2015, arXiv:1505.00687, section 3:
 * patches by moving SURF points after the camera's motion is taken out, a correlation-filter tracker over 30 frames, and
 * negatives from other videos.
 * @example
 * ```ts
 * import { dispose, randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { patchTrackingTask } from 'selfsup/pretext';
 * const clips = randomUniform<Rank.R5>([2, 4, 24, 24, 3]);
 * const { inputs, track } = patchTrackingTask(clips, 1, { patchSize: 6 });
 * console.log(inputs.anchor.shape, track.shape); // [2, 6, 6, 3], [2, 4, 2]
 * dispose([inputs.anchor, inputs.positive, inputs.negative, track]);
 * ```
 */
export function patchTrackingTask(clips: Tensor5D, seed: Seed, options: PatchTrackingOptions = {}): PatchTrackingBatch {
  checkSeed('patchTrackingTask', seed);
  const where = 'patchTrackingTask';
  checkClips(where, clips, 2);
  const [batch, frames, height, width, channels] = clips.shape;
  const shorter = Math.min(height, width);
  const { patchSize: size = Math.max(1, Math.floor(shorter / 4)) } = checkOptions('patchTrackingTask', options, [
    'patchSize',
    'search',
  ]);
  checkIntegers(where, { patchSize: [size, 1] });
  const room = Math.floor((shorter - size) / 2);
  const { search = Math.max(1, Math.min(room, Math.floor(size / 4))) } = options;
  checkIntegers(where, { search: [search, 1] });
  if (!(shorter >= size + 2 * search) || !(Math.max(height, width) >= 3 * size)) {
    throw new ShapeError(
      `${where}: clips must be at least ${size + 2 * search} pixels a side and ${3 * size} on one, for patches of ${size} and search ${search}, got shape [${clips.shape.join(', ')}].`,
    );
  }
  const keys = imageKeys(clips.shape, seed);
  return tidy(() => {
    const images: Tensor4D = reshape(clips, [batch * frames, height, width, channels]);
    const gray = tidy((): Tensor4D => {
      const plane = weigh(toPlanes(images), new Array<number>(channels).fill(1 / channels));
      return reshape(plane, [batch, frames, height, width]);
    });
    const start = movingPlaces(gray, size, keys);
    const track = trackPatches(gray, start, { size, search });
    const last = track[frames - 1] as Places;
    const [first, end] = [frameOf(clips, 0), frameOf(clips, frames - 1)];
    const patches = (frame: Tensor4D, places: Places): Tensor4D =>
      reshape<Rank.R4>(cutPatches(frame, places, size), [batch, size, size, channels]);
    return {
      inputs: {
        anchor: patches(first, start),
        positive: patches(end, last),
        negative: patches(end, elsewhere(last, [height, width], size, keys)),
      },
      track: cast(
        reshape<Rank.R3>(
          concat(
            track.map(({ top, left }) => concat([reshape(top, [batch, 1]), reshape(left, [batch, 1])], 1)),
            1,
          ),
          [batch, frames, 2],
        ),
        'int32',
      ),
    };
  });
}

/**
 * A patch per clip, drawn by the square of its motion above the mean. The largest of log weight plus Gumbel noise is such a
 * draw, and needs no weight on the host.
 */
function movingPlaces(gray: Tensor4D, size: number, keys: readonly RandomKey[]): Places {
  const [batch, , height, width] = gray.shape;
  const stride = Math.max(1, Math.floor(size / 4));
  return tidy(() => {
    const change = sub(frameOf(gray, 1), frameOf(gray, 0));
    const moved: Tensor4D = reshape(abs(change), [batch, height, width, 1]);
    const map = avgPool(moved, size, stride, 'valid');
    const [, rows, columns] = map.shape;
    const scores: Tensor2D = reshape(map, [batch, rows * columns]);
    const above = relu(sub(scores, mean(scores, 1, true)));
    const weights = square(div(above, add(max(above, 1, true), 1e-6))); // or the many patches that hardly move win together
    const noise = keys.map((key) =>
      Array.from(uniform(foldIn(key, 0), rows * columns), (u) => -Math.log(-Math.log(u + 2 ** -25))),
    );
    const best = argMax<Tensor1D>(add(log(add(weights, FLOOR)), tensor2d(noise)), 1);
    const { top, left } = unravel(best, columns);
    return { top: mul<Tensor1D>(top, stride), left: mul<Tensor1D>(left, stride) };
  });
}

/** Weight of a patch without motion, where the one that moves most has 1. */
const FLOOR = 1e-4;

/** A patch per clip that shares no pixel with another: beside it on one axis, anywhere on the other. */
function elsewhere(
  other: Places,
  [height, width]: readonly [number, number],
  size: number,
  keys: readonly RandomKey[],
): Places {
  const draws = keys.map((key) => uniform(foldIn(key, 1), 3));
  const column = (j: number): number[] => draws.map((draw) => draw[j] as number);
  const sideways = column(0).map((coin) => (height < 3 * size || (width >= 3 * size && coin < 0.5) ? 1 : 0));
  return tidy(() => {
    const mix = (beside: Tensor1D, shares: readonly number[], most: number, chosen: readonly number[]): Tensor1D => {
      const anywhere = shares.map((share, i) => (chosen[i] === 1 ? 0 : Math.floor(share * (most + 1))));
      return add(mul(beside, tensor1d(chosen as number[], 'float32')), tensor1d(anywhere, 'float32'));
    };
    const upright = sideways.map((s) => 1 - s);
    return {
      top: mix(besides(other.top, height, size, column(1)), column(1), height - size, upright),
      left: mix(besides(other.left, width, size, column(2)), column(2), width - size, sideways),
    };
  });
}

/** A place on one axis at least `size` away from another, all such places alike; of no meaning where there is none. */
function besides(at: Tensor1D, length: number, size: number, shares: readonly number[]): Tensor1D {
  const before = relu(add<Tensor1D>(sub(at, size), 1)); // places 0 to at - size
  const after = relu(sub<Tensor1D>(length - 2 * size + 1, at)); // places at + size to length - size
  const count = add<Tensor1D>(before, after);
  const k = minimum(floor(mul<Tensor1D>(tensor1d(shares as number[]), count)), sub<Tensor1D>(count, 1)); // a share near 1 may round up
  const jump = mul(cast(greaterEqual(k, before), 'float32'), sub(add<Tensor1D>(at, size), before));
  return add(k, jump);
}
