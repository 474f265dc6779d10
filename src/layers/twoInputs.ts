import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';
import type { LayerShape } from './layerOptions.js';

/** The tokens and the numbers that a layer gets. */
export function twoTensors(layer: string, inputs: Tensor | Tensor[]): [tokens: Tensor, ids: Tensor] {
  if (!Array.isArray(inputs) || inputs.length !== 2) {
    throw new ShapeError(`${layer}: must have two inputs, got ${Array.isArray(inputs) ? inputs.length : 1}.`);
  }
  const [x, ids] = inputs as [Tensor, Tensor];
  if (ids.dtype !== 'int32') throw new ShapeError(`${layer}: ids must have dtype int32, got ${ids.dtype}.`);
  return [x, ids];
}

type TokensShape = [batch: number | null, tokens: number | null, dim: number];

/** Their shapes, `[batch, tokens, dim]` and `[batch, ids]`. */
export function twoShapes(
  layer: string,
  shapes: LayerShape | LayerShape[],
): [TokensShape, [batch: number | null, ids: number | null]] {
  const [x, ids] = shapes as LayerShape[];
  if (Array.isArray(x) && Array.isArray(ids) && x.length === 3 && ids.length === 2 && typeof x[2] === 'number') {
    return [x as TokensShape, ids as [number | null, number | null]];
  }
  throw new ShapeError(
    `${layer}: inputs must have shapes [batch, tokens, dim] and [batch, ids], got ${JSON.stringify(shapes)}.`,
  );
}
