import { cast, gather, slice, type Tensor, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkChoice, checkTensor, show } from './checks.js';
import { RangeError, ShapeError } from './errors.js';
import { isImageShape } from './imageBatch.js';

/**
 * Samples on the host, the first axis counting them: what the readers of `selfsup/node` return and what loops and probes
 * take beside tensors. `Uint8Array` and `Uint8ClampedArray` (canvas pixels) are bytes: they represent numbers in [0, 1] as
 * multiples of 1/255 and become float32 when a batch is made; a data set of images so takes a quarter of the memory, and none
 * on the backend.
 */
export interface ArrayData {
  /** Values, row-major. */
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array | Int32Array;
  /** Shape; the first axis counts the samples. */
  readonly shape: readonly number[];
  /**
   * What float images (rank 4 or 5, at most 4 channels) may hold: `'unit'`, numbers in [0, 1], or `'any'`, such as standardized
   * pixels, spectrograms, flow or depth.
   * @defaultValue 'unit': others are refused, since they are mostly bytes that were not divided by 255
   */
  readonly range?: 'unit' | 'any';
}

/** A data set: a tensor whose first axis counts the samples, or the same on the host. */
export type Data = Tensor | ArrayData;

const kinds: readonly (string | undefined)[] = ['Uint8Array', 'Uint8ClampedArray', 'Float32Array', 'Int32Array'];

/** Class name of a typed array, undefined for anything else; `instanceof` would fail across two realms. */
export function typedArrayName(x: unknown): string | undefined {
  if (!ArrayBuffer.isView(x) || x instanceof DataView) return undefined;
  return (x as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
}

/** True for a tensor of numbers. */
export function isNumeric({ dtype }: Tensor): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** What numbers of a kind are divided by to become those of images in [0, 1]: 255 for bytes, and for int32 images and clips. */
export function byteScale(kind: string | undefined, shape: readonly number[]): number {
  if (kind === 'Uint8Array' || kind === 'Uint8ClampedArray') return 255;
  return (kind === 'Int32Array' || kind === 'int32') && isImageShape(shape) ? 255 : 1;
}

/** Checks that data has at least one sample, a length that fits its shape and, where given, a rank. */
export function checkData(where: string, name: string, data: Data, rank?: number): void {
  if (typeof data !== 'object' || data === null || !Array.isArray(data.shape)) {
    throw new ShapeError(`${where}: ${name} must be a tensor or {data, shape}, got ${describe(data)}.`);
  }
  if (
    data.shape.length < 1 ||
    data.shape.some((n) => !Number.isSafeInteger(n) || n < 1) ||
    (rank !== undefined && data.shape.length !== rank)
  ) {
    const wanted = rank === undefined ? 'at least one sample' : `rank ${rank} and at least one sample`;
    throw new ShapeError(`${where}: ${name} must have ${wanted}, got shape [${data.shape.join(', ')}].`);
  }
  if (isTensorData(data)) {
    checkTensor(where, name, data);
    if (!isNumeric(data)) throw new ShapeError(`${where}: ${name} must hold numbers, got ${show(data)}.`);
    return;
  }
  if (!kinds.includes(typedArrayName(data.data))) {
    throw new ShapeError(
      `${where}: ${name}.data must be a Uint8Array, Uint8ClampedArray, Float32Array or Int32Array, got ${describe(data.data)}.`,
    );
  }
  const size = data.shape.reduce((product, n) => product * n, 1);
  if (data.data.length !== size) {
    throw new ShapeError(
      `${where}: ${name} of shape [${data.shape.join(', ')}] needs ${size} values, got ${data.data.length}.`,
    );
  }
  if (data.range !== undefined) checkChoice(where, `${name}.range`, data.range, ['unit', 'any']);
}

/** Text of wrong data: neither long lists nor pixels. */
function describe(data: unknown): string {
  const kind = typedArrayName(data) ?? (Array.isArray(data) ? 'array' : undefined);
  if (kind !== undefined) return `${kind === 'array' ? 'an array' : `a ${kind}`} of ${(data as unknown[]).length}`;
  return typeof data === 'object' && data !== null ? `an object of {${Object.keys(data).join(', ')}}` : show(data);
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
    if (!(Number.isInteger(r) && r >= 0 && r < count))
      throw new RangeError(`takeRows: row ${r} does not exist, there are ${count}.`);
  }
  if (isTensorData(data)) return tidy(() => cast(gather(data, tensor1d(Array.from(rows), 'int32')), data.dtype) as T);
  const size = rowSize(data);
  const picked = emptyLike(data.data, rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * size;
    picked.set(data.data.subarray(start, start + size) as Uint8Array, i * size);
  }
  return toTensor(data, picked, rows.length);
}

/** An array of the same kind; of a `Buffer` the plain bytes that it is. */
function emptyLike(data: ArrayData['data'], length: number): ArrayData['data'] {
  if (typedArrayName(data) === 'Uint8Array') return new Uint8Array(length);
  return new (data.constructor as Uint8ArrayConstructor)(length);
}

function rowSize(data: ArrayData): number {
  return data.shape.slice(1).reduce((product, n) => product * n, 1);
}

function toTensor<T extends Tensor>(data: ArrayData, values: ArrayData['data'], count: number): T {
  const shape = [count, ...data.shape.slice(1)];
  const kind = typedArrayName(values);
  if (kind === 'Uint8Array' || kind === 'Uint8ClampedArray') {
    // A plain loop: Float32Array.from with a function is some fifteen times slower.
    const floats = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) floats[i] = (values[i] as number) / 255;
    return tensor(floats, shape, 'float32') as T;
  }
  return tensor(values.slice() as Float32Array | Int32Array, shape, kind === 'Int32Array' ? 'int32' : 'float32') as T;
}
