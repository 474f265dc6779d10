import {
  abs,
  add,
  argMax,
  avgPool,
  cast,
  div,
  expandDims,
  max,
  mul,
  relu,
  reshape,
  slice,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor3d,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { planeFourier } from './planeFourier.js';

/** How far each plane has moved, in pixels: down and to the right. */
export interface Shifts {
  readonly down: Tensor1D;
  readonly right: Tensor1D;
}

/**
 * Translation of every frame against the middle one of its clip, by correlation: frames `[clips, frames, height, width]`,
 * shifts `[clips * frames]` with fractions, of at most `reach` times the side. What is correlated is the difference from the
 * surroundings, limited to ±1: a bright thing that moves then counts no more than its area. (Phase correlation, Kuglin and
 * Hines, 1975, follows it instead: low frequencies are its own.)
 */
export function cameraShifts(frames: Tensor4D, reach: number): Shifts {
  const [clips, count, height, width] = frames.shape;
  const n = clips * count;
  const windowed = mul<Tensor3D>(local(reshape(frames, [n, height, width, 1])), taper(height, width));
  const { real, imaginary } = planeFourier({ real: windowed, imaginary: mul(windowed, 0) });
  const middle = (x: Tensor3D): Tensor3D => {
    const one = slice(reshape(x, [clips, count, height, width]), [0, Math.floor(count / 2), 0, 0], [-1, 1, -1, -1]);
    return reshape(tile(one, [1, count, 1, 1]), [n, height, width]);
  };
  const [r, i] = [middle(real), middle(imaginary)];
  const cross = {
    real: add<Tensor3D>(mul(real, r), mul(imaginary, i)),
    imaginary: sub<Tensor3D>(mul(imaginary, r), mul(real, i)),
  };
  const weight = spectrumWeight(height, width);
  const back = planeFourier({ real: mul(cross.real, weight), imaginary: mul(cross.imaginary, weight) }, true).real;
  const found = mul<Tensor3D>(relu(back), within(height, width, reach));
  const [row, column] = [argMax<Tensor3D>(max(found, 2), 1), argMax<Tensor3D>(max(found, 1), 1)];
  const [fromRow, fromColumn] = [wrapped(row, height), wrapped(column, width)]; // [n, height], [n, width]
  const near = (from: Tensor): Tensor => step(sub(2.5, abs(from)));
  const peak = mul(found, mul(expandDims(near(fromRow), 2), expandDims(near(fromColumn), 1)));
  const total = add(sum(peak, [1, 2]), 1e-20);
  const center = (from: Tensor, axis: 1 | 2, at: Tensor, length: number): Tensor1D => {
    const moved = div(sum(mul(peak, expandDims(from, axis === 1 ? 2 : 1)), [1, 2]), total);
    const place = cast(at, 'float32');
    const signed = sub(place, mul(step(sub(place, (length - 1) / 2)), length)); // beyond the half it is a shift back
    return mul<Tensor1D>(add(moved, signed), step(max(found, [1, 2])));
  };
  return { down: center(fromRow, 1, row, height), right: center(fromColumn, 2, column, width) };
}

/**
 * Planes `[n, channels, height, width]` read at places moved by a number per plane, bilinearly: a camera that moved by so much
 * is moved back. Outside lies 0.
 */
export function shiftPlanes(planes: Tensor4D, { down, right }: Shifts): Tensor4D {
  const [n, channels, height, width] = planes.shape;
  const across = matMul<Tensor3D>(reshape(planes, [n, channels * height, width]), tents(width, right));
  const turned = transpose(reshape(across, [n, channels, height, width]), [0, 1, 3, 2]);
  const both = matMul<Tensor3D>(reshape(turned, [n, channels * width, height]), tents(height, down));
  return transpose(reshape(both, [n, channels, width, height]), [0, 1, 3, 2]) as Tensor4D;
}

/** `[n, length, length]`: column y holds the weights of the two places around y + shift. */
function tents(length: number, shifts: Tensor1D): Tensor3D {
  const distances = Float32Array.from({ length: length * length }, (_, i) => Math.floor(i / length) - (i % length));
  return relu(sub(1, abs(sub(tensor3d(distances, [1, length, length]), reshape(shifts, [-1, 1, 1]))))) as Tensor3D;
}

/** Distance of every place from one, around the circle: `[n, length]`, in [-length / 2, length / 2). */
function wrapped(place: Tensor, length: number): Tensor {
  const places = tensor1d(Float32Array.from({ length }, (_, i) => i));
  const away = sub(places, expandDims(cast(place, 'float32'), 1));
  const half = length / 2;
  return add(sub(away, mul(step(sub(away, half)), length)), mul(step(sub(-half, away)), length));
}

/** `[1, height, width]` of a product of a function of each axis. */
function outer(height: number, width: number, f: (i: number, length: number) => number): Tensor3D {
  const values = Float32Array.from(
    { length: height * width },
    (_, i) => f(Math.floor(i / width), height) * f(i % width, width),
  );
  return tensor3d(values, [1, height, width]);
}

/** Differences from the mean of 5 x 5 pixels, as shares of themselves plus a little: in [-1, 1]. */
function local(x: Tensor4D): Tensor3D {
  const [n, height, width] = x.shape;
  const window: [number, number] = [Math.min(5, 2 * height - 1), Math.min(5, 2 * width - 1)];
  const away = sub(x, avgPool(x, window, 1, 'same'));
  return reshape(div(away, add(abs(away), 0.02)), [n, height, width]);
}

/** 1 but for an eighth of the side at each end, which fades. */
const taper = (height: number, width: number): Tensor3D =>
  outer(height, width, (i, n) => 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, (8 * Math.min(i + 0.5, n - i - 0.5)) / n)));
const circular = (i: number, n: number): number => Math.min(i, n - i) / n;
/** Low frequencies count: they make the peak as wide as the places around it that are averaged. */
const spectrumWeight = (height: number, width: number): Tensor3D =>
  outer(height, width, (i, n) => Math.exp(-0.5 * (circular(i, n) / 0.3) ** 2));
const within = (height: number, width: number, reach: number): Tensor3D =>
  outer(height, width, (i, n) => (circular(i, n) <= reach ? 1 : 0));
