import type { ArrayData } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { fromHalves } from '../models/halfFloats.js';
import { type ByteStream, withBytes } from './byteStream.js';
import { fault } from './fault.js';
import { viewOf } from './files.js';
import { type NpyHeader, parseNpyHeader } from './npyHeader.js';
import { toPath } from './paths.js';

/** Options of {@link readNpy}. */
export interface ReadNpyOptions {
  /** Bytes that a gzipped file may unpack to; an integer \>= 1. @defaultValue 2 ** 30 */
  readonly maxBytes?: number;
}

type Read = (view: DataView, at: number, little: boolean) => number;

/** What a dtype stands for, its byte order aside. */
const TYPES: Readonly<Record<string, readonly [bytes: number, kind: 'bytes' | 'integers' | 'floats', read: Read]>> = {
  u1: [1, 'bytes', (v, at) => v.getUint8(at)],
  b1: [1, 'integers', (v, at) => (v.getUint8(at) === 0 ? 0 : 1)],
  i1: [1, 'integers', (v, at) => v.getInt8(at)],
  u2: [2, 'integers', (v, at, little) => v.getUint16(at, little)],
  i2: [2, 'integers', (v, at, little) => v.getInt16(at, little)],
  u4: [4, 'integers', (v, at, little) => v.getUint32(at, little)],
  i4: [4, 'integers', (v, at, little) => v.getInt32(at, little)],
  u8: [8, 'integers', (v, at, little) => Number(v.getBigUint64(at, little))],
  i8: [8, 'integers', (v, at, little) => Number(v.getBigInt64(at, little))],
  f2: [2, 'floats', (v, at, little) => fromHalves(Uint16Array.of(v.getUint16(at, little)))[0] as number],
  f4: [4, 'floats', (v, at, little) => v.getFloat32(at, little)],
  f8: [8, 'floats', (v, at, little) => v.getFloat64(at, little)],
};

/** The longest header that is read; NumPy itself takes 10,000 characters. */
const LONGEST = 1 << 20;

/**
 * Reads a NumPy .npy file (format 1, 2 or 3, either byte order, C or Fortran order), plain or gzipped.
 *
 * @param path - The file, a path or a `file:` URL.
 * @param options - How much gzip may unpack.
 * @returns Values and shape: uint8 as Uint8Array, other integers and booleans as Int32Array (a value that does not fit
 * throws), floats of 16, 32 and 64 bits as Float32Array (doubles are rounded); row-major in either case.
 * @throws Error, in one line that names the file, if it is missing, cut off, no .npy or of another type (fields, texts, objects,
 * complex numbers); RangeError on a wrong option.
 * @see NumPy's `numpy.lib.format`.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readNpy } from 'selfsup/node';
 *
 * const header = "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }".padEnd(117) + '\n';
 * const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0);
 * const path = join(await mkdtemp(join(tmpdir(), 'npy-')), 'x.npy');
 * await writeFile(path, Buffer.concat([start, Buffer.from(header), Buffer.from(Int16Array.of(1, 2, -3).buffer)]));
 * console.log(await readNpy(path)); // { data: [1, 2, -3], shape: [3] }
 * ```
 */
export async function readNpy(path: string | URL, options: ReadNpyOptions = {}): Promise<ArrayData> {
  const where = 'readNpy';
  const { maxBytes = 2 ** 30 } = checkOptions(where, options, ['maxBytes']);
  checkIntegers(where, { maxBytes: [maxBytes, 1] });
  const file = toPath(where, 'path', path);
  return withBytes(where, file, maxBytes, async (bytes) => {
    const header = await readHeader(bytes, file);
    const { dtype, shape } = header;
    const name = dtype.replace(/^[<>|=]/, '');
    const type = Object.hasOwn(TYPES, name) && name.length < dtype.length ? TYPES[name] : undefined;
    if (type === undefined) {
      throw fault(where, `expected an array of numbers (${Object.keys(TYPES).join(', ')}), got dtype ${dtype}`, file);
    }
    const [width] = type;
    const size = shape.reduce((product, n) => product * n, 1);
    const needed = size * width;
    const text = `shape [${shape.join(', ')}] of ${dtype} needs ${needed} bytes`;
    if (bytes.packed && needed > bytes.left) {
      throw fault(where, `${text}, ${bytes.left} may still be unpacked (maxBytes)`, file);
    }
    if (!bytes.packed && needed !== bytes.left) throw fault(where, `${text}, got ${bytes.left}`, file);
    const raw = await bytes.take(needed);
    const more = raw.length === needed && (await bytes.take(1)).length > 0;
    if (raw.length < needed || more) throw fault(where, `${text}, got ${more ? 'more' : raw.length}`, file);
    return { data: decode(raw, header, type, file), shape: [...shape] };
  });
}

async function readHeader(bytes: ByteStream, path: string): Promise<NpyHeader> {
  const total = bytes.packed ? 'gzip data' : `${bytes.left} bytes`;
  const start = await bytes.take(8);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((b, i) => start[i] === b);
  const version = start[6] ?? 0;
  const prefix = await bytes.take(version === 1 ? 2 : 4);
  if (!magic || version < 1 || version > 3 || prefix.length < (version === 1 ? 2 : 4)) {
    throw fault('readNpy', `expected a .npy file, got ${total} of something else`, path);
  }
  const length = version === 1 ? viewOf(prefix).getUint16(0, true) : viewOf(prefix).getUint32(0, true);
  if (length > LONGEST) throw fault('readNpy', `expected a header of at most ${LONGEST} bytes, got ${length}`, path);
  const text = new TextDecoder().decode(await bytes.take(length));
  const header = parseNpyHeader(text);
  if (header !== null) return header;
  const got = text.trim();
  const shown = got.length > 80 ? `${got.slice(0, 77)}...` : got || 'nothing';
  throw fault('readNpy', `expected a header with descr, fortran_order and shape, got ${shown}`, path);
}

/** The numbers in C order. */
function decode(
  raw: Uint8Array,
  { dtype, fortranOrder, shape }: NpyHeader,
  [width, kind, read]: (typeof TYPES)[string],
  path: string,
): ArrayData['data'] {
  const size = raw.length / width;
  if (kind === 'bytes' && !fortranOrder) return raw;
  const data = { bytes: Uint8Array, integers: Int32Array, floats: Float32Array }[kind];
  const out = new data(size);
  const view = viewOf(raw);
  const little = !dtype.startsWith('>');
  const from = fortranOrder ? fortranPlaces(shape) : (i: number) => i;
  for (let i = 0; i < size; i++) {
    const at = from(i);
    const value = read(view, at * width, little);
    out[i] = value;
    if (kind === 'integers' && out[i] !== value) {
      throw fault('readNpy', `expected integers of 32 bits, got ${value} at ${at}`, path);
    }
  }
  return out;
}

/** For each element in C order, called one after the other, where it lies in Fortran order. */
function fortranPlaces(shape: readonly number[]): () => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const index = shape.map(() => 0);
  let [at, first] = [0, true];
  return () => {
    if (first) {
      first = false;
      return 0;
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size, stride] = [shape[axis] as number, strides[axis] as number];
      (index[axis] as number) += 1;
      at += stride;
      if ((index[axis] as number) < size) break;
      at -= size * stride;
      index[axis] = 0;
    }
    return at;
  };
}
