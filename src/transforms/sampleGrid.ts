import {
  getBackend,
  image,
  matMul,
  pad,
  reshape,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor3d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Interpolation } from './transform.js';

/** Places that an axis of the result reads, one list per image, in pixels: 0 is the centre of the first pixel. */
export type Places = readonly Float64Array[];

/**
 * Reads every image at the crossings of its own lines and columns, zeros outside it; the lists of all images are equally
 * long. With `'nearest'` the places must be whole numbers.
 */
export function sampleGrid(x: Tensor4D, lines: Places, columns: Places, interpolation: Interpolation): Tensor4D {
  // WebGL's cropAndResize of tfjs 4.22 ignores which image a box belongs to; matrix products are fast there.
  return tidy(() =>
    getBackend() === 'webgl' ? byMatrices(x, lines, columns) : byBoxes(x, lines, columns, interpolation),
  );
}

/** With a box of one pixel per sample: on WASM the only fast kernel that reads any place of any image. */
export function byBoxes(x: Tensor4D, lines: Places, columns: Places, interpolation: Interpolation): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = [lines[0]?.length ?? 0, columns[0]?.length ?? 0];
  // Samples between the image and the zeros around it need a border of zeros to be blended with.
  const border = leaves(lines, height) || leaves(columns, width) ? 1 : 0;
  const around: [number, number] = [border, border];
  const source = border === 0 ? x : pad(x, [[0, 0], around, around, [0, 0]]);
  const grid = pixelBoxes(lines, columns, border, source.shape);
  const owners = new Int32Array(batch * outHeight * outWidth);
  for (let i = 0; i < batch; i++) owners.fill(i, i * outHeight * outWidth, (i + 1) * outHeight * outWidth);
  const boxes = tensor2d(grid, [owners.length, 4]);
  const samples = image.cropAndResize(source, boxes, tensor1d(owners, 'int32'), [1, 1], interpolation);
  return reshape(samples, [batch, outHeight, outWidth, channels]);
}

/** With a matrix of weights per image and axis. */
export function byMatrices(x: Tensor4D, lines: Places, columns: Places): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = [lines[0]?.length ?? 0, columns[0]?.length ?? 0];
  const down = matMul<Tensor3D>(weights(lines, height), reshape(x, [batch, height, width * channels]));
  const turned = transpose<Tensor4D>(reshape(down, [batch, outHeight, width, channels]), [0, 2, 1, 3]);
  const across = matMul<Tensor3D>(weights(columns, width), reshape(turned, [batch, width, outHeight * channels]));
  return transpose<Tensor4D>(reshape(across, [batch, outWidth, outHeight, channels]), [0, 2, 1, 3]);
}

/** Whether a place lies outside an axis, in a way that needs a border: a fraction from it, or on an axis of one pixel. */
function leaves(places: Places, length: number): boolean {
  const outside = (p: number): boolean => p < 0 || p > length - 1;
  return places.some((ps) => ps.some((p) => outside(p) && (length === 1 || !Number.isInteger(p))));
}

/** Boxes of one pixel each, in the normalised corners of cropAndResize: 0 is the first pixel's centre, 1 the last one's. */
function pixelBoxes(lines: Places, columns: Places, border: number, shape: readonly number[]): Float32Array {
  const [lastLine, lastColumn] = [Math.max(1, (shape[1] as number) - 1), Math.max(1, (shape[2] as number) - 1)];
  const perImage = (lines[0]?.length ?? 0) * (columns[0]?.length ?? 0);
  const grid = new Float32Array(lines.length * perImage * 4);
  let at = 0;
  for (const [i, ys] of lines.entries()) {
    const xs = (columns[i] as Float64Array).map((place) => (place + border) / lastColumn);
    for (const place of ys) {
      const y = (place + border) / lastLine;
      for (const column of xs) {
        grid[at++] = y;
        grid[at++] = column;
        grid[at++] = y;
        grid[at++] = column;
      }
    }
  }
  return grid;
}

/** Matrices [images, places, length] of the weights of linear interpolation; a place outside has none. */
function weights(places: Places, length: number): Tensor3D {
  const count = places[0]?.length ?? 0;
  const matrices = new Float32Array(places.length * count * length);
  for (const [i, ps] of places.entries()) {
    for (const [k, place] of ps.entries()) {
      const [first, start] = [Math.floor(place), (i * count + k) * length];
      const share = place - first;
      if (first >= 0 && first < length) matrices[start + first] = 1 - share;
      if (first + 1 >= 0 && first + 1 < length && share > 0) matrices[start + first + 1] = share;
    }
  }
  return tensor3d(matrices, [places.length, count, length]);
}
