import { reshape, type Tensor, type Tensor3D, type Tensor4D, tensor3d, tidy, transpose } from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import type { Placement } from './placement.js';

/**
 * A shrinking crop with antialiasing, and the mirrorings after it: for every image and axis a matrix of weights, triangles
 * as wide as the step around half-pixel centres, each row summing to 1 inside the box and what lies outside the image zero.
 */
export function filterAxes(x: Tensor4D, crop: Placement, mirrorings: readonly Placement[]): Tensor4D {
  const batch = x.shape[0];
  return tidy(() => multiplyAxes(x, weights(crop, mirrorings, 0, batch), weights(crop, mirrorings, 1, batch)));
}

/** The products of every image's lines with a matrix of its own `[batch, outHeight, height]`, and of its columns likewise. */
export function multiplyAxes(x: Tensor4D, lines: Tensor3D, columns: Tensor3D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = [lines.shape[1], columns.shape[1]];
  return tidy(() => {
    const down = matMul<Tensor3D>(lines, reshape(x, [batch, height, width * channels]));
    const turned = transpose<Tensor4D>(reshape(down, [batch, outHeight, width, channels]), [0, 2, 1, 3]);
    const across = matMul<Tensor3D>(
      columns,
      reshape<Tensor3D['rankType']>(turned, [batch, width, outHeight * channels]),
    );
    return transpose<Tensor4D>(reshape(across, [batch, outWidth, outHeight, channels]), [0, 2, 1, 3]);
  });
}

/** The same on a GPU, as colour planes [channels, batch, pixels]: one transposition less, and products of whole planes. */
export function multiplyPlanes(x: Tensor4D, lines: Tensor3D, columns: Tensor3D): Tensor3D {
  return tidy(() => {
    const images = transpose<Tensor4D>(x, [3, 0, 1, 2]);
    const read: Tensor4D = matMul(matMul(lines as Tensor, images), columns as Tensor, false, true);
    return reshape(read, [images.shape[0], images.shape[1], lines.shape[1] * columns.shape[1]]);
  });
}

/** Matrices `[batch, places, length]` of one axis, 0 for lines and 1 for columns. */
function weights(
  { boxes, from, size }: Placement,
  mirrorings: readonly Placement[],
  axis: 0 | 1,
  batch: number,
): Tensor3D {
  const [length, count] = [from[axis], size[axis]];
  const matrices = new Float32Array(batch * count * length);
  for (let i = 0; i < batch; i++) {
    const [start, extent] = [boxes?.[i]?.[axis] ?? 0, boxes?.[i]?.[axis + 2] ?? length];
    const mirrored =
      mirrorings.filter(({ matrices: m }) => (m[i]?.[axis === 0 ? 4 : 0] as number) < 0).length % 2 === 1;
    for (let place = 0; place < count; place++) {
      const row = triangle(extent, count, place);
      const to = (i * count + (mirrored ? count - 1 - place : place)) * length;
      for (let j = Math.max(0, -start); j < Math.min(extent, length - start); j++)
        matrices[to + start + j] = row[j] as number;
    }
  }
  return tensor3d(matrices, [batch, count, length]);
}

/** Weights of a place of `count` over an axis: a triangle around its centre, wide as the step when shrinking, summing to 1. */
export function triangle(length: number, count: number, place: number): number[] {
  const scale = length / count;
  const support = Math.max(scale, 1);
  const center = (place + 0.5) * scale;
  const row = Array.from({ length }, (_, j) => Math.max(0, 1 - Math.abs(j + 0.5 - center) / support));
  const total = row.reduce((sum, weight) => sum + weight, 0);
  return row.map((weight) => weight / total);
}
