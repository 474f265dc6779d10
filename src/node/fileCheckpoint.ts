import { readFile } from 'node:fs/promises';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import type { State } from '../internal/state.js';
import { fileError } from './fault.js';
import { writeAtomically } from './files.js';
import { decodeState, encodeState } from './stateBytes.js';

/**
 * Keeps a training state in one file. A save writes aside, brings the bytes to the disk and renames, so that the file is
 * always a whole state, the old one or the new one; saves that overlap run one after the other.
 *
 * @param path - The file; folders on the way are made when something is saved.
 * @returns A store for `pretrain`'s `checkpoint`. `load` gives null where there is no file, and throws an Error that
 * names it where it is cut off or damaged.
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { fileCheckpoint } from 'selfsup/node';
 *
 * const store = fileCheckpoint(join(await mkdtemp(join(tmpdir(), 'run-')), 'checkpoint.bin'));
 * await store.save({ step: 3, weights: { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, 1) } });
 * console.log(await store.load());
 * ```
 */
export function fileCheckpoint(path: string): CheckpointStore {
  let last: Promise<unknown> = Promise.resolve();
  const write = async (state: State): Promise<void> => {
    let parts: Uint8Array[];
    try {
      parts = encodeState(state);
    } catch (error) {
      throw new Error(`fileCheckpoint: ${(error as Error).message}`);
    }
    await writeAtomically('fileCheckpoint', path, parts);
  };
  return {
    save(state) {
      const saved = last.then(() => write(state));
      last = saved.catch(() => undefined);
      return saved;
    },
    async load() {
      await last;
      let bytes: Uint8Array;
      try {
        bytes = await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw fileError('fileCheckpoint', path, error);
      }
      try {
        return decodeState(bytes);
      } catch (error) {
        throw new Error(`fileCheckpoint: ${(error as Error).message}: ${path}`);
      }
    },
  };
}
