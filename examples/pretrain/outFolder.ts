import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkpointName } from './checkpoint.js';
import { Failure, oneLine } from './failure.js';
import { type Lock, lockFolder, lockName, type Moving } from './lock.js';
import { filesOfResult, foreignFile, listFiles, resultNames } from './ownedFiles.js';

/** The folder of the results. What is written into it appears whole or not at all, and nothing but the job's is touched. */
export interface OutFolder {
  /** Absolute path. */
  readonly path: string;
  /** Where results are written aside; {@link publish} moves them to their places. */
  readonly aside: string;
  /** Whether results of a finished run lie there, which this run will replace. */
  readonly hasResults: boolean;
  /** Throws a Failure when another process has taken the folder over. */
  check(): Promise<void>;
  /** Makes `aside`. */
  begin(): Promise<void>;
  /**
   * Moves the results from `aside` to their places, replacing those of an earlier run, and drops the checkpoint. Throws a
   * Failure over files that are not the job's.
   */
  publish(): Promise<void>;
  /** Removes what was written aside and, where nothing else is in it, the folder that this run made; unlocks it. */
  close(): Promise<void>;
}

/**
 * Makes the folder, locks it for this process, removes what killed processes left aside and checks, before any work is done,
 * that `room` bytes can be written there and that no file of the user's lies where a result goes.
 */
export async function openOutFolder(out: string, room: number): Promise<OutFolder> {
  const path = resolve(out);
  const made: string[] = await missingFolders(path);
  const aside = join(path, `.partial-${process.pid}-${randomUUID().slice(0, 8)}`);
  let lock: Lock | undefined;
  let moving = false;
  const atExit = (): void => {
    if (!moving) rmSync(aside, { recursive: true, force: true }); // a signal may skip close()
  };
  const close = async (): Promise<void> => {
    process.removeListener('exit', atExit);
    await rm(aside, { recursive: true, force: true });
    await lock?.release();
    for (const folder of made) await rmdir(folder).catch(() => undefined); // only where it is empty
  };
  try {
    await mkdir(path, { recursive: true });
    lock = await lockFolder(path);
    if (lock.left !== null) await finishMoving(path, lock.left);
    await removeLeftovers(path);
    await mkdir(aside);
    await tryToWrite(join(aside, 'room'), room);
    await rmdir(aside); // until there is something to write: a killed run leaves nothing
  } catch (error) {
    await close().catch(() => undefined);
    if (error instanceof Failure) throw error;
    throw new Failure(`--out ${out}: cannot write there: ${reason(error)}`);
  }
  const { check, note } = lock;
  const owned = await filesOfResult(path);
  const refuse = async (): Promise<void> => {
    const foreign = await foreignFile(path, owned);
    if (foreign === null) return;
    throw new Failure(
      `--out ${out}: ${foreign} is not of this job, or was changed, and would be replaced; move it away, or give another --out`,
    );
  };
  try {
    await refuse();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path,
    aside,
    hasResults: Object.keys(owned).length > 0,
    check,
    close,
    begin: async () => {
      await mkdir(aside, { recursive: true });
      process.once('exit', atExit);
    },
    async publish() {
      const lists = await Promise.all(resultNames.map((name) => listFiles(aside, name)));
      await refuse();
      // If the process ends between two renames, the next one goes on from here.
      await note({ aside: basename(aside), files: Object.assign({}, ...lists) });
      moving = true;
      await moveResults(aside, path);
      await rm(join(path, checkpointName), { force: true });
      moving = false;
      await note(null);
    },
  };
}

/** Moves all results from a folder to their places, and those that lie there aside; what fails is undone. */
async function moveResults(aside: string, path: string): Promise<void> {
  const done: [from: string, to: string][] = [];
  const move = async (from: string, to: string): Promise<void> => {
    await rename(from, to);
    done.push([from, to]);
  };
  try {
    for (const name of resultNames) {
      if (!(await exists(join(aside, name)))) continue; // moved before the process ended
      if (await exists(join(path, name))) await move(join(path, name), join(aside, `old-${name}`));
      await move(join(aside, name), join(path, name));
    }
  } catch (error) {
    for (const [from, to] of done.reverse()) await rename(to, from);
    throw error;
  }
}

/**
 * Finishes what a process was doing that ended while it moved its results, unless something else lies in their places by now.
 */
async function finishMoving(path: string, { aside, files }: Moving): Promise<void> {
  const foreign = await foreignFile(path, { ...(await filesOfResult(path)) }, files);
  if (foreign !== null || !leftovers[0]?.test(aside)) return;
  await moveResults(join(path, aside), path);
  await rm(join(path, checkpointName), { force: true });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

const uuid = '[0-9a-f]{8}';
const leftovers = [
  new RegExp(`^\\.partial-\\d+-${uuid}$`),
  new RegExp(`^checkpoint\\.bin\\.\\d+-([0-9a-f]{6}-)?${uuid}\\.tmp$`), // of the store, with the machine's mark
  new RegExp(`^\\${lockName}\\.${uuid}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
];

/** What killed processes left: nobody else is at work in a locked folder. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (leftovers.some((pattern) => pattern.test(name))) await rm(join(path, name), { recursive: true, force: true });
  }
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
