import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileError } from './fault.js';

/** A view for reading numbers of either byte order. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Writes a file aside, brings it to the disk and renames it over `path`: whoever reads sees the old file or the new one,
 * whole. Folders on the way are made. On failure nothing new stays behind.
 */
export async function writeAtomically(where: string, path: string, parts: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const aside = asideOf(path);
  try {
    await makeFolders(folder);
    const file = await open(aside, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw fileError(where, path, error);
  }
  await syncFolder(folder);
}

/** A name of its own for a file that is to become another one. */
export function asideOf(path: string): string {
  return `${path}.${process.pid}-${HOST}-${randomUUID().slice(0, 8)}.tmp`;
}

/** This machine, in names of files that are being written: numbers of processes mean something on one machine only. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
const ASIDE = /^(.+)\.(\d+)-(?:([0-9a-f]{6})-)?[0-9a-f]{8}\.tmp$/;
const DAY = 86_400_000;

/**
 * Removes what killed processes have left of files being written in a folder, `isOwn` telling which these were to become. What a
 * running process of this machine writes stays, and what another machine does, for a day.
 */
export async function removeStale(folder: string, isOwn: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, base, pid, host] = ASIDE.exec(name) ?? [];
    if (base === undefined || !isOwn(base)) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found === null || !found.isFile()) continue;
    const old = found.mtimeMs < Date.now() - DAY;
    const here = host === undefined || host === HOST;
    if (old || (here && isOver(Number(pid), found.mtimeMs))) await rm(path, { force: true }).catch(() => undefined);
  }
}

/** What a file that is being written is to become; undefined for another file. */
export function baseOfAside(name: string): string | undefined {
  return ASIDE.exec(name)?.[1];
}

/** Whether the process that wrote a file last at a time has ended; one with this process's number was before it. */
function isOver(pid: number, time: number): boolean {
  if (pid === process.pid) return time < Date.now() - process.uptime() * 1000 - 2000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Makes a folder and those above it. Node's own recursive way calls a read-only disk a missing folder. */
export async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder) {
      await makeFolders(dirname(folder));
      await mkdir(folder).catch(async (again) => {
        if (!(await isFolder(folder))) throw again; // or another process was quicker
      });
    } else if (!(await isFolder(folder))) {
      throw code === 'EEXIST' ? Object.assign(new Error('a file'), { code: 'ENOTDIR' }) : error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Makes a rename outlast a power cut; not every system lets a folder be opened, and none needs it for correctness. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows
  }
}
