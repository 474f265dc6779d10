import type { Variable } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/**
 * Variables that an optimizer treats apart: `'rank1'` (biases, scales and offsets of normalisation, scalars: rank 0 and 1),
 * `'none'`, or those for which a function of the variable is true.
 */
export type VariableFilter = 'rank1' | 'none' | ((variable: Variable) => boolean);

/** Throws RangeError for anything else. */
export function checkFilter(where: string, name: string, filter: VariableFilter): void {
  if (filter === 'rank1' || filter === 'none' || typeof filter === 'function') return;
  throw new RangeError(`${where}: ${name} must be 'rank1', 'none' or a function, got ${show(filter)}.`);
}

/** Whether a filter picks a variable. */
export function picks(filter: VariableFilter, variable: Variable): boolean {
  return typeof filter === 'function' ? filter(variable) : filter === 'rank1' && variable.rank <= 1;
}

/** A filter as a config holds it, or an error where it is a function, which no config can hold. */
export function filterConfig(where: string, name: string, filter: VariableFilter): string {
  if (typeof filter !== 'function') return filter;
  throw new RangeError(`${where}: ${name} must be 'rank1' or 'none' to be kept in a config, got a function.`);
}

/** Throws RangeError where a factor on the learning rate is no function of the variable. */
export function checkScale(where: string, scale: unknown): void {
  if (scale === undefined || typeof scale === 'function') return;
  throw new RangeError(`${where}: learningRateScale must be a function of the variable, got ${show(scale)}.`);
}
