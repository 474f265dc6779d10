import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { oneLine } from '../internal/oneLine.js';
import { fault, fileError } from './fault.js';

/** A path as text, of a path or a `file:` URL. Throws a RangeError on anything else. */
export function toPath(where: string, name: string, path: string | URL): string {
  const url = path instanceof URL || (typeof path === 'string' && /^file:\/\//i.test(path));
  if (url) {
    try {
      return fileURLToPath(path);
    } catch {
      throw new RangeError(oneLine(`${where}: ${name} must be a path or a file: URL, got ${String(path)}.`));
    }
  }
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new RangeError(oneLine(`${where}: ${name} must be a path or a file: URL, got ${show(path)}.`));
  }
  return path;
}

/** What a file is that is neither a regular file nor a folder. */
export function oddKind(found: Stats): string {
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  return found.isCharacterDevice() || found.isBlockDevice() ? 'a device' : 'something else';
}

/** `'file'` for a regular file, `'folder'`, or an error that names the path: reading a FIFO or a device may never end. */
export async function kindOf(where: string, path: string): Promise<'file' | 'folder'> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    throw fileError(where, path, error);
  }
  if (found.isDirectory()) return 'folder';
  if (!found.isFile()) throw fault(where, `expected a regular file, got ${oddKind(found)}`, path);
  return 'file';
}

/** Throws an error that names the path unless it is a regular file. */
export async function checkRegular(where: string, path: string): Promise<void> {
  if ((await kindOf(where, path)) === 'folder') throw fileError(where, path, { code: 'EISDIR' });
}

/** Names in a folder, in code-unit order. */
export async function listFolder(where: string, path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort(byCodeUnits);
  } catch (error) {
    throw fileError(where, path, error);
  }
}

/** An order that no locale changes. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether something of this path exists; throws the system's error where that can't be told. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
