import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { show } from './checks.js';
import { ShapeError } from './errors.js';

/** Numbers of one tensor, on the host. */
export interface ArrayState {
  /** `'float32'`, `'int32'` or `'bool'`. */
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Shape of the tensor. */
  readonly shape: readonly number[];
  /** Its values, row-major. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** What a state may hold. */
export type StateValue =
  | number
  | string
  | boolean
  | null
  | ArrayState
  | readonly StateValue[]
  | { readonly [name: string]: StateValue };

/** Everything a part needs to go on exactly where it stopped: plain values, and typed arrays with shapes. */
export interface State {
  /** Value of a named entry. */
  readonly [name: string]: StateValue;
}

/** Reads a tensor back; the tensor stays the caller's. */
export async function toArrayState(x: Tensor): Promise<ArrayState> {
  const data = (await x.data()).slice() as Float32Array | Int32Array | Uint8Array;
  return { dtype: x.dtype as ArrayState['dtype'], shape: x.shape.slice(), data };
}

/** True for the numbers of a tensor. */
export function isArrayState(value: unknown): value is ArrayState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shape' in value &&
    Array.isArray(value.shape) &&
    'data' in value &&
    ArrayBuffer.isView(value.data)
  );
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * Checks that a stored value is an array whose values fit its shape and dtype and, where given, has a certain shape and
 * dtype; nothing is made of it yet.
 *
 * @throws ShapeError
 */
export function checkArrayState(
  where: string,
  name: string,
  value: unknown,
  shape?: readonly number[],
  dtype?: ArrayState['dtype'],
): asserts value is ArrayState {
  if (!isArrayState(value)) throw new ShapeError(`${where}: state has no array '${name}'.`);
  const text = `[${value.shape.join(', ')}]`;
  if (shape && String(shape) !== String(value.shape)) {
    throw new ShapeError(`${where}: state '${name}' must have shape [${shape.join(', ')}], got ${text}.`);
  }
  const known = Object.hasOwn(ARRAYS, value.dtype);
  if (!known || (dtype !== undefined && value.dtype !== dtype)) {
    const wanted = dtype ?? Object.keys(ARRAYS).join(' or ');
    throw new ShapeError(`${where}: state '${name}' must have dtype ${wanted}, got ${value.dtype}.`);
  }
  const sizes = value.shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  const size = value.shape.reduce((product, n) => product * n, 1);
  // By name: what another window or worker made is of a class of its own.
  const wanted = ARRAYS[value.dtype].name;
  const { length } = value.data;
  if (!sizes || length !== size || value.data.constructor.name !== wanted) {
    const got = `${length} in ${value.data.constructor.name}`;
    throw new ShapeError(
      `${where}: state '${name}' of shape ${text} must hold ${size} values in ${wanted}, got ${got}.`,
    );
  }
}

/** A tensor of stored numbers; the caller disposes it. Throws ShapeError where {@link checkArrayState} does. */
export function fromArrayState<T extends Tensor>(
  where: string,
  name: string,
  value: unknown,
  shape?: readonly number[],
  dtype?: ArrayState['dtype'],
): T {
  checkArrayState(where, name, value, shape, dtype);
  return tensor(value.data.slice(), value.shape.slice(), value.dtype as DataType) as T;
}

/** Checks that a state is an object of named entries. */
export function checkState(where: string, name: string, value: unknown): asserts value is State {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new ShapeError(`${where}: ${name} must be an object of named entries, got ${show(value)}.`);
  }
}

/** Path of the first value of a state that is NaN or infinite, arrays included; undefined where all are finite. */
export function firstNonFinite(value: unknown, path: string): string | undefined {
  if (isArrayState(value)) {
    const { data } = value;
    return data instanceof Float32Array && !data.every(Number.isFinite) ? path : undefined;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, entry] of Object.entries(value)) {
    const found = firstNonFinite(entry, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What has a state, and changes nothing where it can't take one over. */
export interface Stateful {
  getState(): Promise<State>;
  setState(state: State): Promise<void>;
}

/** Gives each part its state; where one can't take it, those before it get back what they had, and the error is thrown. */
export async function setAllOrNone(parts: readonly (readonly [Stateful, StateValue | undefined])[]): Promise<void> {
  const before = await Promise.all(parts.map(([part]) => part.getState()));
  let set = 0;
  try {
    for (const [part, state] of parts) {
      await part.setState(state as State);
      set += 1;
    }
  } catch (error) {
    for (let i = 0; i < set; i++) await (parts[i] as (typeof parts)[number])[0].setState(before[i] as State);
    throw error;
  }
}
