import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ShapeError } from './errors.js';
import { type ArrayState, fromArrayState, type StateValue, toArrayState } from './state.js';

/** All weights of a model, moving statistics included, in the model's order. */
export function getModelState(model: LayersModel): Promise<ArrayState[]> {
  return Promise.all(model.getWeights().map(toArrayState));
}

/** Puts stored weights back. Throws ShapeError if count or shapes differ, before anything changes. */
export function setModelState(where: string, name: string, model: LayersModel, state: StateValue | undefined): void {
  const shapes = model.getWeights().map((weight) => weight.shape);
  if (!Array.isArray(state) || state.length !== shapes.length) {
    const got = Array.isArray(state) ? state.length : 'none';
    throw new ShapeError(`${where}: state '${name}' must hold ${shapes.length} weights, got ${got}.`);
  }
  const tensors: Tensor[] = [];
  try {
    state.forEach((value, i) => {
      tensors.push(fromArrayState(where, `${name}[${i}]`, value, shapes[i] as number[]));
    });
    model.setWeights(tensors);
  } finally {
    for (const x of tensors) x.dispose();
  }
}

/** The tfjs variables that an optimizer moves: the trainable weights of models, in order, each once. */
export function trainableVariables(...models: readonly LayersModel[]): Variable[] {
  const weights = models.flatMap((model) => model.trainableWeights);
  // LayerVariable keeps its tfjs variable in `val`, which its type declares as protected.
  return [...new Set(weights.map((weight) => (weight as unknown as { readonly val: Variable }).val))];
}
