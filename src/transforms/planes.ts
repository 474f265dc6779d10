import {
  depthwiseConv2d,
  eye,
  maxPool,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor4d,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { indexingPays, partsPay } from './ways.js';

/** Weights of red, green and blue in a grey value, as torchvision has them (ITU-R BT.601, four digits; their sum is 0.9999). */
export const GRAY = [0.2989, 0.587, 0.114] as const;

/**
 * Images as colour planes [channels, batch, height * width]. One channel is then a contiguous block and a number per image
 * a column [batch, 1], which is many times faster on WASM than a broadcast over the last axis of NHWC. Not with a
 * transposition of a matrix on a GPU: WebGPU's goes by square tiles of shared memory, of which three channels fill a fifth.
 */
export function toPlanes(x: Tensor4D): Tensor3D {
  const [batch, height, width, channels] = x.shape;
  if (!partsPay()) return transpose(reshape(x, [batch, height * width, channels]), [2, 0, 1]);
  const pixels: Tensor2D = reshape(x, [batch * height * width, channels]);
  const planes = indexingPays() ? transpose(pixels, [1, 0]) : matMul(eye(channels), pixels, false, true);
  return reshape(planes, [channels, batch, height * width]);
}

/** Planes as images of the given shape. */
export function fromPlanes(planes: Tensor3D, shape: readonly number[]): Tensor4D {
  const [channels, batch, pixels] = planes.shape;
  const [, height = 0, width = 0] = shape;
  if (!partsPay()) return reshape(transpose(planes, [1, 2, 0]), [batch, height, width, channels]);
  const flat: Tensor2D = reshape(planes, [channels, batch * pixels]);
  const last = indexingPays() ? transpose(flat, [1, 0]) : matMul(flat, eye(channels), true);
  return reshape(last, [batch, height, width, channels]);
}

/**
 * One weighted sum of the planes, [batch, pixels]: a depthwise convolution down the axis of planes. On WASM that is 5 times
 * faster than a slice and 15 times faster than a matrix product, which would pack the planes as weights.
 */
export function weigh(planes: Tensor3D, weights: readonly number[]): Tensor2D {
  const [channels, batch, pixels] = planes.shape;
  const lane = laneOf(batch, pixels);
  const filter = Float32Array.from({ length: channels * lane }, (_, i) => weights[Math.floor(i / lane)] as number);
  const stacked: Tensor4D = reshape(planes, [1, channels, (batch * pixels) / lane, lane]);
  return reshape(depthwiseConv2d(stacked, tensor4d(filter, [channels, 1, lane, 1]), 1, 'valid'), [batch, pixels]);
}

/** The largest of the planes at every pixel, [batch, pixels], by pooling down the axis of planes. */
export function largest(planes: Tensor3D): Tensor2D {
  const [channels, batch, pixels] = planes.shape;
  const lane = laneOf(batch, pixels);
  const stacked: Tensor4D = reshape(planes, [1, channels, (batch * pixels) / lane, lane]);
  return reshape(maxPool(stacked, [channels, 1], 1, 'valid'), [batch, pixels]);
}

/**
 * How many pixels a kernel takes side by side: the largest divisor of their number that is at most 256. On a GPU an image,
 * because WebGL copies packed tensors whose last two axes change.
 */
function laneOf(batch: number, pixels: number): number {
  if (!partsPay()) return pixels;
  const count = batch * pixels;
  for (let lane = Math.min(256, count); ; lane--) if (count % lane === 0) return lane;
}

/** Grey values [batch, pixels] of one or three planes. */
export function grayPlane(planes: Tensor3D): Tensor2D {
  const [channels, batch, pixels] = planes.shape;
  return channels === 1 ? reshape(planes, [batch, pixels]) : weigh(planes, GRAY);
}

/** A batch flattened to one row per image, so that a column [batch, 1] broadcasts over it. */
export function rows(x: Tensor): Tensor2D {
  const batch = x.shape[0] as number;
  return reshape(x, [batch, x.size / batch]);
}
