import { serialization, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';

/** A copy of a model and its weights beside those of the original, in one order. */
export interface ModelCopy {
  /** The copy: own weights of the same values, none of them trainable. */
  readonly model: LayersModel;
  /** What an optimizer would move: the original's variable, and the copy's. */
  readonly parameters: readonly WeightPair[];
  /** What layers keep by themselves, such as the moving averages of batch normalisation. */
  readonly statistics: readonly WeightPair[];
}

/** A weight of the original and of the copy. */
export interface WeightPair {
  readonly source: Variable;
  readonly target: Variable;
}

type LayerVariable = LayersModel['weights'][number];

/** Copies a built model with one output. Layer classes that tfjs does not know by name yet are registered with it. */
export function copyModel(where: string, model: LayersModel): ModelCopy {
  if (typeof model !== 'object' || model === null || !('layers' in model) || !('weights' in model)) {
    throw new ShapeError(`${where}: model must be a LayersModel, got ${show(model)}.`);
  }
  if (model.outputs?.length !== 1) {
    throw new ShapeError(
      `${where}: model must have an input shape and one output, got ${model.outputs?.length} outputs.`,
    );
  }
  registerLayersOf(model);
  const kind = model.constructor as typeof LayersModel;
  const config = JSON.parse(JSON.stringify(model.getConfig())) as serialization.ConfigDict;
  const copy = kind.fromConfig(kind as serialization.SerializableConstructor<LayersModel>, config, {}, true);
  const [sources, targets] = [weightsByLayer(model), weightsByLayer(copy)];
  const pairs = targets.map((weight, i) => ({ source: variableOf(sources[i]), target: variableOf(weight) }));
  for (const { source, target } of pairs) target.assign(source);
  const learnt = targets.map((weight) => weight.trainable); // as declared: freezing a layer is not part of its config
  for (const weight of targets) weight.trainable = false;
  return {
    model: copy,
    parameters: pairs.filter((_, i) => learnt[i]),
    statistics: pairs.filter((_, i) => !learnt[i]),
  };
}

/** Throws ShapeError unless a model still has the weights that its copy was made from. */
export function checkSameWeights(where: string, model: LayersModel, { parameters, statistics }: ModelCopy): void {
  const known = new Set([...parameters, ...statistics].map(({ source }) => source));
  const now = weightsByLayer(model).map(variableOf);
  if (now.length === known.size && now.every((weight) => known.has(weight))) return;
  throw new ShapeError(
    `${where}: model must have the ${known.size} weights that it was copied with, got ${now.length}.`,
  );
}

/** Makes the classes of a model's layers known by name, as a model is built from its config by names alone. */
function registerLayersOf(model: LayersModel): void {
  const known = serialization.SerializationMap.getMap().classNameMap;
  for (const layer of model.layers) {
    if ('layers' in layer) registerLayersOf(layer as LayersModel);
    const kind = layer.constructor as serialization.SerializableConstructor<typeof layer>;
    if (typeof kind.className === 'string' && !(kind.className in known)) serialization.registerClass(kind);
  }
}

/** Weights in the order of the layers, which does not depend on what is frozen; that of `model.weights` does. */
function weightsByLayer(model: LayersModel): LayerVariable[] {
  const weights = model.layers.flatMap((layer) =>
    'layers' in layer ? weightsByLayer(layer as LayersModel) : layer.weights,
  );
  return [...new Set(weights)];
}

function variableOf(weight: LayerVariable | undefined): Variable {
  return (weight as LayerVariable).read() as Variable;
}
