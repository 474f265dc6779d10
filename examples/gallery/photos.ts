import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { readImages } from 'selfsup/node';
import { renderScenes } from '../pretrain/data/scenes/index.js';

/** Photos of one size. */
export interface Photos {
  /** What they are, in words. */
  readonly name: string;
  /** How many. */
  readonly count: number;
  /** Photo i, wrapped around, as often as asked: `[copies, 96, 96, 3]`; the caller disposes it. */
  copies(i: number, copies: number): Tensor4D;
}

const SIZE = 96;

/** The images of a folder, or rendered scenes where there is none. */
export async function loadPhotos(path: string | undefined): Promise<Photos> {
  const data = process.env.SELFSUP_DATA;
  const folder = path ?? (data === undefined ? undefined : join(data, 'photos'));
  if (folder === undefined || (path === undefined && !existsSync(folder))) {
    const name = folder === undefined ? 'rendered scenes' : 'rendered scenes (SELFSUP_DATA has no photos)';
    return photosOf(name, renderScenes(5, { train: 32, test: 8, size: SIZE }).train.images);
  }
  const { train } = await readImages(folder, { size: SIZE });
  return photosOf(path ?? 'the photos of SELFSUP_DATA', train.images);
}

function photosOf(
  name: string,
  { data, shape }: { data: Uint8Array | Float32Array; shape: readonly number[] },
): Photos {
  const [count, row] = [shape[0] as number, SIZE * SIZE * 3];
  return {
    name,
    count,
    copies: (i, copies) => {
      const photo = data.subarray((i % count) * row, ((i % count) + 1) * row);
      const values = new Float32Array(copies * row);
      for (let c = 0; c < copies; c++)
        values.set(
          Float32Array.from(photo, (v) => v / 255),
          c * row,
        );
      return tensor4d(values, [copies, SIZE, SIZE, 3]);
    },
  };
}
