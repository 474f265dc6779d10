import type { ArrayData } from '../internal/arrayData.js';
import { readBytes, viewOf } from './files.js';

/** What a type byte of IDX stands for. */
const TYPES: Record<number, { readonly bytes: number; readonly read: (view: DataView, at: number) => number }> = {
  8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  9: { bytes: 1, read: (view, at) => view.getInt8(at) },
  11: { bytes: 2, read: (view, at) => view.getInt16(at) },
  12: { bytes: 4, read: (view, at) => view.getInt32(at) },
  13: { bytes: 4, read: (view, at) => view.getFloat32(at) },
  14: { bytes: 8, read: (view, at) => view.getFloat64(at) },
};

/**
 * Reads one IDX file (MNIST's format), plain or gzipped, of any type and rank.
 *
 * @param path - The file.
 * @returns Values and shape: unsigned bytes as Uint8Array, the other integers as Int32Array, floats as Float32Array
 * (doubles are rounded). A rank-1 file of unsigned bytes is a Uint8Array too: `Int32Array.from` it for labels, since a
 * library function that takes data reads bytes as 0 to 1.
 * @throws Error, in one line that names the file, if it is missing, not IDX, cut off or too long.
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", "The IDX file format".
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readIdx } from 'selfsup/node';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'idx-')), 'labels-idx1-ubyte');
 * await writeFile(path, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 6, 7));
 * console.log(await readIdx(path)); // { data: [5, 6, 7], shape: [3] }
 * ```
 */
export async function readIdx(path: string): Promise<ArrayData> {
  const bytes = await readBytes('readIdx', path);
  const type = TYPES[bytes[2] ?? 0];
  const rank = bytes[3] ?? 0;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || type === undefined) {
    const start = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ');
    throw new Error(`readIdx: expected an IDX file (00 00, a type, a rank), got ${start || 'an empty file'}: ${path}`);
  }
  const view = viewOf(bytes);
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new Error(`readIdx: expected ${rank} sizes in the header, the file ends before: ${path}`);
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== start + size * type.bytes) {
    throw new Error(
      `readIdx: shape [${shape.join(', ')}] needs ${start + size * type.bytes} bytes, got ${bytes.length}: ${path}`,
    );
  }
  if (bytes[2] === 8) return { data: new Uint8Array(bytes.subarray(start)), shape };
  const data = (bytes[2] as number) < 13 ? new Int32Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, start + i * type.bytes);
  return { data, shape };
}
