import {
  add,
  cast,
  clone,
  div,
  equal,
  max,
  mean,
  min,
  mul,
  reshape,
  split,
  sqrt,
  square,
  step,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Options of {@link relativeDepthTask}. */
export interface RelativeDepthTaskOptions {
  /**
   * How the camera moves. `'lateral'`: across its view (a stereo pair, a side window), flow ∝ 1 / depth. `'forward'`: along
   * it (a car), flow ∝ distance from the focus of expansion / depth. @defaultValue 'lateral'
   */
  readonly motion?: 'lateral' | 'forward';
  /**
   * What is taken off first. `'median'`: the median of each component, the flow of a small pan or tilt where more than half
   * of the image is far away (or, driving forwards, where left and right balance). @defaultValue 'none'
   */
  readonly remove?: 'none' | 'median';
  /** Focus of expansion `[x, y]` as shares of width and height, for `'forward'`. @defaultValue [0.5, 0.5] */
  readonly focus?: readonly [x: number, y: number];
}

/** Result of {@link relativeDepthTask}. The caller disposes it. */
export type RelativeDepthTaskResult = {
  /** The flow, as it came. */
  readonly inputs: Tensor4D;
  /** Relative depth, float32 `[batch, height, width, 1]` in (0, 1]: larger is farther; 1/2 at the mean inverse depth. */
  readonly targets: Tensor4D;
};

/** Places nearer to the focus than this share of the half diagonal count as so far from it. */
const LEAST_RADIUS = 0.05;
const BISECTIONS = 24;

/**
 * Relative depth from optical flow, by program: points move the faster in the image of a translating camera, the nearer they
 * are. With s the length of the flow (over the distance from the focus of expansion, for `'forward'`) and m its mean over the
 * image, the target is m / (m + s), which orders pixels as their depths do, up to an unknown scale. Of an image without any
 * flow it is 1.
 *
 * It holds where the scene rests and the camera only translates, or rotates so that `remove` takes it off. Things that move
 * on their own come out too near or too far, and rotation that is left bends the order: leave frames of sharp turns out.
 *
 * @param flow - float32 `[batch, height, width, 2]`, (x, y) in pixels.
 * @param options - How the camera moves.
 * @returns Flow and relative depth; the caller disposes both. The image that the flow belongs to is the encoder's input.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Jiang et al., "Self-supervised relative depth learning for urban scene understanding", ECCV 2018, arXiv:1712.04850,
 * where the camera's rotation is estimated from the flow.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { relativeDepthTask } from 'selfsup/pretext';
 *
 * const { targets } = relativeDepthTask(tensor4d([4, 0, 1, 0, 1, 0], [1, 1, 3, 2]));
 * targets.print(); // 1/3, 2/3, 2/3: the first pixel is nearest
 * ```
 */
export function relativeDepthTask(flow: Tensor4D, options: RelativeDepthTaskOptions = {}): RelativeDepthTaskResult {
  const where = 'relativeDepthTask';
  const {
    motion = 'lateral',
    remove = 'none',
    focus = [0.5, 0.5],
  } = checkOptions('relativeDepthTask', options, ['motion', 'remove', 'focus']);
  checkFloats(where, { flow: [flow, ['batch', 'height', 'width', 2]] });
  checkChoice(where, 'motion', motion, ['lateral', 'forward']);
  checkChoice(where, 'remove', remove, ['none', 'median']);
  if (!Array.isArray(focus) || focus.length !== 2) {
    throw new RangeError(`${where}: focus must be [x, y], got ${show(focus)}.`);
  }
  checkNumbers(where, {
    'focus[0]': [focus[0], Number.NEGATIVE_INFINITY],
    'focus[1]': [focus[1], Number.NEGATIVE_INFINITY],
  });
  const [batch, height, width] = flow.shape;
  const pixels = height * width;
  return tidy(() => {
    const components = split(reshape(flow, [batch, pixels, 2]), 2, 2).map(
      (c) => reshape(c, [batch, pixels]) as Tensor2D,
    );
    const left = components.map((c) => (remove === 'median' ? sub<Tensor2D>(c, medians(c)) : c)) as [
      Tensor2D,
      Tensor2D,
    ];
    const speed = lengths(left);
    const nearness = motion === 'lateral' ? speed : mul<Tensor2D>(speed, perRadius(height, width, focus));
    const typical = mean(nearness, 1, true);
    const depth = div(typical, orOne(add(typical, nearness)));
    const still = cast(equal(typical, 0), 'float32');
    return { inputs: clone(flow), targets: reshape(add(depth, still), [batch, height, width, 1]) as Tensor4D };
  });
}

const orOne = (x: Tensor): Tensor => add(x, cast(equal(x, 0), 'float32'));

const lengths = ([x, y]: [Tensor2D, Tensor2D]): Tensor2D => sqrt(add<Tensor2D>(square(x), square(y)));

/** Median of each row `[batch, 1]`, by bisection: nothing has to be sorted. */
function medians(x: Tensor2D): Tensor {
  let [low, high]: [Tensor, Tensor] = [min(x, 1, true), max(x, 1, true)];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = mul(add(low, high), 0.5);
    const above = step(sub(mean(step(sub(x, middle)), 1, true), 0.5)); // 1 where more than half lie above
    const below = sub(1, above);
    [low, high] = [add(mul(middle, above), mul(low, below)), add(mul(high, above), mul(middle, below))];
  }
  return mul(add(low, high), 0.5);
}

/** `[1, pixels]`: 1 over the distance from the focus, as a share of the half diagonal. */
function perRadius(height: number, width: number, [x, y]: readonly [number, number]): Tensor2D {
  const half = Math.hypot(height, width) / 2;
  const values = Float32Array.from({ length: height * width }, (_, i) => {
    const away = Math.hypot((i % width) + 0.5 - x * width, Math.floor(i / width) + 0.5 - y * height);
    return 1 / Math.max(LEAST_RADIUS, away / half);
  });
  return tensor2d(values, [1, height * width]);
}
