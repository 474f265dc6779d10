import { dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import { type Picture, pictureOf } from '../pretrain/report/pictures.js';
import type { Photos } from './photos.js';

/** How many draws a row shows. */
export const DRAWS = 8;

/** A row of the gallery: eight copies of a photo go in, eight pictures come out, or as many views. */
export interface Row {
  readonly name: string;
  /** Options and what to look for. */
  readonly caption: string;
  /** Pictures from copies of one photo; several batches are views, of which each is shown as often as there is room. */
  readonly apply: (x: Tensor4D, seed: number) => Tensor4D | Tensor4D[];
}

/** A row with its pictures. */
export interface DrawnRow {
  readonly name: string;
  readonly caption: string;
  readonly original: Picture;
  readonly draws: readonly Picture[];
}

/** Draws every row on a photo of its own. */
export async function drawRows(rows: readonly Row[], photos: Photos): Promise<DrawnRow[]> {
  const drawn: DrawnRow[] = [];
  for (const [i, { name, caption, apply }] of rows.entries()) {
    const x = photos.copies(i, DRAWS);
    const result = apply(x, i + 1);
    const batches = Array.isArray(result) ? result : [result];
    const stacks = await Promise.all(
      [x, ...batches].map(async (t) => ({ data: (await t.data()) as Float32Array, shape: t.shape })),
    );
    const [originals, ...views] = stacks as [(typeof stacks)[0], ...typeof stacks];
    const each = Math.max(1, Math.floor(DRAWS / views.length));
    drawn.push({
      name,
      caption,
      original: pictureOf(originals, 0),
      draws: views.flatMap((view) => Array.from({ length: each }, (_, k) => pictureOf(view, k))),
    });
    dispose([x, ...batches]);
  }
  return drawn;
}
