import { crc32 } from 'node:zlib';
import { show } from '../internal/checks.js';
import { type ArrayState, isArrayState, type State, type StateValue } from '../internal/state.js';
import { parseJson } from '../models/parseJson.js';
import { viewOf } from './files.js';

// Layout: magic (8 bytes), uint32 length of the header, uint32 CRC-32 of all that follows the first 16 bytes, the header
// as UTF-8 JSON padded with spaces to a multiple of 8, then each array's bytes padded to a multiple of 8. Little-endian.
/** First bytes of a file of state. */
export const MAGIC = 'SELFSUP1';
const PREFIX = 16;
/** How deep a state may be nested; each step takes up to four brackets of the header. */
const DEEPEST = 100;

/** A value in the header: tagged, so that nothing a state holds can be taken for something else. */
type Packed =
  | { readonly v: number | string | boolean | null }
  | { readonly n: 'NaN' | 'Infinity' | '-Infinity' | '-0' }
  | { readonly a: number }
  | { readonly l: readonly Packed[] }
  | { readonly m: readonly (readonly [string, Packed])[] };

interface ArrayEntry {
  readonly dtype: ArrayState['dtype'];
  readonly shape: readonly number[];
}

interface Header {
  readonly root: Packed;
  readonly arrays: readonly ArrayEntry[];
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/**
 * A state as bytes: a JSON header and the raw numbers of its arrays, with a checksum. The parts are to be written one
 * after the other; numbers keep every bit, NaN and infinities included.
 *
 * @param state - What a part's `getState` gave.
 * @returns The bytes, in parts that share memory with the state's arrays.
 * @throws Error if the state holds anything but plain values and arrays with shapes.
 * @internal
 */
export function encodeState(state: State): Uint8Array[] {
  const arrays: ArrayState[] = [];
  const header: Header = {
    root: pack(state, 'state', arrays, 0),
    arrays: arrays.map(({ dtype, shape }) => ({ dtype, shape })),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(PREFIX + padded(text.length)).fill(32);
  head.set(new TextEncoder().encode(MAGIC));
  head.set(text, PREFIX);
  const parts: Uint8Array[] = [head];
  for (const { data } of arrays) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const padding = new Uint8Array(padded(bytes.length) - bytes.length);
    parts.push(...[bytes, padding].filter(({ length }) => length > 0)); // crc32 of nothing starts from 0 again
  }
  let sum = crc32(head.subarray(PREFIX));
  for (const part of parts.slice(1)) sum = crc32(part, sum);
  viewOf(head).setUint32(8, padded(text.length), true);
  viewOf(head).setUint32(12, sum, true);
  return parts;
}

/**
 * The state of bytes that {@link encodeState} made.
 *
 * @param bytes - All of them.
 * @returns The state; its arrays are copies.
 * @throws Error, in one line, if the bytes are not a state, cut off or changed.
 * @internal
 */
export function decodeState(bytes: Uint8Array): State {
  const magic = new TextDecoder().decode(bytes.subarray(0, 8));
  if (magic !== MAGIC) {
    throw new Error(`expected a selfsup state (${MAGIC}), got ${bytes.length === 0 ? 'nothing' : show(magic)}`);
  }
  if (bytes.length < PREFIX) throw new Error(`the state is cut off: ${bytes.length} bytes`);
  const view = viewOf(bytes);
  const end = PREFIX + view.getUint32(8, true);
  if (end > bytes.length) throw new Error(`the state is cut off: expected at least ${end} bytes, got ${bytes.length}`);
  let header: Header;
  let total: number;
  try {
    header = checkHeader(parseJson(new TextDecoder().decode(bytes.subarray(PREFIX, end)), 4 * DEEPEST + 8));
    total = header.arrays.reduce((at, entry) => at + padded(byteSize(entry)), end);
  } catch (error) {
    const reason = error instanceof SyntaxError ? '' : ` (${(error as Error).message})`;
    throw new Error(`the state is damaged: its header is unreadable${reason}`);
  }
  if (bytes.length < total) throw new Error(`the state is cut off: expected ${total} bytes, got ${bytes.length}`);
  if (bytes.length > total) throw new Error(`the state has ${bytes.length - total} bytes too many`);
  if (crc32(bytes.subarray(PREFIX)) !== view.getUint32(12, true)) {
    throw new Error('the state is damaged: its checksum is wrong');
  }
  let at = end;
  const arrays = header.arrays.map((entry) => {
    const array = readArray(bytes, at, entry);
    at += padded(byteSize(entry));
    return array;
  });
  return unpack(header.root, arrays) as State;
}

/** What a header must be like, whoever wrote it; the checksum only tells that it is as it was written. */
function checkHeader(value: unknown): Header {
  const { root, arrays } = (value ?? {}) as { readonly root?: unknown; readonly arrays?: unknown };
  if (!Array.isArray(arrays)) throw new Error('it lists no arrays');
  for (const [i, entry] of arrays.entries()) {
    const { dtype, shape } = (entry ?? {}) as { readonly dtype?: unknown; readonly shape?: unknown };
    if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype)) {
      throw new Error(`array ${i} must be ${Object.keys(ARRAYS).join(', ')}, got ${show(dtype)}`);
    }
    if (!isShape(shape)) throw new Error(`array ${i} must have a shape of integers >= 0, got ${show(shape)}`);
  }
  if (!isPacked(root, arrays.length)) throw new Error('it holds no state');
  if (!('m' in root)) throw new Error('the state must be an object');
  return { root, arrays };
}

