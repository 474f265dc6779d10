import { type Optimizer, Variable } from '@tensorflow/tfjs-core';
import { checkTensor, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import type { Method } from './method.js';
import { isDisposedOptimizer } from './optimizerState.js';

/** Throws for what is no method, or one whose variables are gone. `saved`: its state is asked for as well. */
export function checkMethod(method: unknown, saved: boolean): void {
  const members = ['prepare', 'loss', 'afterStep', ...(saved ? ['getState', 'setState'] : [])];
  const given = (typeof method === 'object' && method !== null ? method : {}) as Partial<Method<never, unknown>>;
  const missing = members.find((name) => typeof given[name as keyof typeof given] !== 'function');
  if (missing !== undefined || !Array.isArray(given.variables)) {
    const got = typeof method === 'object' && method !== null ? `none in ${nameOf(method)}` : show(method);
    throw new ShapeError(`pretrain: method must be a method, with ${missing ?? 'variables'}, got ${got}.`);
  }
  if (given.variables.length === 0) throw new ShapeError('pretrain: method.variables must hold a variable, got none.');
  for (const [i, variable] of given.variables.entries()) {
    checkTensor('pretrain', `method.variables[${i}]`, variable);
    if (variable instanceof Variable) continue;
    throw new ShapeError(`pretrain: method.variables[${i}] must be a tf.Variable, got ${show(variable)}.`);
  }
}

/** Throws for what is no optimizer, or one that is disposed. */
export function checkOptimizer(optimizer: unknown): void {
  const given = (typeof optimizer === 'object' && optimizer !== null ? optimizer : {}) as Partial<Optimizer>;
  if (typeof given.applyGradients !== 'function' || typeof given.getClassName !== 'function') {
    const got = typeof optimizer === 'object' && optimizer !== null ? nameOf(optimizer) : show(optimizer);
    throw new RangeError(`pretrain: optimizer must be an optimizer such as train.adam(...) or AdamW, got ${got}.`);
  }
  if (isDisposedOptimizer(optimizer as Optimizer)) {
    throw new ShapeError('pretrain: optimizer must be in use, got one that is disposed.');
  }
}

/** Throws for what can't say that it was aborted. */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal && typeof signal.aborted === 'boolean')
    return;
  throw new RangeError(`pretrain: signal must be an AbortSignal, got ${show(signal)}.`);
}

function nameOf(value: object): string {
  const { name } = value.constructor ?? {};
  return name && name !== 'Object' ? `an object of class ${name}` : 'an object';
}
