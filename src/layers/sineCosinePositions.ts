import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { checkGrid, type GridSize } from './gridSize.js';

/** Options of {@link sineCosinePositions}. */
export interface SineCosinePositionsOptions {
  /** Tokens per side of a square grid, or `[rows, columns]`. */
  readonly gridSize: GridSize;
  /** Width of an embedding; a multiple of 4. */
  readonly dim: number;
  /** Whether a row of zeros for a class token comes first. @defaultValue false */
  readonly classToken?: boolean;
}

/**
 * Fixed 2-D position embeddings: the first half of an embedding encodes the token's column, the second half its row, each as
 * `[sin(p * w), cos(p * w)]` with `w[k] = 10000^(-k / (dim / 4))`.
 *
 * @param options - Grid, width, class token.
 * @returns Float32 `[rows * columns (+ 1), dim]`, tokens row by row; the caller disposes it.
 * @throws RangeError on a wrong size, or a width that is no multiple of 4.
 * @see Vaswani et al., arXiv:1706.03762, section 3.5; the 2-D form of arXiv:2111.06377, util/pos_embed.py, in which the
 * column comes first.
 * @example
 * ```ts
 * import { sineCosinePositions } from 'selfsup/layers';
 * console.log(sineCosinePositions({ gridSize: 8, dim: 64, classToken: true }).shape); // 65, 64
 * ```
 */
export function sineCosinePositions(options: SineCosinePositionsOptions): Tensor2D {
  const where = 'sineCosinePositions';
  const {
    gridSize,
    dim,
    classToken = false,
  } = checkOptions('sineCosinePositions', options, ['gridSize', 'dim', 'classToken']);
  const [rows, columns] = checkGrid(where, 'gridSize', gridSize);
  checkSineCosineDim(where, dim);
  return tensor2d(sineCosineValues(options), [rows * columns + (classToken ? 1 : 0), dim]);
}

/** Checks that a width has room for sines and cosines of two coordinates. */
export function checkSineCosineDim(where: string, dim: number): void {
  checkIntegers(where, { dim: [dim, 4] });
  if (dim % 4 !== 0) throw new RangeError(`${where}: dim must be a multiple of 4, got ${dim}.`);
}

/** The numbers of {@link sineCosinePositions}; the options have been checked. */
export function sineCosineValues(options: SineCosinePositionsOptions): Float32Array {
  const { gridSize, dim, classToken = false } = options;
  const [rows, columns] = typeof gridSize === 'number' ? [gridSize, gridSize] : gridSize;
  const quarter = dim / 4;
  const first = classToken ? 1 : 0;
  const values = new Float32Array((rows * columns + first) * dim);
  for (let token = 0; token < rows * columns; token++) {
    const start = (token + first) * dim;
    const places = [token % columns, Math.floor(token / columns)];
    for (const [half, place] of places.entries()) {
      for (let k = 0; k < quarter; k++) {
        const angle = place / 10000 ** (k / quarter);
        values[start + half * 2 * quarter + k] = Math.sin(angle);
        values[start + (half * 2 + 1) * quarter + k] = Math.cos(angle);
      }
    }
  }
  return values;
}
