import { foldIn, integers, permutation, type RandomKey, uniform } from '../random/index.js';

/** A grid of patches, of which `kept` stay. */
export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
  readonly kept: number;
}

/** Draws which patches of one grid are hidden: 1 where hidden, all but exactly `kept`. */
export type HidePatches = (key: RandomKey, grid: PatchGrid) => Uint8Array;

/** Any patch as likely as any other. */
export const hideAtRandom: HidePatches = (key, { rows, columns, kept }) =>
  keepFirst(permutation(key, rows * columns), kept);

/**
 * Evenly spread: patches stay in the order of a Bayer matrix, which is that of ordered dithering, moved by a drawn offset.
 * A quarter that stays is the same corner of every 2 x 2 patches, a half a chequerboard.
 */
export const hideGrid: HidePatches = (key, { rows, columns, kept }) => {
  const bits = Math.ceil(Math.log2(Math.max(rows, columns, 2)));
  const [down = 0, right = 0] = integers(key, 2, { max: 2 ** bits });
  const level = Array.from({ length: rows * columns }, (_, i) => {
    const [r, c] = [Math.floor(i / columns) + down, (i % columns) + right];
    let value = 0;
    for (let bit = 0; bit < bits; bit++) value = 4 * value + 2 * (((r ^ c) >> bit) & 1) + ((r >> bit) & 1);
    return value;
  });
  const order = Array.from(level.keys()).sort((a, b) => (level[a] as number) - (level[b] as number));
  return keepFirst(order, kept);
};

const TRIES = 10;
const SMALLEST = 4;
const ASPECT = 0.3;

/**
 * Rectangles of at least 4 patches and of aspects from 0.3 to 1 / 0.3, one on top of the other, until no further one fits
 * into what is left to hide; patches at random make up the exact number.
 */
export const hideBlocks: HidePatches = (key, { rows, columns, kept }) => {
  const hidden = new Uint8Array(rows * columns);
  let left = rows * columns - kept;
  for (let attempt = 0, failed = 0; left > 0 && failed < TRIES; attempt++) {
    const [a = 0, b = 0, c = 0, d = 0] = uniform(foldIn(key, attempt), 4);
    const area = SMALLEST + a * (left - SMALLEST);
    const aspect = Math.exp((2 * b - 1) * Math.log(1 / ASPECT));
    const [height, width] = [Math.round(Math.sqrt(area * aspect)), Math.round(Math.sqrt(area / aspect))];
    failed++;
    if (height < 1 || width < 1 || height >= rows || width >= columns) continue;
    const [top, start] = [Math.floor(c * (rows - height + 1)), Math.floor(d * (columns - width + 1))];
    const cells = Array.from(
      { length: height * width },
      (_, i) => (top + Math.floor(i / width)) * columns + start + (i % width),
    ).filter((cell) => hidden[cell] === 0);
    if (cells.length === 0 || cells.length > left) continue;
    for (const cell of cells) hidden[cell] = 1;
    left -= cells.length;
    failed = 0;
  }
  for (const cell of permutation(key, rows * columns)) {
    if (left === 0) break;
    if (hidden[cell] === 1) continue;
    hidden[cell] = 1;
    left--;
  }
  return hidden;
};

function keepFirst(order: ArrayLike<number>, kept: number): Uint8Array {
  const hidden = new Uint8Array(order.length).fill(1);
  for (let i = 0; i < kept; i++) hidden[order[i] as number] = 0;
  return hidden;
}
