import { concat, reshape, slice, type Tensor2D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { checkGrid, type GridSize } from './gridSize.js';

/** Options of {@link resizePositions}. */
export interface ResizePositionsOptions {
  /** Whether the first row belongs to a class token, and stays as it is. @defaultValue false */
  readonly classToken?: boolean;
  /**
   * Whether the cubic kernel widens with the reduction, as timm does since 0.9 (and then with the parameter -0.5 instead of
   * -0.75, even where the grid grows). @defaultValue false, as the authors of ViT's ports DINO and MAE
   */
  readonly antialias?: boolean;
}

/**
 * Position embeddings of one grid for another: bicubic interpolation over the grid, channel by channel, as PyTorch's
 * `interpolate` with `mode='bicubic'` and `align_corners=False`. For a model that goes on with images of another size, or
 * weights that come from one.
 *
 * @param positions - Float32 `[rows * columns (+ 1), dim]`, row by row.
 * @param from - Its grid.
 * @param to - The new grid.
 * @param options - Class token, antialiasing.
 * @returns Float32 `[rows * columns (+ 1), dim]` of the new grid; the caller disposes it. Differentiable.
 * @throws RangeError if a grid is not made of positive integers, ShapeError if `positions` has another number of rows.
 * @see Dosovitskiy et al., ViT, arXiv:2010.11929, section 3.2; MAE, util/pos_embed.py; timm, layers/pos_embed.py. DINO's
 * code passes `(to + 0.1) / from` as factor, against rounding; the numbers differ from these in the third digit.
 * @example
 * ```ts
 * import { resizePositions, sineCosinePositions } from 'selfsup/layers';
 * const positions = sineCosinePositions({ gridSize: 14, dim: 192, classToken: true });
 * const larger = resizePositions(positions, 14, 16, { classToken: true });
 * console.log(larger.shape); // 257, 192
 * ```
 */
export function resizePositions(
  positions: Tensor2D,
  from: GridSize,
  to: GridSize,
  options: ResizePositionsOptions = {},
): Tensor2D {
  const where = 'resizePositions';
  const { classToken = false, antialias = false } = checkOptions('resizePositions', options, [
    'classToken',
    'antialias',
  ]);
  const [rows, columns] = checkGrid(where, 'from', from);
  const [newRows, newColumns] = checkGrid(where, 'to', to);
  const first = classToken ? 1 : 0;
  checkFloats(where, { positions: [positions, [rows * columns + first, 'dim']] });
  const dim = positions.shape[1];
  const weights = antialias ? smoothWeights : cubicWeights;
  return tidy(() => {
    const patches = first === 0 ? positions : slice(positions, [1, 0]);
    const tall = matMul(weights(rows, newRows), reshape(patches, [rows, columns * dim]) as Tensor2D);
    const columnsFirst = transpose(reshape(tall, [newRows, columns, dim]), [1, 0, 2]);
    const wide = matMul(weights(columns, newColumns), reshape(columnsFirst, [columns, newRows * dim]) as Tensor2D);
    const back = transpose(reshape(wide, [newColumns, newRows, dim]), [1, 0, 2]);
    const resized = reshape(back, [newRows * newColumns, dim]) as Tensor2D;
    return first === 0 ? resized : concat([slice(positions, [0, 0], [1, dim]), resized]);
  });
}

/** Keys' cubic kernel with parameter a. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : a * (((x - 5) * x + 8) * x - 4);
}

/** Four taps, those beyond the border read its last cell: a matrix `[to, from]`. */
function cubicWeights(from: number, to: number): Tensor2D {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const center = ((i + 0.5) * from) / to - 0.5;
    const cell = Math.floor(center);
    for (let j = cell - 1; j <= cell + 2; j++) {
      const place = i * from + Math.min(from - 1, Math.max(0, j));
      weights[place] = (weights[place] as number) + cubic(center - j, -0.75);
    }
  }
  return tensor2d(weights, [to, from]);
}

/** As many taps as the reduction asks for; those beyond the border are left out and the rest sums to 1. */
function smoothWeights(from: number, to: number): Tensor2D {
  const weights = new Float32Array(to * from);
  const width = Math.max(1, from / to);
  for (let i = 0; i < to; i++) {
    const center = ((i + 0.5) * from) / to - 0.5;
    const row = Float64Array.from({ length: from }, (_, j) => cubic((j - center) / width, -0.5));
    const total = row.reduce((sum, w) => sum + w, 0);
    weights.set(
      row.map((w) => w / total),
      i * from,
    );
  }
  return tensor2d(weights, [to, from]);
}
