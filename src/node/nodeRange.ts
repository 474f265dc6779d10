import { open, stat } from 'node:fs/promises';
import { checkIntegers } from '../internal/checks.js';
import type { ByteRange } from '../models/byteSource.js';
import { fileError } from './fault.js';
import { checkRegular, toPath } from './paths.js';

/**
 * A file that is read part by part: what `readSafetensors` and `loadSafetensors` of `selfsup/models` take, to read some tensors
 * of a large file. It is opened for every part, and nothing stays open.
 *
 * @param path - The file, a path or a `file:` URL.
 * @returns Its size, and what reads a range of its bytes.
 * @throws Error, in one line that names the file, if it can't be read; also from `slice`, where the file has become shorter.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readSafetensors, writeSafetensors } from 'selfsup/models';
 * import { nodeRange } from 'selfsup/node';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'weights-')), 'model.safetensors');
 * await writeFile(path, writeSafetensors({ bias: { shape: [2], data: Float32Array.of(1, 2) } }));
 * const { tensors } = await readSafetensors(await nodeRange(path), { filter: ['bias'] });
 * ```
 */
export async function nodeRange(path: string | URL): Promise<ByteRange> {
  return rangeOf(toPath('nodeRange', 'path', path));
}

async function rangeOf(path: string): Promise<ByteRange> {
  const where = 'nodeRange';
  await checkRegular(where, path);
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch (error) {
    throw fileError(where, path, error);
  }
  const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
    checkIntegers(where, { start: [start, 0, size], end: [end, start, size] });
    const buffer = new ArrayBuffer(end - start);
    try {
      const file = await open(path, 'r');
      try {
        for (let at = 0; at < buffer.byteLength; ) {
          const { bytesRead } = await file.read(new Uint8Array(buffer), at, buffer.byteLength - at, start + at);
          if (bytesRead === 0) throw new Error(`expected ${size} bytes, the file ends at ${start + at}`);
          at += bytesRead;
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fileError(where, path, error);
    }
    return buffer;
  };
  return { size, slice };
}
