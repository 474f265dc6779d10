import {
  add,
  concat,
  image,
  mul,
  reshape,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor3d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { cacheSized, rowsOf } from './changeImages.js';
import { multiplyPlanes } from './filterAxes.js';
import { inTurn } from './inTurn.js';
import { column } from './perImage.js';
import { fromPlanes, toPlanes } from './planes.js';
import { takeImages } from './takeImages.js';
import type { AxisPlaces, GridPlaces } from './trace.js';
import { partsPay, sizesArePrograms } from './ways.js';

/** Reads every image at the crossings of its own lines and columns. */
export function readAxes(x: Tensor4D, grid: GridPlaces): Tensor4D {
  if (partsPay()) return byBlends(x, grid);
  return sizesArePrograms() ? byProducts(x, grid) : byPixels(x, grid);
}

/** The same as colour planes [channels, batch, pixels]. */
export function planesAtAxes(x: Tensor4D, grid: GridPlaces): Tensor3D {
  if (partsPay()) return planesByBlends(x, grid);
  return sizesArePrograms() ? planesByProducts(x, grid) : toPlanes(readAxes(x, grid));
}

/**
 * Whole lines are blended, the planes turned, whole columns blended, the planes turned back. Copying and blending whole lines
 * is several times faster on WASM than reading pixels.
 */
export function byBlends(x: Tensor4D, grid: GridPlaces): Tensor4D {
  return tidy(() => fromPlanes(planesByBlends(x, grid), [x.shape[0], ...grid.size]));
}

function planesByBlends(x: Tensor4D, { size, lines, columns }: GridPlaces): Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = size;
  return tidy(() => {
    const planes = toPlanes(x);
    const rows: Tensor2D = reshape(planes, [channels * batch * height, width]);
    const images = Array.from({ length: batch }, (_, i) => i);
    const parts = cacheSized(images, channels * Math.max(height * width, outHeight * outWidth)).map((part) => {
      const sides = channels * part.length;
      // Line of plane (c, i) of the whole batch, then column of plane (c, k) of this part.
      const planeOf = rowsOf(part, channels, batch);
      return inTurn<Tensor3D>(
        () => reshape(blendRows(rows, planeOf, part, lines, height), [sides, outHeight, width]),
        (y) => transpose(y, [0, 2, 1]),
        (y) => {
          const own = Array.from({ length: sides }, (_, side) => side);
          return reshape(blendRows(reshape(y, [sides * width, outHeight]), own, part, columns, width), [
            sides,
            outWidth,
            outHeight,
          ]);
        },
        (y) => transpose(y, [0, 2, 1]),
        (y) => reshape(y, [channels, part.length, outHeight * outWidth]),
      );
    });
    return parts.length === 1 ? (parts[0] as Tensor3D) : concat<Tensor3D>(parts, 1);
  });
}

/** With a matrix of weights for every image and axis, most of them 0: a few steps of one size, whatever was drawn. */
export function byProducts(x: Tensor4D, grid: GridPlaces): Tensor4D {
  return tidy(() => fromPlanes(planesByProducts(x, grid), [x.shape[0], ...grid.size]));
}

function planesByProducts(x: Tensor4D, { lines, columns }: GridPlaces): Tensor3D {
  const [batch, height, width] = x.shape;
  return tidy(() => multiplyPlanes(x, matrices(lines, batch, height), matrices(columns, batch, width)));
}

/** With a box of one pixel per crossing, put together from lines and columns where the images are. */
export function byPixels(x: Tensor4D, { size, lines, columns }: GridPlaces): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const pixels = size[0] * size[1];
  return tidy(() => {
    const [ys, xs] = [normalized(lines, height), normalized(columns, width)];
    const corners = (places: Float32Array, count: number, axis: 0 | 1): Tensor4D => {
      const values = new Float32Array(4 * places.length);
      for (const [p, place] of places.entries()) values[4 * p + axis] = values[4 * p + axis + 2] = place;
      return tensor4d(values, axis === 0 ? [batch, count, 1, 4] : [batch, 1, count, 4]);
    };
    const boxes = add<Tensor4D>(corners(ys, lines.count, 0), corners(xs, columns.count, 1));
    const owners = Int32Array.from({ length: batch * pixels }, (_, p) => Math.floor(p / pixels));
    const read = image.cropAndResize(x, reshape(boxes, [batch * pixels, 4]), tensor1d(owners, 'int32'), [1, 1]);
    const images: Tensor4D = reshape(read, [batch, ...size, channels]);
    const [down, across] = [weightsOf(lines), weightsOf(columns)];
    // Nothing is outside an axis of one pixel for cropAndResize, which multiplies by its length - 1.
    const whole = [down, across].every((weights) => weights.every((w) => w === 0 || w === 1));
    if (height > 1 && width > 1 && whole) return images;
    const [tall, wide] = [tensor4d(down, [batch, lines.count, 1, 1]), tensor4d(across, [batch, 1, columns.count, 1])];
    return mul<Tensor4D>(images, mul(tall, wide));
  });
}

/** Places in the corners of `cropAndResize`, where 0 is the first row's middle and 1 the last one's; -1 outside. */
function normalized({ firsts, shares, seconds }: AxisPlaces, length: number): Float32Array {
  return Float32Array.from(firsts, (first, p) => {
    const [share, second] = [shares[p] as number, seconds[p] as number];
    return share + second === 0 ? -1 : (first + second / (share + second)) / Math.max(1, length - 1);
  });
}

/** How much each place counts. */
function weightsOf({ shares, seconds }: AxisPlaces): Float32Array {
  return shares.map((share, p) => share + (seconds[p] as number));
}

/** `[batch, places, length]`: what every row of an axis counts at each place. */
function matrices({ count, firsts, shares, seconds }: AxisPlaces, batch: number, length: number): Tensor3D {
  const values = new Float32Array(batch * count * length);
  for (let p = 0; p < batch * count; p++) {
    const at = p * length + (firsts[p] as number);
    values[at] = shares[p] as number;
    if (seconds[p] !== 0) values[at + 1] = seconds[p] as number;
  }
  return tensor3d(values, [batch, count, length]);
}

/** For every plane, an image's own blend of two rows for each place: `[planes * places, row length]`. */
function blendRows(
  rows: Tensor2D,
  planes: readonly number[],
  images: readonly number[],
  { count, firsts, shares, seconds }: AxisPlaces,
  length: number,
): Tensor2D {
  const [first, second] = [new Int32Array(planes.length * count), new Int32Array(planes.length * count)];
  const [own, next] = [new Float32Array(first.length), new Float32Array(first.length)];
  let at = 0;
  for (const [p, plane] of planes.entries()) {
    const start = (images[p % images.length] as number) * count;
    for (let k = 0; k < count; k++, at++) {
      const from = firsts[start + k] as number;
      first[at] = plane * length + from;
      second[at] = plane * length + Math.min(from + 1, length - 1);
      own[at] = shares[start + k] as number;
      next[at] = seconds[start + k] as number;
    }
  }
  const weighed = (part: Tensor2D, weights: Float32Array): Tensor2D =>
    weights.every((w) => w === 1) ? part : mul(part, column(weights));
  const mine = weighed(takeImages(rows, first), own);
  return next.every((w) => w === 0) ? mine : add(mine, weighed(takeImages(rows, second), next));
}
