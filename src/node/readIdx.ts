import type { ArrayData } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { withBytes } from './byteStream.js';
import { fault } from './fault.js';
import { viewOf } from './files.js';
import { toPath } from './paths.js';

/** Options of {@link readIdx}. */
export interface ReadIdxOptions {
  /** Bytes that a gzipped file may unpack to; an integer \>= 1. @defaultValue 2 ** 30 */
  readonly maxBytes?: number;
}

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
 * @param path - The file, a path or a `file:` URL.
 * @param options - How much gzip may unpack.
 * @returns Values and shape: unsigned bytes as Uint8Array, the other integers as Int32Array, floats as Float32Array
 * (doubles are rounded). A rank-1 file of unsigned bytes is a Uint8Array too: `Int32Array.from` it for labels, since a
 * library function that takes data reads bytes as 0 to 1.
 * @throws Error, in one line that names the file, if it is missing, not IDX, cut off or too long; RangeError
 * on a wrong option.
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
export async function readIdx(path: string | URL, options: ReadIdxOptions = {}): Promise<ArrayData> {
  return readIdxFile('readIdx', toPath('readIdx', 'path', path), options);
}

/** {@link readIdx} under the name of the function that was called. */
export async function readIdxFile(where: string, path: string, options: ReadIdxOptions): Promise<ArrayData> {
  const { maxBytes = 2 ** 30 } = checkOptions(where, options, ['maxBytes']);
  checkIntegers(where, { maxBytes: [maxBytes, 1] });
  return withBytes(where, path, maxBytes, async (bytes) => {
    const magic = await bytes.take(4);
    const [first, second, code = 0, rank = 0] = magic;
    const type = TYPES[code];
    if (magic.length < 4 || first !== 0 || second !== 0 || type === undefined) {
      const start = Array.from(magic, (b) => b.toString(16).padStart(2, '0')).join(' ');
      throw fault(where, `expected an IDX file (00 00, a type, a rank), got ${start || 'an empty file'}`, path);
    }
    const sizes = await bytes.take(4 * rank);
    if (sizes.length < 4 * rank) {
      throw fault(where, `expected ${rank} sizes in the header, the file ends before`, path);
    }
    const start = 4 + 4 * rank;
    const shape = Array.from({ length: rank }, (_, i) => viewOf(sizes).getUint32(4 * i));
    const size = shape.reduce((product, n) => product * n, 1);
    const needed = size * type.bytes;
    const text = `shape [${shape.join(', ')}] needs ${start + needed} bytes`;
    if (bytes.packed && needed > bytes.left) throw fault(where, `${text}, more than maxBytes ${maxBytes}`, path);
    if (!bytes.packed && needed !== bytes.left) throw fault(where, `${text}, got ${start + bytes.left}`, path);
    const raw = await bytes.take(needed);
    const more = raw.length === needed && (await bytes.take(1)).length > 0;
    if (raw.length < needed || more) throw fault(where, `${text}, got ${more ? 'more' : start + raw.length}`, path);
    if (code === 8) return { data: raw, shape };
    const data = code < 13 ? new Int32Array(size) : new Float32Array(size);
    const view = viewOf(raw);
    for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes);
    return { data, shape };
  });
}
