import { reshape, slice, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { type Data, sliceRows } from '../internal/arrayData.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { permutation, type Seed } from '../random/index.js';

/** A part with its labels on the host. */
export interface HostDense {
  readonly x: Data;
  readonly labels: Int32Array;
  readonly count: number;
  readonly size: readonly [number, number];
}

/** An output as maps `[batch, height, width, channels]`: maps as they are, tokens on their square grid. */
export function asMaps(where: string, output: Tensor): Tensor4D {
  if (output.rank === 4) return output as Tensor4D;
  const [batch, tokens, dim] = output.shape as [number, number, number];
  const side = Math.floor(Math.sqrt(tokens));
  const before = tokens - side * side; // a class token stands before the patches
  if (output.rank !== 3 || before > 1) {
    throw new ShapeError(
      `${where}: encoder must give [batch, height, width, channels] or [batch, tokens, dim] with a square number of ` +
        `tokens, a class token beside them or not, got [${output.shape.join(', ')}].`,
    );
  }
  return reshape(slice(output, [0, before, 0], [batch, side * side, dim]), [batch, side, side, dim]);
}

/**
 * The most frequent class of the pixels under each cell of a coarser grid, of equal ones the lowest; -1 where all are to
 * be ignored. A cell whose border cuts a pixel counts it.
 */
export function cellLabels(
  labels: Int32Array,
  [height, width]: readonly [number, number],
  [rows, columns]: readonly [number, number],
  ignore: number,
  classes: number,
): Int32Array {
  const out = new Int32Array(rows * columns);
  const counts = new Int32Array(classes);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      counts.fill(0);
      const bottom = Math.ceil(((i + 1) * height) / rows);
      const right = Math.ceil(((j + 1) * width) / columns);
      for (let y = Math.floor((i * height) / rows); y < bottom; y++) {
        for (let x = Math.floor((j * width) / columns); x < right; x++) {
          const label = labels[y * width + x] as number;
          if (label !== ignore) (counts[label] as number) += 1;
        }
      }
      let best = -1;
      for (let c = 0; c < classes; c++) if ((counts[c] as number) > (best < 0 ? 0 : (counts[best] as number))) best = c;
      out[i * columns + j] = best;
    }
  }
  return out;
}

/** Cells that were drawn, their classes and the images that they come from. */
export interface Cells {
  readonly rows: { readonly values: Float32Array; readonly rows: number; readonly dim: number };
  readonly labels: Int32Array;
  readonly images: Int32Array;
  readonly grid: [number, number];
}

export async function readCells(
  run: (batch: Tensor) => Tensor,
  part: HostDense,
  options: { ignore: number; classes: number; batchSize: number; cells: number; seed: Seed },
): Promise<Cells> {
  const { ignore, classes, batchSize, seed } = options;
  let grid: [number, number] = [0, 0];
  let dim = 0;
  let chosen: Uint8Array = new Uint8Array(0);
  const [features, labels, images]: [Float32Array[], number[], number[]] = [[], [], []];
  const area = part.size[0] * part.size[1];
  for (let start = 0; start < part.count; start += batchSize) {
    const end = Math.min(part.count, start + batchSize);
    const maps = tidy(() => asMaps('denseProbe', run(sliceRows(part.x, start, end))));
    const values = (await maps.data()) as Float32Array;
    grid = [maps.shape[1], maps.shape[2]];
    dim = maps.shape[3];
    maps.dispose();
    const size = grid[0] * grid[1];
    if (start === 0) chosen = drawn(part.count * size, options.cells, seed);
    for (let i = start; i < end; i++) {
      const own = cellLabels(part.labels.subarray(i * area, (i + 1) * area), part.size, grid, ignore, classes);
      for (const [cell, label] of own.entries()) {
        if (label < 0 || chosen[i * size + cell] === 0) continue;
        const row = (i - start) * size + cell;
        const numbers = values.slice(row * dim, (row + 1) * dim);
        if (!numbers.every(Number.isFinite)) {
          throw new RangeError(`denseProbe: features must be finite, got [${numbers.slice(0, 4)}] in image ${i}.`);
        }
        features.push(numbers);
        labels.push(label);
        images.push(i);
      }
    }
  }
  const joined = new Float32Array(features.length * dim);
  for (const [r, row] of features.entries()) joined.set(row, r * dim);
  const rows = { values: joined, rows: features.length, dim };
  return { rows, labels: Int32Array.from(labels), images: Int32Array.from(images), grid };
}

/** 1 for those of n that are drawn. */
function drawn(n: number, count: number, seed: Seed): Uint8Array {
  const out = new Uint8Array(n);
  if (count >= n) return out.fill(1);
  for (const i of permutation(seed, n).subarray(0, count)) out[i] = 1;
  return out;
}
