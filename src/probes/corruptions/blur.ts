import {
  clone,
  depthwiseConv2d,
  mirrorPad,
  type Rank,
  reshape,
  type Tensor4D,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import * as transforms from '../../transforms/gaussianBlur.js';
import { type CorruptImages, perImage, shortSide } from './draws.js';

// Shares of the shorter side.
const DISC = [0.04, 0.06, 0.08, 0.1, 0.13];
const GAUSSIAN = [0.0125, 0.02, 0.03, 0.04, 0.055];
const LINE = [0.1, 0.15, 0.2, 0.25, 0.3];

/** A lens out of focus: every point becomes a disc. */
export const defocusBlur: CorruptImages = (x, keys, level) => {
  const radius = shortSide(x) * (DISC[level] as number);
  const reach = Math.min(Math.ceil(radius - 0.5), shortSide(x) - 1);
  const kernel = disc(radius, Math.max(0, reach));
  return convolve(
    x,
    keys.map(() => kernel),
  );
};

/** A normal law. */
export const gaussianBlur: CorruptImages = (x, _, level) => {
  const sigma = shortSide(x) * (GAUSSIAN[level] as number);
  return transforms.gaussianBlur(x, { kernelSize: 2 * Math.min(Math.ceil(3 * sigma), shortSide(x) - 1) + 1, sigma });
};

/** A camera that moves: every point becomes a line, its direction drawn for each image. */
export const motionBlur: CorruptImages = (x, keys, level) => {
  const length = shortSide(x) * (LINE[level] as number);
  const reach = Math.min(Math.ceil(length / 2), shortSide(x) - 1);
  return convolve(
    x,
    perImage(keys, 0).map((u) => line(length, Math.PI * u, reach)),
  );
};

/** Weights `[size, size]` of a disc, its border pixels by the share that it covers. */
function disc(radius: number, reach: number): Float32Array {
  const size = 2 * reach + 1;
  const steps = 8;
  return normalized(
    Float32Array.from({ length: size * size }, (_, i) => {
      let inside = 0;
      for (let s = 0; s < steps * steps; s++) {
        const dy = Math.floor(i / size) - reach + (Math.floor(s / steps) + 0.5) / steps - 0.5;
        const dx = (i % size) - reach + ((s % steps) + 0.5) / steps - 0.5;
        if (dx * dx + dy * dy <= radius * radius) inside += 1;
      }
      return inside;
    }),
  );
}

/** Weights of a line through the middle: points along it, each shared among the four pixels around it. */
function line(length: number, angle: number, reach: number): Float32Array {
  const size = 2 * reach + 1;
  const out = new Float32Array(size * size);
  const points = Math.ceil(4 * length) + 1;
  for (let p = 0; p < points; p++) {
    const along = points > 1 ? (p / (points - 1) - 0.5) * length : 0;
    const [x, y] = [
      Math.min(2 * reach, Math.max(0, reach + along * Math.cos(angle))),
      Math.min(2 * reach, Math.max(0, reach + along * Math.sin(angle))),
    ];
    for (const [row, wy] of [
      [Math.floor(y), 1 - (y % 1)],
      [Math.ceil(y), y % 1],
    ] as const) {
      for (const [column, wx] of [
        [Math.floor(x), 1 - (x % 1)],
        [Math.ceil(x), x % 1],
      ] as const) {
        (out[row * size + column] as number) += wy * wx;
      }
    }
  }
  return normalized(out);
}

function normalized(weights: Float32Array): Float32Array {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/** Convolves each image with its own square kernel; the image is continued by reflection. */
function convolve(x: Tensor4D, kernels: readonly Float32Array[]): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const size = Math.sqrt((kernels[0] as Float32Array).length);
  if (size === 1) return clone(x);
  const reach = (size - 1) / 2;
  // Images side by side as channels: a depthwise convolution gives each its own kernel.
  const filter = new Float32Array(size * size * batch * channels);
  for (const [i, kernel] of kernels.entries()) {
    for (let tap = 0; tap < kernel.length; tap++) {
      filter.fill(kernel[tap] as number, (tap * batch + i) * channels, (tap * batch + i + 1) * channels);
    }
  }
  return tidy(() => {
    const sides = reshape<Rank.R4>(transpose(x, [1, 2, 0, 3]), [1, height, width, batch * channels]);
    const around: [number, number][] = [
      [0, 0],
      [reach, reach],
      [reach, reach],
      [0, 0],
    ];
    const weights = tensor4d(filter, [size, size, batch * channels, 1]);
    const blurred = depthwiseConv2d(mirrorPad(sides, around, 'reflect'), weights, 1, 'valid');
    return transpose<Tensor4D>(reshape(blurred, [height, width, batch, channels]), [2, 0, 1, 3]);
  });
}
