import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { show } from '../internal/checks.js';
import { oneLine } from '../internal/oneLine.js';

type Layer = LayersModel['layers'][number];

/** A weight of a model under a name that does not depend on what else was built before it. */
export interface ModelWeight {
  readonly name: string;
  readonly variable: LayerVariable;
  readonly shape: readonly number[];
  /** Options of its layer. */
  readonly config: serialization.ConfigDict;
}

/**
 * Weights of models in the order of their layers, each once. A layer that tfjs has named, `conv2d_Conv2D7`, counts with those
 * of its kind: `conv2d_0` is the first one.
 *
 * @param where - Function to name in errors.
 * @param models - One model or several.
 * @returns Names, variables, shapes, options of layers.
 * @throws Error if two weights have the same name.
 * @internal
 */
export function modelWeights(where: string, models: LayersModel | readonly LayersModel[]): ModelWeight[] {
  const known = new Map<LayerVariable, ModelWeight>();
  const automatic = new Map<string, string>();
  const kinds = new Map<string, number>();
  const stable = (name: string): string => {
    const [, kind, type] = /^(.+)_([A-Z][A-Za-z0-9]*?)\d+$/.exec(name) ?? [];
    if (kind === undefined || kind.replaceAll('_', '') !== type?.toLowerCase()) return name;
    const own = automatic.get(name) ?? `${kind}_${kinds.get(kind) ?? 0}`;
    if (!automatic.has(name)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    automatic.set(name, own);
    return own;
  };
  const visit = (layer: Layer): void => {
    if ('layers' in layer) {
      for (const inner of (layer as LayersModel).layers) visit(inner);
      return;
    }
    for (const variable of layer.weights) {
      if (known.has(variable)) continue;
      const [first = '', ...rest] = variable.originalName.split('/');
      const name = [stable(first), ...rest].join('/');
      known.set(variable, { name, variable, shape: variable.shape as number[], config: layer.getConfig() });
    }
  };
  for (const model of [models].flat() as LayersModel[]) {
    if (!Array.isArray(model?.layers)) throw new Error(`${where}: model must be a LayersModel, got ${show(model)}.`);
    for (const { originalName, val } of model.weights as unknown as { originalName: string; val: Tensor }[]) {
      if (val.isDisposed) {
        throw new Error(`${where}: model must be in use, got one that is disposed (${originalName}).`);
      }
    }
    for (const layer of model.layers) visit(layer);
  }
  const weights = [...known.values()];
  const names = weights.map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    throw new Error(`${where}: every weight must have a name of its own, got ${listed(twice)} twice; name the layers.`);
  }
  return weights;
}

/** Names for an error: the first ten, and how many more. */
export function listed(names: readonly string[]): string {
  const rest = names.length - 10;
  return oneLine(`${names.slice(0, 10).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`);
}
