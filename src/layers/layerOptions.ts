import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';

/** What every layer takes, as the layers of tfjs do. */
export interface LayerOptions {
  /** Name of the layer, unique within a model. @defaultValue the class name and a number */
  readonly name?: string;
  /** Whether an optimizer may move the layer's weights. @defaultValue true */
  readonly trainable?: boolean;
  /** Shape of one sample, for the first layer of a sequential model. @defaultValue unset */
  readonly inputShape?: (number | null)[];
}

/** A shape of a batch; `null` where a size is not known yet. */
export type LayerShape = (number | null)[];

/** The one input of a layer. */
export function oneTensor(layer: string, inputs: Tensor | Tensor[]): Tensor {
  if (!Array.isArray(inputs)) return inputs;
  if (inputs.length === 1) return inputs[0] as Tensor;
  throw new ShapeError(`${layer}: must have one input, got ${inputs.length}.`);
}

/** The shape of the one input of a layer. */
export function oneShape(layer: string, shapes: LayerShape | LayerShape[]): LayerShape {
  if (!Array.isArray(shapes[0])) return shapes as LayerShape;
  if (shapes.length === 1) return shapes[0];
  throw new ShapeError(`${layer}: must have one input, got ${shapes.length}.`);
}

/** The size of the last axis of a layer's one input, which must be known, and the axes at least `rank`. */
export function lastAxis(layer: string, shapes: LayerShape | LayerShape[], rank = 2): number {
  const shape = oneShape(layer, shapes);
  const dim = shape.at(-1);
  if (shape.length >= rank && typeof dim === 'number' && dim >= 1) return dim;
  throw new ShapeError(
    `${layer}: input must have at least ${rank} axes and a last one of known size, got [${shape.join(', ')}].`,
  );
}

/** The shape `[batch, tokens, dim]` of a layer's one input; dim must be known. */
export function tokenShape(
  layer: string,
  shapes: LayerShape | LayerShape[],
): [batch: number | null, tokens: number | null, dim: number] {
  const shape = oneShape(layer, shapes);
  const [batch, tokens, dim] = shape;
  if (shape.length === 3 && typeof dim === 'number' && dim >= 1) return [batch ?? null, tokens ?? null, dim];
  throw new ShapeError(`${layer}: input must have shape [batch, tokens, dim], got [${shape.join(', ')}].`);
}
