import {
  depthwiseConv2d,
  type Rank,
  reshape,
  type Tensor3D,
  type Tensor4D,
  tensor4d,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * Images side by side as lanes [height, width, channels * batch], image i's channel c in lane c * batch + i. Kernels that
 * look at neighbours are several times faster on WASM over many channels than over three, and the way there is one
 * transposition of a matrix.
 */
export function toLanes(x: Tensor4D): Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const turned = transpose(reshape(x, [batch, height * width * channels]), [1, 0]);
  return reshape(turned, [height, width, channels * batch]);
}

/** Lanes of images with so many channels, height and width as they are now. */
export function fromLanes(lanes: Tensor3D, channels: number): Tensor4D {
  const [height, width, count] = lanes.shape;
  const batch = count / channels;
  const turned = transpose(reshape(lanes, [height * width * channels, batch]), [1, 0]);
  return reshape(turned, [batch, height, width, channels]);
}

/** Cross-correlates every lane with taps times a number of its own, without padding. */
export function filterLanes(
  lanes: Tensor3D,
  taps: readonly number[],
  [high, wide]: readonly [number, number],
  scale: (lane: number) => number = () => 1,
): Tensor3D {
  const [height, width, count] = lanes.shape;
  const filter = Float32Array.from(
    { length: taps.length * count },
    (_, i) => (taps[Math.floor(i / count)] as number) * scale(i % count),
  );
  const stacked = reshape<Rank.R4>(lanes, [1, height, width, count]);
  const y = depthwiseConv2d(stacked, tensor4d(filter, [high, wide, count, 1]), 1, 'valid');
  return reshape(y, [height - high + 1, width - wide + 1, count]);
}
