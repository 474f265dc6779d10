import {
  add,
  clipByValue,
  div,
  max,
  min,
  mul,
  step,
  sub,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { channelRows, fromChannelRows } from './channelRows.js';
import { inTurn } from './inTurn.js';
import { checkInput, IMAGES } from './shapes.js';
import { overRow } from './spread.js';

/**
 * Stretches every channel of every image to the whole range: `(x - min) / (max - min)`; a constant channel stays.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @returns Images of the same shape; the caller disposes them.
 * @throws ShapeError on a wrong shape.
 * @see torchvision `autocontrast`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { autocontrast } from 'selfsup/transforms';
 * autocontrast(tensor4d([0.2, 0.3, 0.4], [1, 1, 3, 1])).print(); // 0, 0.5, 1
 * ```
 */
export function autocontrast(x: Tensor4D): Tensor4D {
  checkInput('autocontrast', x, IMAGES);
  return tidy(() => fromChannelRows(stretchRows(channelRows(x)), x.shape));
}

/** Stretches every row of `[rows, length]`. */
export function stretchRows(values: Tensor2D): Tensor2D {
  const length = values.shape[1];
  return tidy(() => {
    const low = min<Tensor2D>(values, 1, true);
    const range = sub<Tensor2D>(max(values, 1, true), low);
    const constant = sub<Tensor2D>(1, step(range));
    return inTurn<Tensor2D>(
      () => sub(values, overRow(mul(low, step(range)), length)),
      (y) => div(y, overRow(add(range, constant), length)),
      (y) => clipByValue(y, 0, 1),
    );
  });
}
