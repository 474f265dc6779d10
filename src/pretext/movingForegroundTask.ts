import {
  abs,
  add,
  clone,
  div,
  max,
  maxPool,
  mean,
  mul,
  neg,
  onesLike,
  relu,
  reshape,
  slice,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  tidy,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloats, checkIntegers, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { gaussianBlur } from '../transforms/gaussianBlur.js';
import { resize } from '../transforms/resize.js';
import { CLIPS } from '../transforms/shapes.js';
import { cameraShifts, type Shifts, shiftPlanes } from './cameraShift.js';

/** Options of {@link movingForegroundTask}. */
export interface MovingForegroundTaskOptions {
  /** How far a pixel must lie from the background to count as foreground, \>= 0. @defaultValue 0.06 */
  readonly threshold?: number;
  /** Whether translations of the camera are undone before frames are compared. @defaultValue true */
  readonly stabilize?: boolean;
  /** Largest translation from the middle frame, as a share of height and width, in (0, 0.5]. @defaultValue 0.25 */
  readonly reach?: number;
  /** Shorter side of the frames on which translations are measured, in pixels, an integer \>= 8. @defaultValue 64 */
  readonly size?: number;
}

/** Result of {@link movingForegroundTask}. The caller disposes it. */
export type MovingForegroundTaskResult = {
  /** The clips, as they came. */
  readonly inputs: Tensor5D;
  /** 1 where something moves, 0 elsewhere, float32 `[batch, frames, height, width, 1]`. */
  readonly targets: Tensor5D;
};

/** Differences that weigh half as much as none in the background. */
const CLOSE = 0.02;
const BACKGROUND_ROUNDS = 10;

/**
 * What moves against the background of clips, by program. Frames are shifted onto the middle one (by correlation of their
 * local contrast, with fractions of a pixel); the background is the temporal median of what lies on top of each other (Weiszfeld's iterations, so
 * that nothing is sorted), shifted back to every frame. Foreground is what lies outside of the background's values within
 * one pixel by more than a threshold, after a small blur, which widens things of high contrast by a pixel or so.
 *
 * It holds for cameras that stand, shake or pan within `reach`; not for those that turn about their axis, zoom or drive. Things
 * that rest for half of the clip are background, and of large even ones only the rim is seen to move. Where what moves has
 * more texture than what rests (a plane in the sky), the camera is taken to follow it: set `stabilize` to false there.
 *
 * @param clips - float32 `[batch, frames, height, width, channels]` in [0, 1], frames \>= 3.
 * @param options - Threshold, and how the camera is followed.
 * @returns Clips and foreground; the caller disposes both.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Pathak et al., "Learning features by watching objects move", CVPR 2017, arXiv:1612.06370, which segments by optical
 * flow.
 * @example
 * ```ts
 * import { sum, tensor5d } from '@tensorflow/tfjs-core';
 * import { movingForegroundTask } from 'selfsup/pretext';
 *
 * // A bright square of 4 x 4 that moves over black, 2 pixels a frame: there is nothing else for a camera to be measured by.
 * const at = (f: number, y: number, x: number) => (y >= 6 && y < 10 && x >= 2 * f && x < 2 * f + 4 ? 1 : 0);
 * const values = Float32Array.from({ length: 6 * 256 }, (_, i) => at(i >> 8, (i >> 4) & 15, i & 15));
 * const { targets } = movingForegroundTask(tensor5d(values, [1, 6, 16, 16, 1]), { stabilize: false });
 * sum(targets, [2, 3, 4]).print(); // about 36 in each frame: a pixel more on every side
 * ```
 */
export function movingForegroundTask(
  clips: Tensor5D,
  options: MovingForegroundTaskOptions = {},
): MovingForegroundTaskResult {
  const where = 'movingForegroundTask';
  const {
    threshold = 0.06,
    stabilize = true,
    reach = 0.25,
    size = 64,
  } = checkOptions('movingForegroundTask', options, ['threshold', 'stabilize', 'reach', 'size']);
  checkFlags('movingForegroundTask', { stabilize });
  checkFloats(where, { clips: [clips, CLIPS] });
  checkNumbers(where, { threshold: [threshold, 0], reach: [reach, Number.MIN_VALUE, 0.5] });
  checkIntegers(where, { size: [size, 8] });
  const [batch, frames, height, width, channels] = clips.shape;
  if (frames < 3) throw new ShapeError(`${where}: clips must have at least 3 frames, got ${frames}.`);
  const n = batch * frames;
  return tidy(() => {
    const planes: Tensor4D = transpose(reshape(clips, [n, height, width, channels]), [0, 3, 1, 2]);
    const gray = reshape(mean(planes, 1), [n, height, width, 1]) as Tensor4D;
    const shifts = stabilize ? measured(gray, batch, size, reach) : null;
    const background = backgroundOf(planes, batch, shifts);
    const outside = add(
      relu(sub(planes, widest(background.planes))),
      relu(sub(neg(widest(neg(background.planes))), planes)),
    );
    const away = reshape(mul(max(outside, 1, true), background.valid), [n, height, width, 1]) as Tensor4D;
    const side = (length: number): number => Math.min(5, 2 * length - 1);
    const smooth = gaussianBlur(away, { kernelSize: [side(width), side(height)], sigma: 1 });
    const targets = step(sub(smooth, threshold));
    return { inputs: clone(clips), targets: reshape(targets, [batch, frames, height, width, 1]) as Tensor5D };
  });
}

/** Shifts of frames `[batch * frames, height, width, 1]`, measured on small ones. */
function measured(gray: Tensor4D, batch: number, size: number, reach: number): Shifts {
  const [n, height, width] = gray.shape;
  const ratio = Math.min(1, size / Math.min(height, width));
  const [high, wide] = [Math.round(height * ratio), Math.round(width * ratio)];
  const small = resize(gray, [high, wide], { antialias: true });
  const { down, right } = cameraShifts(reshape(small, [batch, n / batch, high, wide]), reach);
  return { down: mul(down, height / high), right: mul(right, width / wide) };
}

/** The background as every frame sees it, and 1 where it is known. */
function backgroundOf(
  planes: Tensor4D,
  batch: number,
  shifts: Shifts | null,
): { readonly planes: Tensor4D; readonly valid: Tensor4D } {
  const [n, channels, height, width] = planes.shape;
  const frames = n / batch;
  const ones: Tensor4D = onesLike(slice(planes, [0, 0, 0, 0], [-1, 1, -1, -1]));
  const grouped = (x: Tensor4D): Tensor4D => reshape(x, [batch, frames, x.shape[1], height * width]);
  const stack = grouped(shifts ? shiftPlanes(planes, shifts) : planes);
  const seen = grouped(shifts ? whole(shiftPlanes(ones, shifts)) : ones);
  let median: Tensor = div(sum(mul(stack, seen), 1, true), add(sum(seen, 1, true), 1e-6));
  for (let round = 0; round < BACKGROUND_ROUNDS; round++) {
    const last = median;
    median = tidy(() => {
      const weights = div(seen, add(abs(sub(stack, last)), CLOSE));
      return div(sum(mul(stack, weights), 1, true), add(sum(weights, 1, true), 1e-6));
    });
  }
  const known = step(sub(sum(seen, 1, true), 1.5)); // by another frame too
  const spread = (x: Tensor, count: number): Tensor4D => reshape(tile(x, [1, frames, 1, 1]), [n, count, height, width]);
  const [all, valid] = [spread(median, channels), spread(known, 1)];
  if (shifts === null) return { planes: all, valid };
  const back = { down: neg(shifts.down), right: neg(shifts.right) };
  return { planes: shiftPlanes(all, back), valid: whole(shiftPlanes(valid, back)) };
}

/** 1 where weights sum to 1 up to rounding. */
const whole = (x: Tensor4D): Tensor4D => step(sub<Tensor4D>(x, 0.999));

/** The largest value within one pixel. */
function widest(planes: Tensor4D): Tensor4D {
  const [n, channels, height, width] = planes.shape;
  const window: [number, number] = [Math.min(3, 2 * height - 1), Math.min(3, 2 * width - 1)];
  const x: Tensor4D = reshape(planes, [n * channels, height, width, 1]);
  return reshape(maxPool(x, window, 1, 'same'), planes.shape);
}
