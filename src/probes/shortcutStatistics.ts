import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';

/** Low-level statistics of a sample, by what they look at. */
export interface Statistics {
  /** Mean and variance of each patch and channel: where it is bright, where it is busy. */
  readonly patches: number[];
  /** The outermost pixels, and how well the sides of the pictures of a sample go on in each other. */
  readonly borders: number[];
  /** Mean, deviation and extremes of each channel, and how channels go together when one is shifted by a pixel. */
  readonly channels: number[];
}

/** Border pixels of a picture kept at most. */
const BORDER = 256;

/** Pictures on the host: those of sample s are numbers s * count to (s + 1) * count - 1. */
export interface Pictures {
  readonly values: ArrayLike<number>;
  /** Pictures of a sample: tiles, frames. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Reads an input of a task: `[n, ..., height, width, channels]`, `[n, height, width]`, or vectors `[n, length]`, which are
 * pictures of one line.
 */
export async function readPictures(where: string, name: string, x: Tensor): Promise<Pictures & { samples: number }> {
  if (x.rank < 2 || x.size === 0) {
    throw new ShapeError(`${where}: ${name} must have at least one sample and two axes, got [${x.shape.join(', ')}].`);
  }
  const [samples = 0, ...rest] = x.shape;
  const [height, width, channels] = (
    rest.length >= 3 ? rest.slice(-3) : rest.length === 2 ? [...rest, 1] : [1, rest[0], 1]
  ) as [number, number, number];
  const count = rest.slice(0, -3).reduce((product, n) => product * n, 1);
  return { values: await x.data(), samples, count, height, width, channels };
}

/** Statistics of one sample, all its inputs together. */
export function statisticsOf(inputs: readonly Pictures[], sample: number, grid: number): Statistics {
  const out: Statistics = { patches: [], borders: [], channels: [] };
  const sides: { readonly of: string; readonly lines: readonly number[][] }[] = [];
  for (const input of inputs) {
    const { height, width, channels, count, values } = input;
    const size = height * width * channels;
    for (let p = sample * count; p < (sample + 1) * count; p++) {
      const at = (y: number, x: number, c: number): number =>
        values[p * size + (y * width + x) * channels + c] as number;
      patchStatistics(out.patches, at, input, grid);
      channelStatistics(out.channels, at, input);
      const lines = borderLines(at, input);
      const all = lines.flat();
      const step = Math.max(1, Math.ceil(all.length / BORDER));
      for (let i = 0; i < all.length; i += step) out.borders.push(all[i] as number);
      sides.push({ of: `${height} ${width} ${channels}`, lines });
    }
  }
  for (const [i, a] of sides.entries()) {
    for (const [j, b] of sides.entries())
      if (i !== j && a.of === b.of) out.borders.push(...continuity(a.lines, b.lines));
  }
  return out;
}

type At = (y: number, x: number, c: number) => number;

function patchStatistics(out: number[], at: At, { height, width, channels }: Pictures, grid: number): void {
  const [rows, columns] = [Math.min(grid, height), Math.min(grid, width)];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let c = 0; c < channels; c++) {
        let [sum, squares, n] = [0, 0, 0];
        for (let y = Math.floor((i * height) / rows); y < Math.floor(((i + 1) * height) / rows); y++) {
          for (let x = Math.floor((j * width) / columns); x < Math.floor(((j + 1) * width) / columns); x++) {
            const v = at(y, x, c);
            [sum, squares, n] = [sum + v, squares + v * v, n + 1];
          }
        }
        out.push(sum / n, squares / n - (sum / n) ** 2);
      }
    }
  }
}

/** Top, bottom, left and right line, channels together. */
function borderLines(at: At, { height, width, channels }: Pictures): number[][] {
  const line = (length: number, place: (i: number) => [number, number]): number[] =>
    Array.from({ length: length * channels }, (_, k) => {
      const [y, x] = place(Math.floor(k / channels));
      return at(y, x, k % channels);
    });
  return [
    line(width, (i) => [0, i]),
    line(width, (i) => [height - 1, i]),
    line(height, (i) => [i, 0]),
    line(height, (i) => [i, width - 1]),
  ];
}

/** Mean difference of facing sides, were b below, above, right or left of a. */
function continuity(a: readonly number[][], b: readonly number[][]): number[] {
  return [1, 0, 3, 2].map((side, facing) => {
    const [u, v] = [a[side] as number[], b[facing] as number[]];
    return u.reduce((sum, x, i) => sum + Math.abs(x - (v[i] as number)), 0) / u.length;
  });
}

function channelStatistics(out: number[], at: At, { height, width, channels }: Pictures): void {
  const means: number[] = [];
  const deviations: number[] = [];
  for (let c = 0; c < channels; c++) {
    let [sum, squares, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const v = at(y, x, c);
        [sum, squares, least, most] = [sum + v, squares + v * v, Math.min(least, v), Math.max(most, v)];
      }
    }
    const mean = sum / (height * width);
    means.push(mean);
    deviations.push(Math.sqrt(Math.max(0, squares / (height * width) - mean * mean)));
    out.push(mean, deviations[c] as number, least, most);
  }
  for (let c = 1; c < channels; c++) {
    const scale = (deviations[0] as number) * (deviations[c] as number) * height * width;
    for (const [dy, dx] of [
      [0, 0],
      [0, 1],
      [0, -1],
      [1, 0],
      [-1, 0],
    ] as const) {
      let sum = 0;
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          sum += (at(y, x, 0) - (means[0] as number)) * (at(y + dy, x + dx, c) - (means[c] as number));
        }
      }
      out.push(scale > 0 ? sum / scale : 0);
    }
  }
}
