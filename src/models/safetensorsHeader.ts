import { show } from '../internal/checks.js';
import { oneLine } from '../internal/oneLine.js';
import { parseJson } from './parseJson.js';

/** Type of a tensor's numbers in a safetensors file. */
export type SafetensorsDtype =
  | 'F64'
  | 'I64'
  | 'U64'
  | 'F32'
  | 'I32'
  | 'U32'
  | 'F16'
  | 'BF16'
  | 'I16'
  | 'U16'
  | 'I8'
  | 'U8'
  | 'BOOL';

/** Bytes of a number. */
export const ITEM_SIZES: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** What the header of a safetensors file says about a tensor. */
export interface SafetensorsEntry {
  /** Type of the numbers in the file; also one that is not read, such as `F8_E4M3` or `C64`. */
  readonly dtype: SafetensorsDtype | (string & {});
  /** Shape; the numbers are row-major. */
  readonly shape: readonly number[];
}

/** Bits of the numbers of types that are not read. */
const OTHER_BITS: Readonly<Record<string, number>> = {
  ...{ C64: 64, C128: 128, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
  ...{ F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
};

/** Whether a type is one that is read. */
export function isRead(dtype: string): dtype is SafetensorsDtype {
  return Object.hasOwn(ITEM_SIZES, dtype);
}

/** The whole header, checked. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, with the first byte and the one after the last, counted from the start of the file. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry & { readonly begin: number; readonly end: number }>;
}

/** Name of the header's entry that is no tensor. */
export const METADATA = '__metadata__';

/** Bytes before the header: its length. */
export const PREFIX = 8;

/** Brackets around a size in the header are three: header, tensor, shape. */
const DEEPEST = 64;

/** Longest header that readers of the format take. */
const LONGEST = 100_000_000;

/** Length of the header, from the first bytes of a file. */
export function headerLength(where: string, prefix: Uint8Array, size: number): number {
  const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getBigUint64(0, true);
  const room = Math.min(LONGEST, size - PREFIX);
  if (length > BigInt(room)) {
    throw new Error(
      `${where}: the header must have at most ${room} bytes, in a file of ${size}, got ${length}: not a safetensors file, or cut off.`,
    );
  }
  return Number(length);
}

/**
 * Reads and checks a header; nothing in it is believed that the size of the file does not bear out.
 *
 * @param where - Function to name in errors.
 * @param bytes - The header without the length before it.
 * @param size - Size of the whole file in bytes.
 * @returns Metadata and entries.
 * @throws Error if the header is malformed, or its tensors overlap, leave gaps or are not those of the file's bytes.
 * @internal
 */
export function parseHeader(where: string, bytes: Uint8Array, size: number): SafetensorsHeader {
  const json = parseObject(where, bytes);
  const start = PREFIX + bytes.length;
  let metadata: Readonly<Record<string, string>> = {};
  const entries = new Map<string, SafetensorsEntry & { begin: number; end: number }>();
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA) metadata = checkMetadata(where, value);
    else entries.set(name, checkEntry(where, name, value, start));
  }
  let at = start;
  for (const [name, { begin, end }] of [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) {
      const what = begin < at ? 'overlaps another tensor' : 'leaves a gap before it';
      throw new Error(
        `${where}: tensor ${show(name)} ${what}: it must start at byte ${at - start}, got ${begin - start}.`,
      );
    }
    at = end;
  }
  if (at !== size)
    throw new Error(`${where}: the file must have ${at} bytes, got ${size}: it is cut off or has more at its end.`);
  return { metadata, entries };
}

function parseObject(where: string, bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = parseJson(text, DEEPEST);
  } catch (error) {
    if ((error as Error).message.startsWith('brackets')) {
      throw new Error(`${where}: the header must be an object of tensors, its ${(error as Error).message}.`);
    }
    throw new Error(`${where}: the header must be UTF-8 JSON, got something else.`);
  }
  if (!isRecord(json) || !text.startsWith('{')) throw new Error(`${where}: the header must be a JSON object.`);
  const repeated = repeatedKey(text);
  if (repeated !== null)
    throw new Error(`${where}: the header must name everything once, got ${oneLine(repeated)} twice.`);
  return json;
}

/** A key that an object of the (valid) JSON text has twice, of which `JSON.parse` keeps the last. */
function repeatedKey(text: string): string | null {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '{') open.push(new Set());
    else if (sign === '}') open.pop();
    else if (sign === '"') {
      const first = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
      let next = i + 1;
      while (' \t\n\r'.includes(text[next] as string)) next++;
      if (text[next] !== ':') continue;
      const key = text.slice(first, i + 1);
      const name = JSON.parse(key) as string;
      const seen = open[open.length - 1] as Set<string>;
      if (seen.has(name)) return key;
      seen.add(name);
    }
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkMetadata(where: string, value: unknown): Record<string, string> {
  if (value === null) return {}; // as some writers have it
  if (!isRecord(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw new Error(`${where}: ${METADATA} must hold strings, got ${show(value)}.`);
  }
  return value as Record<string, string>;
}

function checkEntry(where: string, name: string, value: unknown, start: number) {
  const what = oneLine(`${where}: tensor ${show(name)}`);
  if (!isRecord(value)) throw new Error(`${what} must have dtype, shape and data_offsets, got ${show(value)}.`);
  const { dtype, shape, data_offsets: offsets } = value;
  // A type that is not known here may come to be; its tensor stands in nobody's way who does not ask for it.
  if (typeof dtype !== 'string' || !(isRead(dtype) || /^[A-Z]+\d[A-Z\d_]*$/.test(dtype))) {
    throw new Error(`${what} must have a dtype of ${Object.keys(ITEM_SIZES).join(', ')}, got ${show(dtype)}.`);
  }
  if (!areSizes(shape)) throw new Error(`${what} must have a shape of integers >= 0, got ${show(shape)}.`);
  if (!areSizes(offsets) || offsets.length !== 2 || (offsets[1] as number) < (offsets[0] as number)) {
    throw new Error(`${what} must have data_offsets [begin, end], got ${show(offsets)}.`);
  }
  const [begin, end] = offsets as [number, number];
  const bits = isRead(dtype) ? 8 * ITEM_SIZES[dtype] : Object.hasOwn(OTHER_BITS, dtype) ? OTHER_BITS[dtype] : undefined;
  if (bits !== undefined) {
    const size = shape.reduce((product, n) => product * n, 1);
    const bytes = Math.ceil((size * bits) / 8);
    if (bytes !== end - begin) {
      throw new Error(`${what} of ${dtype} [${shape.join(', ')}] must have ${bytes} bytes, got ${end - begin}.`);
    }
  }
  return { dtype, shape, begin: start + begin, end: start + end };
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
