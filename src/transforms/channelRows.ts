import { reshape, type Tensor2D, type Tensor4D, tensor2d } from '@tensorflow/tfjs-core';
import { fromPlanes, toPlanes } from './planes.js';

/** Images as one row per channel and image, [channels * batch, height * width], for what takes each channel on its own. */
export function channelRows(x: Tensor4D): Tensor2D {
  const [batch, height, width, channels] = x.shape;
  return reshape(toPlanes(x), [channels * batch, height * width]);
}

/** Such rows as images of the given shape. */
export function fromChannelRows(values: Tensor2D, shape: readonly [number, number, number, number]): Tensor4D {
  const [batch, height, width, channels] = shape;
  return fromPlanes(reshape(values, [channels, batch, height * width]), shape);
}

/** Numbers of every image's channels, `[batch][channels]`, as the column that broadcasts over such rows. */
export function channelColumn(values: readonly (readonly number[])[]): Tensor2D {
  const [batch, channels] = [values.length, values[0]?.length ?? 0];
  const flat = Float32Array.from(
    { length: channels * batch },
    (_, row) => values[row % batch]?.[Math.floor(row / batch)] as number,
  );
  return tensor2d(flat, [channels * batch, 1]);
}
