import type { ArrayData } from '../internal/arrayData.js';
import { readBytes, viewOf } from './files.js';

type Kind = 'bytes' | 'integers' | 'floats';

/** What a dtype string stands for. */
const TYPES: Readonly<Record<string, readonly [bytes: number, kind: Kind, read: (v: DataView, at: number) => number]>> =
  {
    '|u1': [1, 'bytes', (v, at) => v.getUint8(at)],
    '|b1': [1, 'integers', (v, at) => (v.getUint8(at) === 0 ? 0 : 1)],
    '|i1': [1, 'integers', (v, at) => v.getInt8(at)],
    '<u2': [2, 'integers', (v, at) => v.getUint16(at, true)],
    '<i2': [2, 'integers', (v, at) => v.getInt16(at, true)],
    '<u4': [4, 'integers', (v, at) => v.getUint32(at, true)],
    '<i4': [4, 'integers', (v, at) => v.getInt32(at, true)],
    '<u8': [8, 'integers', (v, at) => Number(v.getBigUint64(at, true))],
    '<i8': [8, 'integers', (v, at) => Number(v.getBigInt64(at, true))],
    '<f4': [4, 'floats', (v, at) => v.getFloat32(at, true)],
    '<f8': [8, 'floats', (v, at) => v.getFloat64(at, true)],
  };

/**
 * Reads a NumPy .npy file (format 1, 2 or 3, little-endian, C order), plain or gzipped.
 *
 * @param path - The file.
 * @returns Values and shape: uint8 as Uint8Array, other integers and booleans as Int32Array (a value that does not fit
 * throws), floats as Float32Array (doubles are rounded).
 * @throws Error, in one line that names the file, if it is missing, cut off, no .npy or of another layout.
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
export async function readNpy(path: string): Promise<ArrayData> {
  const bytes = await readBytes('readNpy', path);
  const view = viewOf(bytes);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((b, i) => bytes[i] === b);
  const version = bytes[6] ?? 0;
  const prefix = version === 1 ? 10 : 12;
  if (!magic || version < 1 || version > 3 || bytes.length < prefix) {
    throw new Error(`readNpy: expected a .npy file, got ${bytes.length} bytes of something else: ${path}`);
  }
  const start = prefix + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(bytes.subarray(prefix, start));
  const field = (pattern: RegExp): string => pattern.exec(header)?.[1]?.trim() ?? 'nothing';
  const dtype = field(/'descr':\s*'([^']*)'/);
  const order = field(/'fortran_order':\s*(True|False)/);
  const sizes = field(/'shape':\s*(\([\d, ]*\))/);
  const type = TYPES[dtype];
  if (type === undefined || order !== 'False' || sizes === 'nothing') {
    const got = `dtype ${dtype}, fortran_order ${order}, shape ${sizes}`;
    throw new Error(`readNpy: expected numbers, little-endian in C order, got ${got}: ${path}`);
  }
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  const size = shape.reduce((product, n) => product * n, 1);
  const [width, kind, read] = type;
  if (bytes.length !== start + size * width) {
    throw new Error(
      `readNpy: shape [${shape.join(', ')}] of ${dtype} needs ${start + size * width} bytes, got ${bytes.length}: ${path}`,
    );
  }
  if (kind === 'bytes') return { data: new Uint8Array(bytes.subarray(start)), shape };
  const data = kind === 'integers' ? new Int32Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const value = read(view, start + i * width);
    data[i] = value;
    if (kind === 'integers' && data[i] !== value) {
      throw new Error(`readNpy: expected integers of 32 bits, got ${value} at ${i}: ${path}`);
    }
  }
  return { data, shape };
}
