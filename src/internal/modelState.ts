import { tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ShapeError } from './errors.js';
import { type ArrayState, checkArrayState, fromArrayState, type StateValue, toArrayState } from './state.js';

/** All weights of a model, moving statistics included, in the model's order. */
export function getModelState(model: LayersModel): Promise<ArrayState[]> {
  return Promise.all(model.getWeights().map(toArrayState));
}

/** Checks that stored weights are those of a model: count, shapes, dtypes. Throws ShapeError. */
export function checkModelState(where: string, name: string, model: LayersModel, state: StateValue | undefined): void {
  const weights = model.getWeights();
  if (!Array.isArray(state) || state.length !== weights.length) {
    const got = Array.isArray(state) ? state.length : 'none';
    throw new ShapeError(`${where}: state '${name}' must hold ${weights.length} weights, got ${got}.`);
  }
  for (const [i, { shape, dtype }] of weights.entries()) {
    checkArrayState(where, `${name}[${i}]`, state[i], shape, dtype as ArrayState['dtype']);
  }
}

/** Puts stored weights back. Throws ShapeError if count, shapes or dtypes differ, before anything changes. */
export function setModelState(where: string, name: string, model: LayersModel, state: StateValue | undefined): void {
  checkModelState(where, name, model, state);
  tidy(() =>
    model.setWeights((state as ArrayState[]).map((value, i) => fromArrayState(where, `${name}[${i}]`, value))),
  );
}

/** The tfjs variables that an optimizer moves: the trainable weights of models, in order, each once. */
export function trainableVariables(...models: readonly LayersModel[]): Variable[] {
  const weights = models.flatMap((model) => model.trainableWeights);
  // LayerVariable keeps its tfjs variable in `val`, which its type declares as protected.
  return [...new Set(weights.map((weight) => (weight as unknown as { readonly val: Variable }).val))];
}
