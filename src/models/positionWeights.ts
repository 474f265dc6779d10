import { type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { type GridSize, resizePositions } from '../layers/index.js';
import type { ModelWeight } from './modelWeights.js';

type Grid = readonly [rows: number, columns: number];

/** How positions of a file become those of a layer. */
export interface PositionsPlan {
  readonly from: Grid;
  readonly to: Grid;
  readonly dim: number;
  /** Whether the first row in the file, and in the layer, belongs to a class token. */
  readonly rows: { readonly file: boolean; readonly own: boolean };
  readonly antialias: boolean;
}

/** What is known of the positions in a file. */
export interface FilePositions {
  readonly shape: readonly number[];
  /** Whether they are `[tokens, dim]`, as our own files have them, or `[1, tokens, dim]`. */
  readonly plain: boolean;
  /** Whether they start with a row for a class token; in our own files the number of rows tells. */
  readonly classRow: boolean;
  /** The grid that the caller or the file names. */
  readonly gridSize: GridSize | undefined;
  readonly antialias: boolean;
}

/** Whether a weight is the positions of a `PositionEmbedding`: a row for each place of a grid, which its number alone does not tell. */
export function isPositions({ name, shape, config }: ModelWeight): boolean {
  return name.endsWith('/positions') && shape.length === 2 && gridOf(config.gridSize) !== null;
}

/** Whether the positions of a layer have a row for a class token. */
export function hasClassRow({ config }: ModelWeight): boolean {
  return config.classToken === true;
}

/** Grid of a layer of positions. */
export function ownGrid({ config }: ModelWeight): Grid | null {
  return gridOf(config.gridSize);
}

function gridOf(value: unknown): Grid | null {
  const sizes = Array.isArray(value) ? value : [value, value];
  return sizes.length === 2 && sizes.every((n) => Number.isSafeInteger(n) && n >= 1)
    ? (sizes as [number, number])
    : null;
}

/**
 * The plan for positions, or what is wrong with them. Without a named grid a square number of them is a square grid, even
 * where the layer has another grid of as many places.
 */
export function planPositions(weight: ModelWeight, file: FilePositions): PositionsPlan | string {
  const { shape, plain, gridSize, antialias } = file;
  const dim = weight.shape[1] ?? 0;
  const own = hasClassRow(weight);
  const to = ownGrid(weight);
  const text = (wanted: string): string => `must have shape ${wanted} for ${weight.name}, got ${show(shape)}`;
  if (to === null) return `has positions, for which ${weight.name} must belong to a layer with a gridSize`;
  const [all, width] = plain ? shape : shape.slice(1);
  if (shape.length !== (plain ? 2 : 3) || (!plain && shape[0] !== 1) || all === undefined || width !== dim) {
    return text(plain ? `[tokens, ${dim}]` : `[1, tokens, ${dim}]`);
  }
  const named = gridSize === undefined ? null : gridOf(gridSize);
  const places = named === null ? 0 : named[0] * named[1];
  const misfit = named === null ? '' : text(`of a grid ${named[0]} x ${named[1]}`);
  if (plain && named !== null && all !== places && all !== places + 1) return misfit;
  const classRow = plain ? (named === null ? own : all > places) : file.classRow;
  if (own && !classRow) return `has no row for the class token that ${weight.name} needs`;
  if (plain && classRow && !own) return `has a row for a class token that ${weight.name} lacks`;
  const count = all - (classRow ? 1 : 0);
  const rows = { file: classRow, own };
  if (named !== null) {
    if (places !== count) return misfit;
    return { from: named, to, dim, rows, antialias };
  }
  const side = Math.round(Math.sqrt(count));
  if (count < 1 || side * side !== count) {
    return text(`of a square grid (or give ${plain ? '' : 'the mapping '}a gridSize)`);
  }
  if (plain && to[0] * to[1] === count && to[0] !== to[1]) {
    return `names no grid, it may be ${side} x ${side} or ${to[0]} x ${to[1]} (gridSize tells)`;
  }
  return { from: [side, side], to, dim, rows, antialias };
}

/** Positions of a file as those of the layer. */
export async function loadPositions(data: Float32Array, plan: PositionsPlan): Promise<Float32Array> {
  const { from, to, dim, rows, antialias } = plan;
  const first = rows.file ? dim : 0;
  const patches = data.subarray(first);
  const count = patches.length / dim;
  const resized =
    from[0] === to[0] && from[1] === to[1]
      ? patches
      : await readBack(() => resizePositions(tensor2d(patches.slice(), [count, dim]), from, to, { antialias }));
  if (!rows.own) return resized.slice();
  const out = new Float32Array(dim + resized.length);
  out.set(data.subarray(0, dim));
  out.set(resized, dim);
  return out;
}

async function readBack(f: () => Tensor2D): Promise<Float32Array> {
  const result = tidy(f);
  try {
    return (await result.data()) as Float32Array;
  } finally {
    result.dispose();
  }
}
