import {
  abs,
  add,
  clone,
  maxPool,
  mul,
  pad,
  reshape,
  slice,
  sqrt,
  square,
  step,
  sub,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { gaussianBlur } from '../transforms/gaussianBlur.js';
import { fromLanes, toLanes } from '../transforms/lanes.js';
import { rgbToGrayscale } from '../transforms/rgbToGrayscale.js';
import { checkGrayOrRgb } from '../transforms/shapes.js';
import { gradients } from '../transforms/sobel.js';

/** Options of {@link contourTask}. */
export interface ContourTaskOptions {
  /** Deviation of the blur before the gradient, in pixels, \>= 0. @defaultValue 1.4 */
  readonly sigma?: number;
  /** Gradient of a strong contour, \>= 0: 1 is the step from black to white, unblurred. @defaultValue 0.1 */
  readonly high?: number;
  /** Gradient of a weak contour, \>= 0 and at most `high`; counts where it goes on from a strong one. @defaultValue 0.05 */
  readonly low?: number;
  /** How far weak contours are followed from strong ones, in pixels, an integer \>= 0. @defaultValue 16 */
  readonly reach?: number;
}

/** Result of {@link contourTask}. The caller disposes it. */
export type ContourTaskResult = {
  /** The images, as they came. */
  readonly inputs: Tensor4D;
  /** 1 on a contour, 0 elsewhere, float32 `[batch, height, width, 1]`. */
  readonly targets: Tensor4D;
};

/** What two neighbours may differ by and still count as equal. */
const EQUAL = 1e-5;
const TAN_22_5 = Math.SQRT2 - 1;

/**
 * Contours of images, by program: Canny's detector. Grey values are blurred; Sobel gradients are thinned to those that are
 * not exceeded by their two neighbours in the direction of the gradient (rounded to 45°); strong ones are contours, and weak
 * ones that touch a contour, `reach` times over. Canny follows them without end, which would have to read pixels back.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], channels 1 or 3.
 * @param options - Blur and thresholds.
 * @returns Images and their contours; the caller disposes both.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Canny, "A computational approach to edge detection", PAMI 1986; scikit-image `feature.canny`, whose thresholds are
 * the same quarter of the kernel's sum. As a task: Ren and Lee, arXiv:1711.09082.
 * @example
 * ```ts
 * import { squeeze, tensor4d } from '@tensorflow/tfjs-core';
 * import { contourTask } from 'selfsup/pretext';
 *
 * const square = Float32Array.from({ length: 64 }, (_, i) => (i % 8 > 2 && i > 24 ? 1 : 0));
 * const { targets } = contourTask(tensor4d(square, [1, 8, 8, 1]), { sigma: 1 });
 * squeeze(targets).print();
 * ```
 */
export function contourTask(x: Tensor4D, options: ContourTaskOptions = {}): ContourTaskResult {
  const where = 'contourTask';
  const {
    sigma = 1.4,
    high = 0.1,
    low = 0.05,
    reach = 16,
  } = checkOptions('contourTask', options, ['sigma', 'high', 'low', 'reach']);
  checkGrayOrRgb(where, x);
  checkNumbers(where, { sigma: [sigma, 0], high: [high, 0], low: [low, 0] });
  if (low > high) throw new RangeError(`${where}: low must be at most high = ${high}, got ${low}.`);
  checkIntegers(where, { reach: [reach, 0] });
  const [, height, width, channels] = x.shape;
  return tidy(() => {
    const gray = channels === 1 ? x : rgbToGrayscale(x, { channels: 1 });
    const side = (length: number): number => 2 * Math.min(Math.ceil(3 * sigma), length - 1) + 1;
    const smooth = sigma === 0 ? gray : gaussianBlur(gray, { kernelSize: [side(width), side(height)], sigma });
    const [across, down] = gradients(toLanes(smooth), 'symmetric', 1 / 4);
    const thin = thinned(across, down);
    const weak = step(sub(thin, low));
    let contours: Tensor3D = step(sub<Tensor3D>(thin, high));
    for (let i = 0; i < reach; i++) contours = tidy(() => mul<Tensor3D>(grown(contours), weak));
    return { inputs: clone(x), targets: fromLanes(contours, 1) };
  });
}

/** Magnitudes of gradients, 0 where a neighbour in their direction has a larger one. */
function thinned(across: Tensor3D, down: Tensor3D): Tensor3D {
  const magnitude = sqrt<Tensor3D>(add<Tensor3D>(square(across), square(down)));
  const [height, width, lanes] = magnitude.shape;
  const padded = pad(magnitude, [
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const at = (dy: number, dx: number): Tensor3D => slice(padded, [1 + dy, 1 + dx, 0], [height, width, lanes]);
  /** Not below the neighbour on one side, above that on the other: of two equal pixels one stays. */
  const peak = (dy: number, dx: number): Tensor =>
    mul(step(sub(magnitude, add(at(-dy, -dx), EQUAL))), step(sub(add(magnitude, EQUAL), at(dy, dx))));
  const [flat, steep] = [abs(across), abs(down)];
  const horizontal = step(sub(mul(flat, TAN_22_5), steep));
  const vertical = step(sub(mul(steep, TAN_22_5), flat));
  const diagonal = sub(sub(1, horizontal), vertical);
  const falling = step(mul(across, down)); // gradient towards the lower right or the upper left
  const peaks = add(
    add(mul(horizontal, peak(0, 1)), mul(vertical, peak(1, 0))),
    mul(diagonal, add(mul(falling, peak(1, 1)), mul(sub(1, falling), peak(1, -1)))),
  );
  return mul(magnitude, peaks);
}

/** 1 within one pixel of a 1. */
function grown(lanes: Tensor3D): Tensor3D {
  const [height, width, count] = lanes.shape;
  const window: [number, number] = [Math.min(3, 2 * height - 1), Math.min(3, 2 * width - 1)];
  return reshape(maxPool(reshape(lanes, [1, height, width, count]) as Tensor4D, window, 1, 'same'), lanes.shape);
}
