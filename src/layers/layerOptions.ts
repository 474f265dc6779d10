import type { Tensor } from '@tensorflow/tfjs-core';
import { type Complete, checkOptions } from '../internal/checkOptions.js';
import { checkTensor } from '../internal/checks.js';
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

/** What tfjs's own layers take besides, and what a saved layer brings along. */
const GENERAL = [
  'name',
  'trainable',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'dtype',
  'inputDType',
  'weights',
  'customObjects', // from loadLayersModel
] as const;

/** Checks that a layer's options hold none but its own and those of every layer of tfjs. */
export function checkLayerOptions<O extends LayerOptions, const Names extends readonly (keyof O & string)[]>(
  layer: string,
  options: O,
  names: Names & Complete<Omit<O, keyof LayerOptions>, Names>,
): O {
  const known: readonly string[] = [...names, ...GENERAL];
  return checkOptions<Record<string, unknown>, readonly string[]>(
    layer,
    options as Record<string, unknown>,
    known,
  ) as O;
}

/** A shape of a batch; `null` where a size is not known yet. */
export type LayerShape = (number | null)[];

/** The one input of a layer. */
export function oneTensor(layer: string, inputs: Tensor | Tensor[]): Tensor {
  const [input, ...others] = Array.isArray(inputs) ? inputs : [inputs];
  if (others.length === 0) {
    checkTensor(layer, 'input', input);
    return input;
  }
  throw new ShapeError(`${layer}: must have one input, got ${others.length + 1}.`);
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
