import { add, clipByValue, clone, pad, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { inTurn } from './inTurn.js';
import { filterLanes, fromLanes, toLanes } from './lanes.js';
import { type PerImage, perImage } from './perImage.js';
import { checkInput, IMAGES } from './shapes.js';

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
    const lanes = toLanes(x);
    const sharpened = inTurn<Tensor3D>(
      () => filterLanes(lanes, SMOOTHING, [3, 3], (lane) => 1 - (factors[lane % batch] as number)),
      (y) =>
        pad(y, [
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
      (y) => add(y, lanes),
      (y) => clipByValue(y, 0, 1),
    );
    return fromLanes(sharpened, channels);
  });
}
