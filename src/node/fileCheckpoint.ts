import { open, readFile, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { show } from '../internal/checks.js';
import type { State } from '../internal/state.js';
import { fault, fileError } from './fault.js';
import { removeStale, syncFolder, writeAtomically } from './files.js';
import { checkRegular, exists, toPath } from './paths.js';
import { decodeState, encodeState, MAGIC } from './stateBytes.js';

/**
 * Keeps a training state in one file. A save writes aside, brings the bytes to the disk and renames, so that the file is
 * always a whole state, the old one or the new one; saves that overlap run one after the other. What a killed process has left of a
 * file being written is removed by the next process that saves.
 *
 * @param path - The file, a path or a `file:` URL; folders on the way are made when something is saved.
 * @returns A store for `pretrain`'s `checkpoint`. `load` gives null where there is no file, and throws an Error that
 * names it where it is cut off or damaged. `clear` removes the file, so that the next run starts over; it refuses a file that
 * is no checkpoint.
 * @throws RangeError if `path` is none.
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
 * await store.clear(); // the next run starts over
 * ```
 */
export function fileCheckpoint(path: string | URL): Required<CheckpointStore> {
  const where = 'fileCheckpoint';
  const file = toPath(where, 'path', path);
  let last: Promise<unknown> = Promise.resolve();
  let tidied = false;
  /** Runs one after what has been asked for before. */
  const inTurn = <T>(f: () => Promise<T>): Promise<T> => {
    const result = last.then(f);
    last = result.catch(() => undefined);
    return result;
  };
  const removeLeft = (): Promise<void> => removeStale(dirname(file), (name) => name === basename(file));
  return {
    save(state) {
      return inTurn(async () => {
        let parts: Uint8Array[];
        try {
          parts = encodeState(checkState(state));
        } catch (error) {
          throw fault(where, (error as Error).message);
        }
        if (!tidied) await removeLeft();
        tidied = true;
        await writeAtomically(where, file, parts);
      });
    },
    async load() {
      await last;
      const bytes = await read(where, file);
      if (bytes === null) return null;
      try {
        return decodeState(bytes);
      } catch (error) {
        throw fault(where, (error as Error).message, file);
      }
    },
    clear() {
      return inTurn(async () => {
        await checkOwn(where, file);
        try {
          await rm(file, { force: true });
        } catch (error) {
          throw fileError(where, file, error);
        }
        await removeLeft();
        await syncFolder(dirname(file));
      });
    },
  };
}

function checkState(state: unknown): State {
  if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as State;
  throw new Error(`state must be an object, got ${show(state)}`);
}

/** The bytes of a regular file, null where there is none. */
async function read(where: string, file: string): Promise<Uint8Array | null> {
  try {
    if (!(await exists(file))) return null;
    await checkRegular(where, file);
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw (error as NodeJS.ErrnoException).code === undefined ? error : fileError(where, file, error);
  }
}

/** Throws unless there is nothing, or a checkpoint, be it one that was cut off: only what a store wrote may be removed. */
async function checkOwn(where: string, file: string): Promise<void> {
  let start: string;
  try {
    if (!(await exists(file))) return;
    await checkRegular(where, file);
    const handle = await open(file, 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      start = buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined ? error : fileError(where, file, error);
  }
  if (!MAGIC.startsWith(start)) {
    throw fault(where, `expected a checkpoint (${MAGIC}) to be removed, got ${show(start)}`, file);
  }
}
