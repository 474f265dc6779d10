import {
  gather,
  getBackend,
  image,
  mul,
  reshape,
  sum,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Places } from './trace.js';
import type { Interpolation } from './transform.js';

/** Reads every image at the places of its own: `[batch, ...size, channels]`. */
export function readPlaces(x: Tensor4D, places: Places, interpolation: Interpolation): Tensor4D {
  const [batch, , , channels] = x.shape;
  return tidy(() => {
    // WebGL's cropAndResize of tfjs 4.22 ignores which image a box belongs to.
    const read = getBackend() === 'webgl' ? byTaps(x, places) : byBoxes(x, places, interpolation);
    return reshape(read, [batch, ...places.size, channels]);
  });
}

/** With a box of one pixel per sample: on WASM the only fast kernel that reads any place of any image. */
export function byBoxes(x: Tensor4D, { ys, xs, weights }: Places, interpolation: Interpolation): Tensor2D {
  const [batch, height, width, channels] = x.shape;
  // In the normalised corners of cropAndResize 0 is the first pixel's centre, 1 the last one's; outside it gives zeros.
  const [lastLine, lastColumn] = [Math.max(1, height - 1), Math.max(1, width - 1)];
  const grid = new Float32Array(4 * ys.length);
  for (let p = 0, at = 0; p < ys.length; p++, at += 4) {
    const outside = weights !== undefined && weights[p] === 0;
    const y = outside ? -1 : (ys[p] as number) / lastLine;
    const x = outside ? -1 : (xs[p] as number) / lastColumn;
    grid[at] = y;
    grid[at + 1] = x;
    grid[at + 2] = y;
    grid[at + 3] = x;
  }
  const owners = new Int32Array(ys.length);
  for (let i = 0; i < batch; i++) owners.fill(i, (i * ys.length) / batch, ((i + 1) * ys.length) / batch);
  const boxes = tensor2d(grid, [ys.length, 4]);
  const read = image.cropAndResize(x, boxes, tensor1d(owners, 'int32'), [1, 1], interpolation);
  const samples: Tensor2D = reshape(read, [ys.length, channels]);
  // Nothing is outside an image of one pixel for cropAndResize, which multiplies by height - 1 and width - 1.
  if (weights === undefined || (height * width > 1 && weights.every((w) => w === 0 || w === 1))) return samples;
  // Spread over the channels here, because a broadcast over the last axis is slow on WASM.
  const spread = new Float32Array(ys.length * channels);
  for (let p = 0, at = 0; p < ys.length; p++) for (let c = 0; c < channels; c++) spread[at++] = weights[p] as number;
  return mul(samples, tensor2d(spread, [ys.length, channels]));
}

/** With the four pixels around every place, gathered and weighed. */
export function byTaps(x: Tensor4D, { ys, xs, weights }: Places): Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const count = ys.length;
  const [rows, shares] = [new Int32Array(4 * count), new Float32Array(4 * count)];
  for (let p = 0; p < count; p++) {
    const [y, x, weight] = [ys[p] as number, xs[p] as number, weights?.[p] ?? 1];
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const first = (Math.floor((p * batch) / count) * height + top) * width + left;
    for (let tap = 0; tap < 4; tap++) {
      const [down, right] = [tap >> 1, tap & 1];
      const share = weight * (down ? y - top : 1 - (y - top)) * (right ? x - left : 1 - (x - left));
      shares[tap * count + p] = share;
      rows[tap * count + p] = share === 0 ? 0 : first + down * width + right;
    }
  }
  const pixels = gather(reshape(x, [batch * height * width, channels]), tensor1d(rows, 'int32'));
  return sum<Tensor2D>(
    mul(reshape<Tensor3D['rankType']>(pixels, [4, count, channels]), tensor3d(shares, [4, count, 1])),
    0,
  );
}
