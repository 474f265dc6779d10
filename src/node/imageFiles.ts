import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from './byteStream.js';
import { fileError, firstLine } from './fault.js';
import { byCodeUnits, kindOf, listFolder } from './paths.js';

const IMAGE = /\.(jpe?g|png|webp)$/i;
const TAR = /\.(tar|tgz|tar\.gz)$/i;

/** The images of a folder, an archive or one file: their names, sorted, and their bytes one after the other. */
export interface ImageFiles {
  /** Paths inside the folder or archive, with `/`, in code-point order. */
  readonly names: readonly string[];
  /** Every image once, in the order of the disk or archive; an image is held only until the next is asked for. */
  entries(): AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array }>;
}

/** Lists the images under a path without reading them all. */
export async function imageFiles(where: string, path: string): Promise<ImageFiles> {
  if ((await kindOf(where, path)) === 'folder') return folderFiles(where, path);
  if (TAR.test(path)) return tarFiles(where, path);
  if (!IMAGE.test(path)) {
    throw new Error(`${where}: expected a folder, a .tar[.gz] or a .jpg, .png or .webp file, got: ${path}`);
  }
  return {
    names: [basename(path)],
    async *entries() {
      yield { name: basename(path), bytes: await readFile(path) };
    },
  };
}

/** Hidden files, and what macOS adds to archives, are no images. */
function isImage(name: string): boolean {
  return IMAGE.test(name) && !name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
}

async function folderFiles(where: string, root: string): Promise<ImageFiles> {
  const names: string[] = [];
  const walk = async (inside: string): Promise<void> => {
    for (const entry of await listFolder(where, join(root, inside))) {
      const name = inside === '' ? entry : `${inside}/${entry}`;
      if (entry.startsWith('.')) continue;
      if (isImage(name)) names.push(name);
      else if ((await kindOf(where, join(root, name))) === 'folder') await walk(name);
    }
  };
  await walk('');
  names.sort(byCodeUnits);
  return {
    names,
    async *entries() {
      for (const name of names) {
        let bytes: Uint8Array;
        try {
          bytes = await readFile(join(root, name));
        } catch (error) {
          throw fileError(where, join(root, name), error);
        }
        yield { name, bytes };
      }
    },
  };
}

async function tarFiles(where: string, path: string): Promise<ImageFiles> {
  const names: string[] = [];
  for await (const { name } of tarEntries(where, path, false)) names.push(name);
  return { names: names.sort(byCodeUnits), entries: () => tarEntries(where, path, true) };
}

async function* tarEntries(
  where: string,
  path: string,
  withBytes: boolean,
): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
  let tar: typeof import('tar-stream');
  try {
    tar = await import('tar-stream');
  } catch {
    throw new Error(`${where}: reading an archive needs the package tar-stream: npm install tar-stream`);
  }
  const extract = tar.extract();
  const source = await openArchive(where, path);
  for (const stream of source) stream.on('error', (error) => extract.destroy(error));
  (source.at(-1) as Readable).pipe(extract);
  try {
    for await (const entry of extract) {
      const name = entry.header.name.replace(/^(\.?\/)+/, '');
      if (entry.header.type !== 'file' || !isImage(name)) {
        entry.resume();
        continue;
      }
      const parts: Uint8Array[] = [];
      for await (const part of entry) if (withBytes) parts.push(part as Uint8Array);
      yield { name, bytes: Buffer.concat(parts) };
    }
  } catch (error) {
    throw new Error(`${where}: the archive is damaged or cut off (${firstLine((error as Error).message)}): ${path}`);
  } finally {
    for (const stream of source) stream.destroy();
  }
}

/** The file and, where it is gzipped, the stream that unpacks it. */
async function openArchive(where: string, path: string): Promise<Readable[]> {
  try {
    const handle = await open(path);
    const start = new Uint8Array(2);
    await handle.read(start, 0, 2, 0);
    await handle.close();
    const file = createReadStream(path);
    if (!isGzip(start)) return [file];
    const unpacked = createGunzip();
    file.on('error', (error) => unpacked.destroy(error));
    return [file, file.pipe(unpacked)];
  } catch (error) {
    throw fileError(where, path, error);
  }
}
