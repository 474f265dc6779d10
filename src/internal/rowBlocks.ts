import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { columnMeans } from './gram.js';
import type { HostRows } from './hostRows.js';

/** Where rows are moved and how they are scaled before they are multiplied in float32. */
export interface RowFrame {
  readonly mean: Float64Array;
  /** Makes the mean square length of the moved rows 1. */
  readonly scale: number;
}

/** Rows on the host, lent to the backend block by block as (x - mean) * scale. */
export interface RowBlocks {
  /** The rows as they are given, and how they are moved. */
  readonly source: HostRows;
  readonly frame: RowFrame;
  readonly rows: number;
  readonly dim: number;
  /** Calls f with every block in turn; the block is f's to use until it is done, and not to dispose. */
  each(f: (block: Tensor2D, start: number, end: number) => Promise<void>): Promise<void>;
  dispose(): void;
}

/** Numbers of a block: 16 MiB. */
const BLOCK_SIZE = 2 ** 22;
/** Numbers that stay on the backend between passes: 64 MiB; more are lent anew on each pass. */
const KEPT_SIZE = 2 ** 24;

/** The frame in which products of rows lose least: distances do not change but for the scale. */
export function rowFrame(x: HostRows): RowFrame {
  const { values, rows, dim } = x;
  const mean = columnMeans(x);
  let largest = 0;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < dim; c++, i++) {
      const distance = Math.abs((values[i] as number) - (mean[c] as number));
      if (distance > largest) largest = distance;
    }
  }
  if (largest === 0) return { mean, scale: 1 };
  let sum = 0;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < dim; c++, i++) sum += (((values[i] as number) - (mean[c] as number)) / largest) ** 2;
  }
  return { mean, scale: 1 / (largest * Math.sqrt(sum / rows)) };
}

/** Blocks of so many rows that neither they nor a row of `width` numbers for each of theirs exceed 16 MiB. */
export function rowBlocks(x: HostRows, frame: RowFrame, width: number): RowBlocks {
  const { rows, dim } = x;
  const step = Math.max(1, Math.floor(BLOCK_SIZE / Math.max(dim, width)));
  const kept: Tensor2D[] | null = rows * dim <= KEPT_SIZE ? [] : null;
  return {
    source: x,
    frame,
    rows,
    dim,
    async each(f) {
      for (let start = 0, i = 0; start < rows; start += step, i++) {
        const end = Math.min(rows, start + step);
        const block = kept?.[i] ?? blockOf(x, frame, start, end);
        if (kept) kept[i] = block;
        try {
          await f(block, start, end);
        } finally {
          if (!kept) block.dispose();
        }
      }
    },
    dispose() {
      for (const block of kept?.splice(0) ?? []) block.dispose();
    },
  };
}

function blockOf({ values, dim }: HostRows, { mean, scale }: RowFrame, start: number, end: number): Tensor2D {
  const part = new Float32Array((end - start) * dim);
  for (let r = start, i = start * dim, to = 0; r < end; r++) {
    for (let c = 0; c < dim; c++, i++, to++) part[to] = ((values[i] as number) - (mean[c] as number)) * scale;
  }
  return tensor2d(part, [end - start, dim], 'float32');
}
