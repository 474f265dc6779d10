import { checkOptions } from '../internal/checkOptions.js';
import { show } from '../internal/checks.js';
import { oneLine } from '../internal/oneLine.js';
import { type ByteReader, type ByteSource, byteReader } from './byteSource.js';
import { fromBfloats, fromHalves } from './halfFloats.js';
import {
  headerLength,
  ITEM_SIZES,
  isRead,
  PREFIX,
  parseHeader,
  type SafetensorsDtype,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './safetensorsHeader.js';

/** Numbers of a tensor on the host: `F16` and `BF16` as a Float32Array, `BOOL` as a Uint8Array, all others as their own. */
export type SafetensorsData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor of a safetensors file. */
export interface SafetensorsTensor extends SafetensorsEntry {
  /** Type of the numbers in the file. */
  readonly dtype: SafetensorsDtype;
  /** Its numbers, row-major. */
  readonly data: SafetensorsData;
}

/** Options of {@link readSafetensors}. */
export interface ReadSafetensorsOptions {
  /**
   * Which tensors to read: their names, or a function of name and entry. The bytes of all others are not read.
   * @defaultValue all of them
   */
  readonly filter?: readonly string[] | ((name: string, entry: SafetensorsEntry) => boolean);
}

/** What {@link readSafetensors} gives. */
export interface Safetensors {
  /** Texts that came with the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Type and shape of every tensor in the file, read or not. */
  readonly entries: Readonly<Record<string, SafetensorsEntry>>;
  /** The tensors that were read. */
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
}

/** A file whose header has been read. */
export interface OpenSafetensors {
  readonly header: SafetensorsHeader;
  read(name: string): Promise<SafetensorsTensor>;
}

/**
 * Reads tensors of a safetensors file onto the host. Of a `Blob` or another source of ranges only the header and the bytes of the
 * tensors asked for are read, tensor by tensor; the header is checked before anything of the size that it claims is made.
 *
 * @param source - The file: its bytes, a `Blob` or `File`, or an object that reads ranges (`nodeRange` of `selfsup/node`).
 * @param options - Which tensors.
 * @returns Metadata, entries and tensors; their data are copies.
 * @throws Error, in one line, if the file is malformed or cut off, has no tensor of a wanted name, or a wanted tensor is of a type
 * that is not read: floats of 8 bits and fewer, complex numbers.
 * @see The format: https://github.com/huggingface/safetensors, README, "Format".
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from 'selfsup/models';
 *
 * const file = new Blob([writeSafetensors({ a: { shape: [2], data: Float32Array.of(1, 2) }, b: { shape: [], data: Int32Array.of(3) } })]);
 * const { tensors, entries } = await readSafetensors(file, { filter: ['a'] });
 * console.log(tensors.a?.data, Object.keys(entries)); // [1, 2] and a, b
 * ```
 */
export async function readSafetensors(source: ByteSource, options: ReadSafetensorsOptions = {}): Promise<Safetensors> {
  const where = 'readSafetensors';
  const { filter } = checkOptions(where, options, ['filter']);
  const { header, read } = await openSafetensors(where, source);
  const tensors: [string, SafetensorsTensor][] = [];
  const names = wanted(where, header, filter);
  for (const name of names) {
    const { dtype } = header.entries.get(name) as SafetensorsEntry;
    if (!isRead(dtype)) throw unread(where, name, dtype); // before any is read
  }
  for (const name of names) tensors.push([name, await read(name)]);
  const entries = Array.from(header.entries, ([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
  return {
    metadata: header.metadata,
    entries: Object.fromEntries(entries),
    tensors: Object.fromEntries(tensors),
  };
}

/**
 * Reads and checks the header.
 *
 * @param where - Function to name in errors.
 * @param source - The file.
 * @returns The header, and what reads a tensor of it.
 * @throws Error if the file is malformed.
 * @internal
 */
export async function openSafetensors(where: string, source: ByteSource): Promise<OpenSafetensors> {
  const reader = byteReader(where, source);
  const { size } = reader;
  if (size < PREFIX) throw new Error(`${where}: a safetensors file must have at least ${PREFIX} bytes, got ${size}.`);
  const length = headerLength(where, await reader.read(0, PREFIX), size);
  const header = parseHeader(where, await reader.read(PREFIX, PREFIX + length), size);
  return { header, read: (name) => readTensor(where, reader, header, name) };
}

function unread(where: string, name: string, dtype: string): Error {
  const known = Object.keys(ITEM_SIZES).join(', ');
  const ways = 'the option filter leaves a tensor out';
  return new Error(oneLine(`${where}: tensor ${show(name)} must have a dtype of ${known}, got ${dtype} (${ways}).`));
}

function wanted(where: string, { entries }: SafetensorsHeader, filter: ReadSafetensorsOptions['filter']): string[] {
  const names = Array.from(entries.keys());
  if (filter === undefined) return names;
  if (typeof filter === 'function') {
    return names.filter((name) => {
      const { dtype, shape } = entries.get(name) as SafetensorsEntry;
      return filter(name, { dtype, shape });
    });
  }
  if (!Array.isArray(filter)) throw new Error(`${where}: filter must be names or a function, got ${show(filter)}.`);
  const missing = filter.filter((name) => !entries.has(name));
  if (missing.length > 0)
    throw new Error(oneLine(`${where}: the file must have tensors ${show(missing)}, it has none of them.`));
  return [...new Set<string>(filter)];
}

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  F16: Uint16Array,
  BF16: Uint16Array,
} as const satisfies Record<SafetensorsDtype, unknown>;

async function readTensor(
  where: string,
  reader: ByteReader,
  header: SafetensorsHeader,
  name: string,
): Promise<SafetensorsTensor> {
  const entry = header.entries.get(name);
  if (entry === undefined) throw new Error(oneLine(`${where}: the file has no tensor ${show(name)}.`));
  const { dtype, shape, begin, end } = entry;
  if (!isRead(dtype)) throw unread(where, name, dtype);
  const { buffer } = (await reader.read(begin, end)).slice(); // a copy starts at a multiple of 8, as typed arrays need
  const raw = new ARRAYS[dtype](buffer as ArrayBuffer);
  const data =
    dtype === 'F16' ? fromHalves(raw as Uint16Array) : dtype === 'BF16' ? fromBfloats(raw as Uint16Array) : raw;
  return { dtype, shape, data };
}
