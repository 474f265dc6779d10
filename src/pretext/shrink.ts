import { clipByValue, type Tensor3D, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { multiplyAxes } from '../transforms/filterAxes.js';

/**
 * How pixels are averaged when an image shrinks: `'box'` (plain mean), `'triangle'` (antialiased bilinear), `'cubic'`
 * (antialiased bicubic, a = -0.5, as Pillow and MATLAB do), `'lanczos'` (three lobes).
 */
export type ShrinkFilter = 'box' | 'triangle' | 'cubic' | 'lanczos';

/** All filters. */
export const SHRINK_FILTERS: readonly ShrinkFilter[] = ['box', 'triangle', 'cubic', 'lanczos'];

/** Images a whole factor smaller, image i by the filter of its own, clipped to [0, 1]: two products with small matrices. */
export function shrink(x: Tensor4D, factor: number, filters: readonly ShrinkFilter[]): Tensor4D {
  const [, height, width] = x.shape;
  return tidy(() => {
    const smaller = multiplyAxes(x, matrices(filters, height, factor), matrices(filters, width, factor));
    return clipByValue(smaller, 0, 1);
  });
}

/** Weights `[batch, length / factor, length]`; each row sums to 1. */
function matrices(filters: readonly ShrinkFilter[], length: number, factor: number): Tensor3D {
  const count = length / factor;
  const made = new Map<ShrinkFilter, Float32Array>();
  const values = new Float32Array(filters.length * count * length);
  for (const [i, filter] of filters.entries()) {
    const matrix = made.get(filter) ?? matrixOf(filter, length, factor);
    made.set(filter, matrix);
    values.set(matrix, i * count * length);
  }
  return tensor3d(values, [filters.length, count, length]);
}

function matrixOf(filter: ShrinkFilter, length: number, factor: number): Float32Array {
  const count = length / factor;
  const matrix = new Float32Array(count * length);
  for (let place = 0; place < count; place++) {
    const center = (place + 0.5) * factor - 0.5;
    const row = Array.from({ length }, (_, j) => KERNELS[filter]((j - center) / factor));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    for (const [j, weight] of row.entries()) matrix[place * length + j] = weight / total;
  }
  return matrix;
}

const sinc = (t: number): number => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));

/** Kernels over distances in pixels of the small image. */
const KERNELS: Readonly<Record<ShrinkFilter, (t: number) => number>> = {
  box: (t) => (t >= -0.5 && t < 0.5 ? 1 : 0),
  triangle: (t) => Math.max(0, 1 - Math.abs(t)),
  cubic: (t) => {
    const d = Math.abs(t);
    if (d >= 2) return 0;
    return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
  },
  lanczos: (t) => (Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0),
};