function isShape(shape: unknown): shape is number[] {
  return (
    Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0) && Number.isSafeInteger(sizeOf(shape))
  );
}

function isPacked(value: unknown, arrays: number): value is Packed {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  if ('v' in value) {
    const { v } = value;
    return v === null || typeof v === 'string' || typeof v === 'boolean' || Number.isFinite(v);
  }
  if ('n' in value) return ['NaN', 'Infinity', '-Infinity', '-0'].includes(value.n as string);
  if ('a' in value) return Number.isSafeInteger(value.a) && (value.a as number) >= 0 && (value.a as number) < arrays;
  if ('l' in value) return Array.isArray(value.l) && value.l.every((item) => isPacked(item, arrays));
  if (!('m' in value) || !Array.isArray(value.m)) return false;
  const entries = value.m as unknown[];
  const names = new Set(entries.map((entry) => (Array.isArray(entry) ? entry[0] : undefined)));
  const isEntry = (entry: unknown): boolean =>
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && isPacked(entry[1], arrays);
  return names.size === entries.length && entries.every(isEntry);
}

function byteSize({ dtype, shape }: ArrayEntry): number {
  return sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT;
}

function readArray(bytes: Uint8Array, at: number, entry: ArrayEntry): ArrayState {
  const copy = bytes.slice(at, at + byteSize(entry));
  const data =
    entry.dtype === 'bool' ? copy : new ARRAYS[entry.dtype](copy.buffer, copy.byteOffset, sizeOf(entry.shape));
  return { dtype: entry.dtype, shape: entry.shape, data };
}

function pack(value: StateValue | undefined, path: string, arrays: ArrayState[], depth: number): Packed {
  if (depth > DEEPEST) throw new Error(`state is nested more than ${DEEPEST} deep; does it hold itself?`);
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return { n: '-0' };
    return Number.isFinite(value) ? { v: value } : { n: String(value) as 'NaN' };
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { v: value };
  if (Array.isArray(value))
    return { l: value.map((item, i) => pack(item as StateValue, `${path}[${i}]`, arrays, depth + 1)) };
  if (isArrayState(value)) {
    if (!isShape(value.shape)) throw new Error(`${path} must have a shape of integers >= 0, got ${show(value.shape)}`);
    const kind = Object.hasOwn(ARRAYS, value.dtype) ? ARRAYS[value.dtype] : undefined;
    if (kind === undefined || !(value.data instanceof kind) || value.data.length !== sizeOf(value.shape)) {
      throw new Error(
        `${path} must hold ${sizeOf(value.shape)} numbers of ${value.dtype}, got ${value.data.length} in ${value.data.constructor.name}`,
      );
    }
    return { a: arrays.push(value) - 1 };
  }
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const entries = Object.entries(value as Readonly<Record<string, StateValue>>);
    return { m: entries.map(([name, item]) => [name, pack(item, `${path}.${name}`, arrays, depth + 1)] as const) };
  }
  throw new Error(
    `${path} must be plain data or an array with a shape, got ${ArrayBuffer.isView(value) ? value.constructor.name : show(value)}`,
  );
}

function unpack(packed: Packed, arrays: readonly ArrayState[]): StateValue {
  if ('v' in packed) return packed.v;
  if ('n' in packed) return Number(packed.n);
  if ('a' in packed) return arrays[packed.a] as ArrayState;
  if ('l' in packed) return packed.l.map((item) => unpack(item, arrays));
  return Object.fromEntries(packed.m.map(([name, item]) => [name, unpack(item, arrays)]));
}
