import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core';
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

/** A tensor of stored numbers; the caller disposes it. Throws ShapeError if the shape differs from the expected one. */
export function fromArrayState<T extends Tensor>(
  where: string,
  name: string,
  value: unknown,
  shape?: readonly number[],
): T {
  if (!isArrayState(value)) throw new ShapeError(`${where}: state has no array '${name}'.`);
  if (shape && String(shape) !== String(value.shape)) {
    throw new ShapeError(
      `${where}: state '${name}' must have shape [${shape.join(', ')}], got [${value.shape.join(', ')}].`,
    );
  }
  return tensor(value.data.slice(), value.shape.slice(), value.dtype as DataType) as T;
}
