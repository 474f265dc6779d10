import { cast, gather, slice, type Tensor, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { show } from './checks.js';
import { RangeError, ShapeError } from './errors.js';

/**
 * Samples on the host, the first axis counting them: what the readers of `selfsup/node` return and what loops and probes
 * take beside tensors. `Uint8Array` stands for numbers in [0, 1] as multiples of 1/255 and becomes float32 when a batch is
 * made; a data set of images so takes a quarter of the memory, and none on the backend.
 */
export interface ArrayData {
  /** Values, row-major. */
  readonly data: Uint8Array | Float32Array | Int32Array;
  /** Shape; the first axis counts the samples. */
  readonly shape: readonly number[];
}

/** A data set: a tensor whose first axis counts the samples, or the same on the host. */
export type Data = Tensor | ArrayData;

/** Checks that data has at least one sample, a length that fits its shape and, where given, a rank. */
export function checkData(where: string, name: string, data: Data, rank?: number): void {
  if (typeof data !== 'object' || data === null || !Array.isArray(data.shape)) {
    throw new ShapeError(`${where}: ${name} must be a tensor or {data, shape}, got ${show(data)}.`);
  }
  if (
    data.shape.length < 1 ||
    data.shape.some((n) => !(n >= 1)) ||
    (rank !== undefined && data.shape.length !== rank)
  ) {
    const wanted = rank === undefined ? 'at least one sample' : `rank ${rank} and at least one sample`;
    throw new ShapeError(`${where}: ${name} must have ${wanted}, got shape [${data.shape.join(', ')}].`);
  }
  if (!isTensorData(data)) {
    const size = data.shape.reduce((product, n) => product * n, 1);
    if (data.data?.length !== size) {
      throw new ShapeError(
        `${where}: ${name} of shape [${data.shape.join(', ')}] needs ${size} values, got ${data.data?.length}.`,
      );
    }
  }
}

/** True for a tensor, false for samples on the host. */
export function isTensorData(data: Data): data is Tensor {
  return 'dtype' in data;
}

/** Rows start to end - 1 as a tensor that the caller disposes; bytes become float32 in [0, 1]. */
export function sliceRows<T extends Tensor>(data: Data, start: number, end: number): T {
  if (isTensorData(data)) return tidy(() => slice(data, start, end - start) as T);
  const row = rowSize(data);
  return toTensor(data, data.data.subarray(start * row, end * row), end - start);
}

/** The named rows, in that order, as a tensor that the caller disposes; bytes become float32 in [0, 1]. */
export function takeRows<T extends Tensor>(data: Data, rows: ArrayLike<number>): T {
  const count = data.shape[0] as number;
  for (let i = 0; i < rows.length; i++) {
    const r = rows[i] as number;
    if (!(r >= 0 && r < count)) throw new RangeError(`takeRows: row ${r} does not exist, there are ${count}.`);
  }
  if (isTensorData(data)) return tidy(() => cast(gather(data, tensor1d(Array.from(rows), 'int32')), data.dtype) as T);
  const size = rowSize(data);
  const picked = new (data.data.constructor as Uint8ArrayConstructor)(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size;
    picked.set(data.data.subarray(start, start + size) as Uint8Array, i * size);
  }
  return toTensor(data, picked, rows.length);
}

function rowSize(data: ArrayData): number {
  return data.shape.slice(1).reduce((product, n) => product * n, 1);
}

function toTensor<T extends Tensor>(data: ArrayData, values: ArrayData['data'], count: number): T {
  const shape = [count, ...data.shape.slice(1)];
  if (values instanceof Uint8Array) {
    // A plain loop: Float32Array.from with a function is some fifteen times slower.
    const floats = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) floats[i] = (values[i] as number) / 255;
    return tensor(floats, shape, 'float32') as T;
  }
  return tensor(values.slice(), shape, values instanceof Int32Array ? 'int32' : 'float32') as T;
}
