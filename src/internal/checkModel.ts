import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { show } from './checks.js';
import { ShapeError } from './errors.js';

/** Checks that a value is a LayersModel that has not been disposed. */
export function checkModel(where: string, name: string, value: unknown): asserts value is LayersModel {
  if (typeof value !== 'object' || value === null || !('layers' in value) || !('weights' in value)) {
    const kind = typeof value === 'object' && value !== null ? value.constructor?.name : undefined;
    const got = kind === undefined || kind === 'Object' ? show(value) : kind;
    throw new ShapeError(`${where}: ${name} must be a LayersModel, got ${got}.`);
  }
  if ((value as LayersModel).weights.some(isDisposedWeight)) {
    throw new ShapeError(`${where}: ${name} must be a model in use, got one that is disposed.`);
  }
}

/** True for a weight whose variable is disposed. */
export function isDisposedWeight(weight: LayersModel['weights'][number]): boolean {
  // The variable is in `val`, which its type declares as protected: reading it throws where it is disposed.
  return (weight as unknown as { readonly val?: Variable }).val?.isDisposed === true;
}
