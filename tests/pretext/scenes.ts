import { type Tensor4D, type Tensor5D, tensor4d, tensor5d } from '@tensorflow/tfjs-core';
import { uniform } from '../../src/random/index.js';
import { hold } from '../helpers/index.js';

/** A grey image `[1, height, width, 1]` by a function of the place. */
export function rendered(height: number, width: number, f: (y: number, x: number) => number): Tensor4D {
  const values = Float32Array.from({ length: height * width }, (_, i) => f(Math.floor(i / width), i % width));
  return hold(tensor4d(values, [1, height, width, 1]));
}

/** Smooth noise in [0.2, 0.8], bilinear between random values 4 pixels apart: it can be read between pixels. */
export function texture(seed: number): (y: number, x: number) => number {
  const [side, step] = [64, 4];
  const values = uniform(seed, side * side);
  const at = (y: number, x: number): number => values[((y + side) % side) * side + ((x + side) % side)] as number;
  return (y, x) => {
    const [row, column] = [Math.floor(y / step), Math.floor(x / step)];
    const [v, u] = [y / step - row, x / step - column];
    const top = at(row, column) * (1 - u) + at(row, column + 1) * u;
    const bottom = at(row + 1, column) * (1 - u) + at(row + 1, column + 1) * u;
    return 0.2 + 0.6 * (top * (1 - v) + bottom * v);
  };
}

/** A clip of a textured wall seen by a camera at `camera[f]`, before which a white square moves; and where the square is. */
export function squareBeforeWall(
  size: number,
  camera: readonly (readonly [down: number, right: number])[],
): { clip: Tensor5D; square: (f: number, y: number, x: number) => boolean } {
  const wall = texture(3);
  const square = (f: number, y: number, x: number): boolean =>
    Math.abs(y - size / 2) < 4 && Math.abs(x - 6 - (f * (size - 12)) / (camera.length - 1)) < 4;
  const values = new Float32Array(camera.length * size * size);
  for (const [f, [down, right]] of camera.entries()) {
    for (let i = 0; i < size * size; i++) {
      const [y, x] = [Math.floor(i / size), i % size];
      values[f * size * size + i] = square(f, y, x) ? 1 : wall(y - down, x - right);
    }
  }
  return { clip: hold(tensor5d(values, [1, camera.length, size, size, 1])), square };
}
