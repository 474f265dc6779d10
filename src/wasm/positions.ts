import type { Axis, Geometry } from './geometry.js';

/** Input position of a tap of a window; outside the input in the padding. */
export function position(axis: Axis, window: number, tap: number): number {
  return window * axis.stride - axis.pad + tap * axis.dilation;
}

/** Writes the input positions of a window that lie inside the input, and returns how many there are. */
export function validPositions(g: Geometry, window: number, positions: Int32Array): number {
  const [depth, height, width] = g.axes;
  const ox = window % width.out;
  let n = (window - ox) / width.out;
  const oy = n % height.out;
  n = (n - oy) / height.out;
  const oz = n % depth.out;
  const image = ((n - oz) / depth.out) * depth.size;
  let count = 0;
  for (let kz = 0; kz < depth.taps; kz++) {
    const z = position(depth, oz, kz);
    if (z < 0 || z >= depth.size) continue;
    for (let ky = 0; ky < height.taps; ky++) {
      const y = position(height, oy, ky);
      if (y < 0 || y >= height.size) continue;
      for (let kx = 0; kx < width.taps; kx++) {
        const x = position(width, ox, kx);
        if (x >= 0 && x < width.size) positions[count++] = ((image + z) * height.size + y) * width.size + x;
      }
    }
  }
  return count;
}
