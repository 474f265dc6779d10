import { type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { type GridSize, resizePositions } from '../layers/index.js';
import type { ModelWeight } from './modelWeights.js';
import type { WeightMapping } from './weightMapping.js';

/** How positions of a file become those of a layer. */
export interface PositionsPlan {
  readonly from: GridSize;
  readonly to: GridSize;
  readonly dim: number;
  /** Whether the first row in the file, and in the layer, belongs to a class token. */
  readonly rows: { readonly file: boolean; readonly own: boolean };
  readonly antialias: boolean;
}

/** Whether the positions of a layer have a row for a class token. */
export function hasClassRow({ config }: ModelWeight): boolean {
  return config.classToken === true;
}

/** The plan for positions of a shape, or what is wrong with them. */
export function planPositions(
  weight: ModelWeight,
  shape: readonly number[],
  classRow: boolean,
  { gridSize, antialias = false }: WeightMapping,
): PositionsPlan | string {
  const [tokens = 0, dim = 0] = weight.shape;
  const own = hasClassRow(weight);
  const to = weight.config.gridSize as [number, number];
  const [one, all = 0, width] = shape;
  const text = (wanted: string): string => `must have shape ${wanted} for ${weight.name}, got ${show(shape)}`;
  if (shape.length !== 3 || one !== 1 || width !== dim) return text(`[1, tokens, ${dim}]`);
  if (own && !classRow) return `has no row for the class token that ${weight.name} needs`;
  const count = all - (classRow ? 1 : 0);
  const plan = { dim, rows: { file: classRow, own }, antialias, to };
  if (count === tokens - (own ? 1 : 0) && gridSize === undefined) return { ...plan, from: to };
  const side = Math.round(Math.sqrt(count));
  const from = gridSize ?? side;
  const [rows, columns] = typeof from === 'number' ? [from, from] : from;
  if (rows * columns === count && count > 0) return { ...plan, from };
  return text(
    `of a ${gridSize === undefined ? 'square grid (or give the mapping a gridSize)' : `grid ${rows} x ${columns}`}`,
  );
}

/** Positions of a file as those of the layer. */
export async function loadPositions(data: Float32Array, plan: PositionsPlan): Promise<Float32Array> {
  const { from, to, dim, rows, antialias } = plan;
  const first = rows.file ? dim : 0;
  const patches = data.subarray(first);
  const count = patches.length / dim;
  const resized =
    String([from, from].flat().slice(0, 2)) === String([to, to].flat().slice(0, 2))
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
