import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const unpack = promisify(gunzip);

/** One line that says what went wrong with a path: `readIdx: no such file or folder: x.gz`. */
export function fileError(where: string, path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const texts: Record<string, string> = {
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'expected a file, got a folder',
    ENOTDIR: 'expected a folder, got a file',
    ENOSPC: 'no space left on the disk',
    EROFS: 'the disk is read-only',
    EEXIST: 'a file of this name is in the way',
  };
  const text = texts[code ?? ''] ?? (error instanceof Error ? firstLine(error.message) : String(error));
  return new Error(`${where}: ${text}: ${path}`, { cause: error });
}

/** The first line of a message, without its end punctuation. */
export function firstLine(message: string): string {
  return (message.split('\n')[0] as string).replace(/[.:\s]+$/, '');
}

/** `'file'`, `'folder'` or an error that names the path. */
export async function kindOf(where: string, path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    throw fileError(where, path, error);
  }
}

/** Names in a folder, in code-point order. */
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

/** True where bytes start as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** A whole file; gzip (told by its first bytes, not by its name) is unpacked. */
export async function readBytes(where: string, path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError(where, path, error);
  }
  if (!isGzip(bytes)) return bytes;
  try {
    return await unpack(bytes);
  } catch (error) {
    throw new Error(`${where}: the gzip data is damaged or cut off (${firstLine((error as Error).message)}): ${path}`);
  }
}

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
  const aside = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
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

/** Makes a rename outlast a power cut; not every system lets a folder be opened, and none needs it for correctness. */
async function syncFolder(folder: string): Promise<void> {
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
