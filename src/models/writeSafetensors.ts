import { checkOptions } from '../internal/checkOptions.js';
import { isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { toBfloats, toHalves } from './halfFloats.js';
import type { SafetensorsData } from './readSafetensors.js';
import { ITEM_SIZES, METADATA, PREFIX, type SafetensorsDtype } from './safetensorsHeader.js';

/** A tensor to be written. */
export interface TensorToWrite {
  /** Shape; the numbers are row-major. */
  readonly shape: readonly number[];
  /** Its numbers. */
  readonly data: SafetensorsData;
  /**
   * Type in the file. `F16` and `BF16` take a Float32Array and round to the nearest; `BOOL` takes a Uint8Array.
   * @defaultValue that of the array: `F32` of a Float32Array and so on
   */
  readonly dtype?: SafetensorsDtype;
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Texts for the header. Hugging Face's loaders want `{ format: 'pt' }`. @defaultValue none */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes tensors as a safetensors file: the header's length, the header as JSON, padded with spaces to a multiple of 8 bytes,
 * and the numbers, those of the largest types first, so that each tensor is aligned.
 *
 * @param tensors - Tensors by name.
 * @param options - Metadata.
 * @returns The bytes of the file; what `readSafetensors` makes of them gives the same bytes again.
 * @throws ShapeError if shape and data of a tensor differ in size; Error if its array does not suit its type, or on a name or
 * metadata that the format does not have.
 * @see The format: https://github.com/huggingface/safetensors, README, "Format".
 * @example
 * ```ts
 * import { writeSafetensors } from 'selfsup/models';
 * const bytes = writeSafetensors({ weight: { shape: [2, 1], data: Float32Array.of(1, 2) } }, { metadata: { format: 'pt' } });
 * console.log(bytes.length % 8); // 0
 * ```
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorToWrite>>,
  options: WriteSafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  const where = 'writeSafetensors';
  const { metadata } = checkOptions(where, options, ['metadata']);
  if (metadata !== undefined && (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))) {
    throw new Error(`${where}: metadata must hold strings, got ${show(metadata)}.`);
  }
  const odd = typeof tensors !== 'object' || tensors === null || Array.isArray(tensors) || isTensor(tensors);
  if (odd || ArrayBuffer.isView(tensors)) {
    throw new Error(`${where}: tensors must be an object of tensors by name, got ${show(tensors)}.`);
  }
  if (metadata && Object.values(metadata).some((text) => typeof text !== 'string')) {
    throw new Error(`${where}: metadata must hold strings, got ${show(metadata)}.`);
  }
  const parts = Object.entries(tensors).map(([name, tensor]) => checked(where, name, tensor));
  parts.sort((a, b) => ITEM_SIZES[b.dtype] - ITEM_SIZES[a.dtype] || (a.name < b.name ? -1 : 1));
  const header: [string, unknown][] = metadata === undefined ? [] : [[METADATA, metadata]];
  let total = 0;
  for (const { name, dtype, shape, bytes } of parts) {
    header.push([name, { dtype, shape, data_offsets: [total, total + bytes.length] }]);
    total += bytes.length;
  }
  const text = new TextEncoder().encode(`{${header.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`)}}`);
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(PREFIX + length + total).fill(32, PREFIX, PREFIX + length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, PREFIX);
  let at = PREFIX + length;
  for (const { bytes } of parts) {
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}

/** The types that each array can be written as; the first is that of the array itself. */
const TYPES: Readonly<Record<string, readonly SafetensorsDtype[]>> = {
  Float64Array: ['F64'],
  Float32Array: ['F32', 'F16', 'BF16'],
  BigInt64Array: ['I64'],
  BigUint64Array: ['U64'],
  Int32Array: ['I32'],
  Uint32Array: ['U32'],
  Int16Array: ['I16'],
  Uint16Array: ['U16'],
  Int8Array: ['I8'],
  Uint8Array: ['U8', 'BOOL'],
};

function checked(where: string, name: string, tensor: TensorToWrite) {
  const what = `${where}: tensor ${show(name)}`;
  const { shape, data, dtype: wanted } = tensor ?? {};
  if (!Array.isArray(shape) || isTensor(tensor))
    throw new ShapeError(`${what} must have a shape and data, got ${show(tensor)}.`);
  if (name === METADATA) throw new Error(`${what} must have another name, which is that of the metadata.`);
  const types = ArrayBuffer.isView(data) ? TYPES[Object.prototype.toString.call(data).slice(8, -1)] : undefined;
  if (types === undefined) throw new Error(`${what} must have a typed array as data, got ${show(data)}.`);
  const dtype = wanted ?? (types[0] as SafetensorsDtype);
  if (!types.includes(dtype)) throw new Error(`${what} must have a dtype of ${types.join(', ')}, got ${show(dtype)}.`);
  const size = shape.reduce((product, n) => product * n, 1);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || size !== data.length) {
    throw new ShapeError(`${what} of shape [${shape.join(', ')}] must have ${size} numbers, got ${data.length}.`);
  }
  const raw =
    dtype === 'F16' ? toHalves(data as Float32Array) : dtype === 'BF16' ? toBfloats(data as Float32Array) : data;
  return { name, dtype, shape, bytes: new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) };
}
