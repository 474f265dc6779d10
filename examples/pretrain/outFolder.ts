import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Failure, oneLine } from './failure.js';

/** The folder of the results. What is written into it appears whole or not at all. */
export interface OutFolder {
  /** Absolute path. */
  readonly path: string;
  /** Where results are written aside; {@link publish} moves them to their places. */
  readonly aside: string;
  /** Makes `aside`. */
  begin(): Promise<void>;
  /** Moves the named files and folders from `aside` to their places, replacing older ones. */
  publish(names: readonly string[]): Promise<void>;
  /** Removes what was written aside and, where nothing else is in it, the folder that this run made. */
  close(): Promise<void>;
}

/** Makes the folder and checks, before any work is done, that `room` bytes can be written there. */
export async function openOutFolder(out: string, room: number): Promise<OutFolder> {
  const path = resolve(out);
  const made: string[] = await missingFolders(path);
  const aside = join(path, `.partial-${process.pid}-${randomUUID().slice(0, 8)}`);
  const close = async (): Promise<void> => {
    await rm(aside, { recursive: true, force: true });
    for (const folder of made) await rmdir(folder).catch(() => undefined); // only where it is empty
  };
  try {
    await mkdir(aside, { recursive: true });
    await tryToWrite(join(aside, 'room'), room);
    await rmdir(aside); // until there is something to write: a killed run leaves nothing
  } catch (error) {
    await close().catch(() => undefined);
    throw new Failure(`--out ${out}: cannot write there: ${reason(error)}`);
  }
  return {
    path,
    aside,
    begin: async () => {
      await mkdir(aside, { recursive: true });
      process.once('exit', () => rmSync(aside, { recursive: true, force: true })); // a signal may skip close()
    },
    async publish(names) {
      for (const name of names) {
        const place = join(path, name);
        const old = join(aside, `old-${name}`);
        await rename(place, old).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        });
        await rename(join(aside, name), place);
      }
    },
    close,
  };
}

/** What is wrong, without the path of a file that the user has never heard of. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a part of the path is a file, not a folder';
  return oneLine({ code, message });
}

/** The folders on the way to `path` that do not exist yet, innermost first. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    const there = await stat(folder).then(
      () => true,
      () => false,
    );
    if (there || folder === dirname(folder)) return missing;
    missing.push(folder);
  }
}

async function tryToWrite(path: string, size: number): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(new Uint8Array(size));
    await file.sync();
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
