import { mul, ones, type Tensor, type Tensor2D, tensor } from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';
import { column } from './perImage.js';
import { indexingPays } from './ways.js';

/**
 * Numbers to combine with rows `[..., batch, length]`, one per image or one per row: a column, which broadcasts over them, or
 * every number as often as its row is long where broadcasts are slow.
 */
export function spread(values: readonly number[], shape: readonly number[]): Tensor {
  const length = shape[shape.length - 1] as number;
  const rows = shape.slice(0, -1);
  const count = rows.reduce((a, b) => a * b, 1);
  if (indexingPays()) return values.length === count ? tensor(values, [...rows, 1], 'float32') : column(values);
  const full = new Float32Array(count * length);
  for (let row = 0; row < count; row++) {
    full.fill(values[row % values.length] as number, row * length, (row + 1) * length);
  }
  return tensor(full, shape as number[]);
}

/** Rows `[..., batch, length]`, each times a number of its image or its own. */
export function timesEach<T extends Tensor>(x: T, values: readonly number[]): T {
  return mul<T>(x, spread(values, x.shape));
}

/** `[batch, 1]` to combine with `[batch, length]`. */
export function overRow(x: Tensor2D, length: number): Tensor2D {
  return indexingPays() ? x : matMul(x, ones<Tensor2D['rankType']>([1, length]));
}
