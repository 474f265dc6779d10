import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatAddress, floats, type WasmBackend, zeroOutput } from './backend.js';
import { type Axis, type Geometry, taps } from './geometry.js';
import { position } from './positions.js';

/** Below this many floats a plain loop is faster than `copyWithin`. */
const SHORT = 24;

/**
 * The inputs of windows `first` to `first + rows - 1` as rows `[rows, taps * channels]` (im2col); positions in the padding
 * are 0. Windows and taps are counted row-major over batch, depth, height, width. A longer `row` ends in zeros.
 */
export function patches(
  backend: WasmBackend,
  x: TensorInfo,
  g: Geometry,
  first: number,
  rows: number,
  row = taps(g) * g.inChannels,
): TensorInfo {
  const out = zeroOutput(backend, [rows, row]);
  const heap = floats(backend);
  const [from, to] = [floatAddress(backend, x), floatAddress(backend, out)];
  const [depth, height, width] = g.axes;
  for (let r = 0; r < rows; r++) {
    let n = first + r;
    const ox = n % width.out;
    n = (n - ox) / width.out;
    const oy = n % height.out;
    n = (n - oy) / height.out;
    const oz = n % depth.out;
    const image = from + ((n - oz) / depth.out) * depth.size * height.size * width.size * g.inChannels;
    for (let kz = 0; kz < depth.taps; kz++) {
      const z = position(depth, oz, kz);
      if (z < 0 || z >= depth.size) continue;
      for (let ky = 0; ky < height.taps; ky++) {
        const y = position(height, oy, ky);
        if (y < 0 || y >= height.size) continue;
        const source = image + (z * height.size + y) * width.size * g.inChannels;
        const target = to + r * row + (kz * height.taps + ky) * width.taps * g.inChannels;
        copyTaps(heap, target, source, width, ox, g.inChannels);
      }
    }
  }
  return out;
}

/** Copies floats inside the heap. */
export function copy(heap: Float32Array, target: number, source: number, length: number): void {
  if (length >= SHORT) heap.copyWithin(target, source, source + length);
  else for (let i = 0; i < length; i++) heap[target + i] = heap[source + i] as number;
}

function copyTaps(heap: Float32Array, target: number, source: number, width: Axis, ox: number, channels: number): void {
  const start = ox * width.stride - width.pad;
  if (width.dilation === 1) {
    const low = Math.max(0, -start);
    const high = Math.min(width.taps, width.size - start);
    if (high > low) copy(heap, target + low * channels, source + (start + low) * channels, (high - low) * channels);
    return;
  }
  for (let k = 0; k < width.taps; k++) {
    const x = start + k * width.dilation;
    if (x >= 0 && x < width.size) copy(heap, target + k * channels, source + x * channels, channels);
  }
}
