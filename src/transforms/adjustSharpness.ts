import {
  add,
  clipByValue,
  clone,
  depthwiseConv2d,
  pad,
  type Rank,
  reshape,
  type Tensor3D,
  type Tensor4D,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import { filterLanes, fromLanes, toLanes } from './lanes.js';
import { type PerImage, perImage } from './perImage.js';
import { fromPlanes, toPlanes } from './planes.js';
import { checkInput, IMAGES } from './shapes.js';
import { timesEach } from './spread.js';
import { partsPay } from './ways.js';

/** The smoothing kernel (1 1 1, 1 5 1, 1 1 1) / 13 less the pixel itself. */
const SMOOTHING = [1, 1, 1, 1, -8, 1, 1, 1, 1].map((tap) => tap / 13);

/**
 * Blends with a smoothed image: `clip(factor * x + (1 - factor) * smooth(x), 0, 1)`; 0 gives the smoothed image, 1 the
 * image, 2 a sharper one. Pixels of the border stay as they are, so images of up to 2 pixels a side stay whole.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @param factor - A number >= 0, or one per image.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of factors; RangeError on a negative factor.
 * @see torchvision `adjust_sharpness`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { adjustSharpness } from 'selfsup/transforms';
 * const dot = tensor4d([0, 0, 0, 0, 0.5, 0, 0, 0, 0], [1, 3, 3, 1]);
 * adjustSharpness(dot, 0).print(); // the middle is 0.5 * 5 / 13
 * ```
 */
export function adjustSharpness(x: Tensor4D, factor: PerImage): Tensor4D {
  checkInput('adjustSharpness', x, IMAGES);
  const [batch, height, width, channels] = x.shape;
  const factors = perImage('adjustSharpness', 'factor', factor, batch, 0);
  if (height <= 2 || width <= 2) return clone(x);
  return tidy(() => {
    if (!partsPay()) return fromPlanes(sharpenPlanes(toPlanes(x), [height, width], factors), x.shape);
    return fromLanes(
      sharpenLanes(toLanes(x), (lane) => 1 - (factors[lane % batch] as number)),
      channels,
    );
  });
}

/** The same on colour planes [channels, batch, pixels]. */
export function sharpenPlanes(
  planes: Tensor3D,
  [height, width]: readonly [number, number],
  factors: readonly number[],
): Tensor3D {
  const [channels, batch, pixels] = planes.shape;
  const sides = channels * batch;
  if (height <= 2 || width <= 2) return planes;
  const smoothed = factors.map((factor) => 1 - factor);
  if (!partsPay()) {
    return inTurn<Tensor3D>(
      () => {
        const stacked = reshape<Rank.R4>(planes, [sides, height, width, 1]);
        const y = depthwiseConv2d(stacked, tensor4d(SMOOTHING, [3, 3, 1, 1]), 1, 'valid');
        return reshape(pad(y, [[0, 0], ...RIM, [0, 0]]), planes.shape);
      },
      (y) => timesEach(y, smoothed),
      (y) => add(y, planes),
      (y) => clipByValue(y, 0, 1),
    );
  }
  return tidy(() => {
    const turned = transpose(reshape(planes, [sides, pixels]), [1, 0]);
    const lanes = sharpenLanes(reshape(turned, [height, width, sides]), (lane) => smoothed[lane % batch] as number);
    return reshape(transpose(reshape(lanes, [pixels, sides]), [1, 0]), planes.shape);
  });
}

/** Blends lanes [height, width, lane] with what is smoothed, of which so much counts in each. */
function sharpenLanes(lanes: Tensor3D, smoothed: (lane: number) => number): Tensor3D {
  return inTurn<Tensor3D>(
    () => filterLanes(lanes, SMOOTHING, [3, 3], smoothed),
    (y) => pad(y, [...RIM, [0, 0]]),
    (y) => add(y, lanes),
    (y) => clipByValue(y, 0, 1),
  );
}

/** A pixel on all sides. */
const RIM: [number, number][] = [
  [1, 1],
  [1, 1],
];
