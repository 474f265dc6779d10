import type { serialization, Variable } from '@tensorflow/tfjs-core';
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

/** Copies a built model with one output. Layers of one's own must be registered, as for loading a model. */
export function copyModel(where: string, model: LayersModel): ModelCopy {
  if (typeof model !== 'object' || model === null || !('layers' in model) || !('weights' in model)) {
    throw new ShapeError(`${where}: model must be a LayersModel, got ${show(model)}.`);
  }
  if (model.outputs?.length !== 1) {
    throw new ShapeError(
      `${where}: model must have an input shape and one output, got ${model.outputs?.length} outputs.`,
    );
  }
  const kind = model.constructor as typeof LayersModel;
  const config = JSON.parse(JSON.stringify(model.getConfig())) as serialization.ConfigDict;
  const copy = kind.fromConfig(kind as serialization.SerializableConstructor<LayersModel>, config, {}, true);
  const [sources, targets] = [model.weights, copy.weights]; // taken before the copy is frozen, which reorders them
  copy.setWeights(model.getWeights());
  thaw(copy);
  const learnt = targets.map((weight) => weight.trainable);
  for (const weight of targets) weight.trainable = false;
  const pairs = targets.map((weight, i) => ({ source: variableOf(sources[i]), target: variableOf(weight) }));
  return {
    model: copy,
    parameters: pairs.filter((_, i) => learnt[i]),
    statistics: pairs.filter((_, i) => !learnt[i]),
  };
}

/** Sets all layers trainable, so that what is still not trainable then was declared so by its layer. */
function thaw(model: LayersModel): void {
  for (const layer of model.layers) {
    layer.trainable = true;
    if ('layers' in layer) thaw(layer as LayersModel);
  }
}

function variableOf(weight: LayerVariable | undefined): Variable {
  return (weight as LayerVariable).read() as Variable;
}
