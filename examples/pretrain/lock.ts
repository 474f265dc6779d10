import { randomUUID } from 'node:crypto';
import { rmSync, utimesSync } from 'node:fs';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.js';
import { type FileList, isFileList } from './ownedFiles.js';

/** The file that says which process works in a folder, and what it is about to put there. */
export const lockName = '.pretrain-lock';

/** What the file holds. */
interface Holder {
  /** Of this lock. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the process was started, in the system's own count: another process may get the same id later. */
  readonly started: string | null;
  /** Results that are being moved to their places; null at all other times. */
  readonly moving: Moving | null;
}

/** Results on their way to their places. */
export interface Moving {
  /** Name of the folder where they were written. */
  readonly aside: string;
  /** All of them. */
  readonly files: FileList;
}

/** The right to write into a folder; one process at a time has it. */
export interface Lock {
  /** What an earlier process was moving to its place when it ended. */
  readonly left: Moving | null;
  /** Throws a Failure when the lock has been taken away. */
  check(): Promise<void>;
  /** Notes results before they are moved, so that the next process can finish it if this one ends; null: all done. */
  note(moving: Moving | null): Promise<void>;
  /** Gives the folder free. */
  release(): Promise<void>;
}

/** A lock of another machine whose file has not been touched for so long belongs to nobody: it is touched every 20 s. */
const SILENCE_MS = 5 * 60_000;

/** Locks a folder; takes over from a process that is gone. Throws a Failure where another one works there. */
export async function lockFolder(folder: string): Promise<Lock> {
  const path = join(folder, lockName);
  const own: Holder = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    started: await startOf('self'),
    moving: null,
  };
  let left: Moving | null = null;
  for (let tries = 0; !(await create(path, own)); tries++) {
    const holder = await read(path);
    if (holder !== null && (await isAlive(holder, path))) throw inUse(folder, holder);
    if (tries >= 20) throw new Failure(`--out ${folder}: its lock can't be taken; delete ${path} if no job runs there`);
    if (holder === null) await new Promise((resolve) => setTimeout(resolve, 50)); // just gone, or just being written
    if (holder === null && tries < 10) continue;
    left = (await remove(path, holder))?.moving ?? left;
  }
  const touch = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // gone: `check` says so
    }
  }, 20_000);
  touch.unref();
  let moving = false;
  const atExit = (): void => {
    if (!moving) rmSync(path, { force: true }); // a signal may skip `release`
  };
  process.once('exit', atExit);
  const check = async (): Promise<void> => {
    const holder = await read(path);
    if (holder?.id === own.id) return;
    process.removeListener('exit', atExit);
    throw new Failure(`--out ${folder}: another process has taken the folder over; nothing more is written there`);
  };
  return {
    left,
    check,
    async note(now) {
      await check();
      const aside = `${path}.${own.id}`;
      await writeFile(aside, JSON.stringify({ ...own, moving: now }));
      await rename(aside, path);
      moving = now !== null;
    },
    async release() {
      clearInterval(touch);
      process.removeListener('exit', atExit);
      if ((await read(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}

/** Puts a lock file in place, whole or not at all; false where there is one. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const aside = `${path}.${holder.id}`;
  const text = JSON.stringify(holder);
  await writeFile(aside, text);
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOENT') return false; // whoever has the lock may have cleared `aside` away
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(code ?? '')) throw error;
    return createWithoutLinks(path, text);
  } finally {
    await rm(aside, { force: true });
  }
}

/** On a file system without links: the file may be read before it is written. */
async function createWithoutLinks(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a process that is gone, unless another process has replaced it meanwhile. */
async function remove(path: string, gone: Holder | null): Promise<Holder | null> {
  const grave = `${path}.${randomUUID()}`;
  try {
    await rename(path, grave);
  } catch {
    return null; // another process was faster
  }
  try {
    const moved = await read(grave);
    if (moved === null || moved.id === gone?.id) return moved;
    await link(grave, path).catch(() => undefined); // it was a new one: back with it
    return null;
  } finally {
    await rm(grave, { force: true });
  }
}

async function read(path: string): Promise<Holder | null> {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
    const known = typeof holder.id === 'string' && Number.isInteger(holder.pid) && typeof holder.host === 'string';
    const { moving } = holder;
    const isMoving = typeof moving?.aside === 'string' && isFileList(moving.files);
    return known ? { ...holder, moving: isMoving ? moving : null } : null;
  } catch {
    return null;
  }
}

async function isAlive({ pid, host, started }: Holder, path: string): Promise<boolean> {
  if (host !== hostname()) {
    const touched = await stat(path).catch(() => null);
    return touched !== null && Date.now() - touched.mtimeMs < SILENCE_MS;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = await startOf(pid);
  return started === null || now === null || now === started;
}

/** When a process was started, as Linux counts; null elsewhere. */
async function startOf(pid: number | 'self'): Promise<string | null> {
  try {
    const [text, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The name of the program, in brackets, may hold anything.
    return `${boot.trim()} ${text.slice(text.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

function inUse(folder: string, { pid, host }: Holder): Failure {
  const who = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new Failure(`--out ${folder}: ${who} is at work there; wait for it, or give another --out`);
}
