import { dispose, type Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import { RangeError, ShapeError } from '../internal/errors.js';
import {
  type ArrayState,
  checkArrayState,
  checkState,
  fromArrayState,
  type State,
  type StateValue,
  toArrayState,
} from '../internal/state.js';

/** Running products that tfjs's own `setWeights` recomputes with rounding (Adam, Adamax): variables kept by name. */
function extraVariables(optimizer: Optimizer): [string, Variable][] {
  return Object.entries(optimizer).filter((entry): entry is [string, Variable] => entry[1] instanceof Variable);
}

/** True where tensors that an optimizer keeps have been disposed. */
export function isDisposedOptimizer(optimizer: Optimizer): boolean {
  const slots = Object.values(optimizer).flatMap((value: unknown) =>
    Array.isArray(value) ? value.map((slot: { variable?: unknown } | null) => slot?.variable) : [value],
  );
  return slots.some((value) => value instanceof Tensor && value.isDisposed);
}

/** Throws for an optimizer whose state tfjs can't give (Adamax), before a run that would need it. */
export async function checkOptimizerState(optimizer: Optimizer): Promise<void> {
  try {
    const [iterations] = await optimizer.getWeights();
    iterations?.tensor.dispose();
  } catch (cause) {
    if (/used after dispose/.test((cause as Error)?.message)) throw cause;
    const message = `pretrain: optimizer must have getWeights and setWeights for checkpoints, ${optimizer.getClassName()} has none.`;
    throw new RangeError(message, { cause });
  }
}

/**
 * All that an optimizer carries from step to step: iterations, slots, and the running products that tfjs's `getWeights`
 * leaves out. The names of the variables that it moves go along, so that slots kept by name find theirs again.
 */
export async function getOptimizerState(optimizer: Optimizer, variables: readonly Variable[] = []): Promise<State> {
  const named = await optimizer.getWeights();
  const weights = await Promise.all(named.map(({ tensor }) => toArrayState(tensor)));
  // The first one, the number of iterations, is made by the call; the others are the slots themselves.
  named[0]?.tensor.dispose();
  const extras: [string, ArrayState][] = [];
  for (const [name, variable] of extraVariables(optimizer)) extras.push([name, await toArrayState(variable)]);
  return {
    className: optimizer.getClassName(),
    names: named.map(({ name }) => name),
    variables: variables.map(({ name }) => name),
    weights,
    extras: Object.fromEntries(extras),
  };
}

/** Where a state goes. */
interface Target {
  /** Who asks, for errors. @defaultValue 'pretrain' */
  readonly where?: string;
  /** What the optimizer moves now, in the order of the state's variables. @defaultValue those of the state, by name */
  readonly variables?: readonly Variable[];
}

/** A state of an optimizer of the same class, its slots under the names that their variables have now. */
interface CheckedState {
  readonly weights: readonly ArrayState[];
  readonly names: readonly string[];
  readonly extras: Readonly<Record<string, ArrayState>>;
}

/** Slots that tfjs's optimizers keep of each variable: all of the first kind, then all of the second, and so on. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  SGD: [],
  Momentum: ['momentum'],
  Adagrad: ['accumulator'],
  Adadelta: ['accum_grad', 'accum_var'],
  RMSProp: ['rms', 'momentum'],
  Adam: ['m', 'v'],
};

/**
 * Checks that a state fits an optimizer and, where they are given, the variables that it moves. Nothing is changed.
 *
 * @throws ShapeError or RangeError
 */
export function checkOptimizerFits(
  optimizer: Optimizer,
  state: StateValue | undefined,
  { where = 'pretrain', variables = [] }: Target = {},
): CheckedState {
  const own = optimizer.getClassName();
  if (state === undefined || state === null) {
    throw new ShapeError(`${where}: optimizer state must be of class ${own}, got none.`);
  }
  checkState(where, 'optimizer state', state);
  const { className, weights, extras = {}, names, variables: known = [] } = state;
  if (className !== own) {
    const got = typeof className === 'string' ? className : 'none';
    throw new ShapeError(`${where}: optimizer state must be of class ${own}, got ${got}.`);
  }
  if (!Array.isArray(weights) || weights.length === 0) {
    throw new ShapeError(`${where}: optimizer.weights must be a list of arrays, the iterations first, got none.`);
  }
  for (const [i, value] of weights.entries()) checkArrayState(where, `optimizer.weights[${i}]`, value);
  checkTexts(where, 'optimizer.names', names, weights.length);
  checkTexts(where, 'optimizer.variables', known, Array.isArray(known) ? known.length : 0);
  if (variables.length > 0 && known.length > 0 && known.length !== variables.length) {
    throw new ShapeError(
      `${where}: optimizer state must be that of ${variables.length} variables, got ${known.length}.`,
    );
  }
  checkState(where, 'optimizer.extras', extras);
  const checked = { weights: weights as ArrayState[], names, extras: extras as Record<string, ArrayState> };
  checkCounts(where, checked.weights[0] as ArrayState);
  for (const [name, variable] of extraVariables(optimizer)) {
    checkArrayState(where, `optimizer.${name}`, extras[name], variable.shape, 'float32');
  }
  checkSlots(where, optimizer, checked, known, variables);
  return { ...checked, names: names.map((name) => renamed(name, known, variables)) };
}

/** Puts the state of an optimizer of the same class back, bit for bit. Where it does not fit, nothing has changed. */
export async function setOptimizerState(
  optimizer: Optimizer,
  state: StateValue | undefined,
  target: Target = {},
): Promise<void> {
  const { where = 'pretrain' } = target;
  const { weights, names, extras } = checkOptimizerFits(optimizer, state, target);
  const [iterations, ...slots] = await optimizer.getWeights();
  iterations?.tensor.dispose();
  const tensors = weights.map((value, i) => fromArrayState(where, `optimizer.weights[${i}]`, value));
  try {
    await optimizer.setWeights(tensors.map((tensor, i) => ({ name: names[i] as string, tensor })));
  } finally {
    dispose(tensors.filter((x) => !x.isDisposed));
  }
  dispose(slots.map(({ tensor }) => tensor).filter((x) => !x.isDisposed)); // those of before, which tfjs forgets
  for (const [name, variable] of extraVariables(optimizer)) {
    const value = fromArrayState(where, `optimizer.${name}`, extras[name]);
    variable.assign(value);
    value.dispose();
  }
}

function checkTexts(
  where: string,
  name: string,
  value: StateValue | undefined,
  count: number,
): asserts value is readonly string[] {
  if (Array.isArray(value) && value.length === count && value.every((text) => typeof text === 'string')) return;
  const got = Array.isArray(value) ? `${value.length} entries` : 'none';
  throw new ShapeError(`${where}: ${name} must be a list of ${count} texts, got ${got}.`);
}

/** The iterations, and in optimizers of this library the moves of each variable after them. */
function checkCounts(where: string, counts: ArrayState): void {
  const fits = counts.dtype === 'int32' && counts.shape.length <= 1 && counts.data.length >= 1;
  if (fits && counts.data.every((count) => count >= 0)) return;
  throw new RangeError(
    `${where}: optimizer.weights[0] must hold counts of steps, int32 and >= 0, got ${counts.dtype} [${counts.shape.join(', ')}].`,
  );
}

/** Each slot is float32 and has the shape of its variable; tfjs's own come as often as their optimizer reads them. */
function checkSlots(
  where: string,
  optimizer: Optimizer,
  { weights, names }: CheckedState,
  known: readonly string[],
  variables: readonly Variable[],
): void {
  const centered = (optimizer as unknown as { centered?: boolean }).centered === true;
  const kinds = KINDS[optimizer.getClassName()]?.concat(centered ? ['mg'] : []);
  const slots = weights.length - 1;
  const perKind = kinds === undefined || kinds.length === 0 ? 0 : slots / kinds.length;
  if (kinds !== undefined && (kinds.length === 0 ? slots > 0 : !Number.isInteger(perKind))) {
    const wanted = kinds.length === 0 ? 'no slots' : `a multiple of ${kinds.length} slots`;
    throw new ShapeError(`${where}: optimizer state must hold ${wanted}, got ${slots}.`);
  }
  for (let i = 1; i < weights.length; i++) {
    const name = names[i] as string;
    const at = name.lastIndexOf('/');
    const kind = kinds?.[Math.floor((i - 1) / perKind)];
    if (kind !== undefined && name.slice(at + 1) !== kind) {
      throw new ShapeError(`${where}: optimizer.names[${i}] must end in '/${kind}', got '${name}'.`);
    }
    const shape = variables[known.indexOf(name.slice(0, at))]?.shape;
    checkArrayState(where, `optimizer.weights[${i}]`, weights[i], shape, 'float32');
  }
}

/** Name of a slot, `<variable>/<kind>`, with the variable's name of today: tfjs numbers the names of a process. */
function renamed(slot: string, known: readonly string[], variables: readonly Variable[]): string {
  const at = slot.lastIndexOf('/');
  const variable = variables[known.indexOf(slot.slice(0, at))];
  return at < 0 || variable === undefined ? slot : variable.name + slot.slice(at);
}
