import { dispose, type Tensor, type Tensor4D, type Tensor5D } from '@tensorflow/tfjs-core';
import { type Picture, pictureOf } from '../pretrain/report/pictures.js';
import type { Material } from './material/material.js';

/** One picture of a row, or a line of text. */
export interface Shown {
  /** Left out where the task has to do with words alone. */
  readonly picture?: Picture;
  /** What stands below it: a label, or what it is. */
  readonly note: string;
}

/** A row of the gallery: what a task makes of photo `i`, or of clips and the like. */
export interface Row {
  readonly name: string;
  /** What to look for. */
  readonly caption: string;
  readonly draw: (material: Material, i: number) => Promise<readonly Shown[]>;
}

/** Pictures of a batch `[n, height, width, channels]`, of the frames of `[n, frames, ...]` one after the other. */
export async function pictures(x: Tensor4D | Tensor5D): Promise<Picture[]> {
  const data = (await x.data()) as Float32Array;
  const shape = x.rank === 5 ? [(x.shape[0] as number) * x.shape[1], ...x.shape.slice(2)] : x.shape;
  return Array.from({ length: shape[0] as number }, (_, k) => pictureOf({ data, shape }, k));
}

/** Numbers of a tensor. */
export async function numbers(x: Tensor): Promise<number[]> {
  return Array.from(await x.data());
}

/** Disposes of a batch with all that is in it. */
export function free(...results: unknown[]): void {
  for (const result of results) {
    if (typeof result !== 'object' || result === null) continue;
    if ('dtype' in result && 'shape' in result) dispose(result as Tensor);
    else free(...Object.values(result));
  }
}

/** A picture whose values are moved to where they can be seen: `least` is black, `most` white. */
export function between(picture: Picture, least: number, most: number): Picture {
  const data = Float32Array.from(picture.data, (v) => (v - least) / (most - least));
  return { ...picture, data };
}

/** A picture with every pixel `times` as large. */
export function enlarged({ data, height, width, channels }: Picture, times: number): Picture {
  const out = new Float32Array(data.length * times * times);
  for (let p = 0; p < out.length; p++) {
    const [y, x] = [Math.floor(p / channels / width / times), Math.floor(p / channels) % (width * times)];
    out[p] = data[(Math.floor(y / times) * width + Math.floor(x / times)) * channels + (p % channels)] as number;
  }
  return { data: out, height: height * times, width: width * times, channels };
}

/** Pictures of one size in a grid on white, line by line; null leaves a place empty. */
export function mosaic(cells: readonly (Picture | null)[], columns: number, gap = 3): Picture {
  const { height, width, channels } = cells.find((cell) => cell !== null) as Picture;
  const lines = Math.ceil(cells.length / columns);
  const [high, wide] = [lines * (height + gap) - gap, columns * (width + gap) - gap];
  const data = new Float32Array(high * wide * channels).fill(1);
  for (const [k, cell] of cells.entries()) {
    if (cell === null) continue;
    const [top, left] = [Math.floor(k / columns) * (height + gap), (k % columns) * (width + gap)];
    for (let y = 0; y < height; y++) {
      const line = Float32Array.from(cell.data.subarray(y * width * channels, (y + 1) * width * channels));
      data.set(line, ((top + y) * wide + left) * channels);
    }
  }
  return { data, height: high, width: wide, channels };
}

/** Pictures with one note. */
export const named = (list: readonly Picture[], note: string): Shown[] => list.map((picture) => ({ picture, note }));

/** Pictures of values of any range, from black to white. */
export const seen = async (x: Tensor4D | Tensor5D, least: number, most: number): Promise<Picture[]> =>
  (await pictures(x)).map((picture) => between(picture, least, most));
