import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
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
