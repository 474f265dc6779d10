import { dispose, type Optimizer, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { RangeError, ShapeError } from '../internal/errors.js';
import {
  type ArrayState,
  fromArrayState,
  isArrayState,
  type State,
  type StateValue,
  toArrayState,
} from '../internal/state.js';

/** Running products that tfjs's own `setWeights` recomputes with rounding (Adam, Adamax): variables kept by name. */
function extraVariables(optimizer: Optimizer): [string, Variable][] {
  return Object.entries(optimizer).filter((entry): entry is [string, Variable] => entry[1] instanceof Variable);
}

/** Throws for an optimizer whose state tfjs can't give (Adamax), before a run that would need it. */
export async function checkOptimizerState(optimizer: Optimizer): Promise<void> {
  try {
    const [iterations] = await optimizer.getWeights();
    iterations?.tensor.dispose();
  } catch (cause) {
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

/** Puts the state of an optimizer of the same class back, bit for bit. */
export async function setOptimizerState(
  optimizer: Optimizer,
  state: StateValue | undefined,
  { where = 'pretrain', variables = [] }: Target = {},
): Promise<void> {
  const {
    className,
    weights,
    extras,
    names,
    variables: known,
  } = (state ?? {}) as {
    className?: string;
    weights?: unknown[];
    extras?: Record<string, unknown>;
    names?: string[];
    variables?: string[];
  };
  if (className !== optimizer.getClassName() || !Array.isArray(weights)) {
    throw new ShapeError(
      `${where}: optimizer state must be of class ${optimizer.getClassName()}, got ${className ?? 'none'}.`,
    );
  }
  const [iterations, ...slots] = await optimizer.getWeights();
  iterations?.tensor.dispose();
  const tensors: Tensor[] = [];
  try {
    weights.forEach((value, i) => {
      tensors.push(fromArrayState(where, `optimizer.weights[${i}]`, value));
    });
    const named = tensors.map((tensor, i) => ({
      name: renamed(names?.[i] ?? `slot${i}`, known ?? [], variables),
      tensor,
    }));
    await optimizer.setWeights(named);
  } finally {
    dispose(tensors.filter((x) => !x.isDisposed));
  }
  dispose(slots.map(({ tensor }) => tensor).filter((x) => !x.isDisposed)); // those of before, which tfjs forgets
  for (const [name, variable] of extraVariables(optimizer)) {
    if (!isArrayState(extras?.[name])) continue;
    const value = fromArrayState(where, `optimizer.${name}`, extras[name], variable.shape);
    variable.assign(value);
    value.dispose();
  }
}

/** Name of a slot, `<variable>/<kind>`, with the variable's name of today: tfjs numbers the names of a process. */
function renamed(slot: string, known: readonly string[], variables: readonly Variable[]): string {
  const at = slot.lastIndexOf('/');
  const variable = variables[known.indexOf(slot.slice(0, at))];
  return at < 0 || variable === undefined ? slot : variable.name + slot.slice(at);
}
