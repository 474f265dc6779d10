import { basename } from 'node:path';
import { readWhole } from './byteStream.js';
import { fault } from './fault.js';
import { folderFiles } from './folderFiles.js';
import { IMAGE, type ImageFiles } from './imageNames.js';
import { kindOf } from './paths.js';
import { tarFiles } from './tarFiles.js';

const TAR = /\.(tar|tgz|tar\.gz)$/i;

/** Lists the images under a path without reading them all. */
export async function imageFiles(where: string, path: string, maxBytes: number): Promise<ImageFiles> {
  if ((await kindOf(where, path)) === 'folder') return folderFiles(where, path);
  if (TAR.test(path)) return tarFiles(where, path, maxBytes);
  if (!IMAGE.test(path)) {
    throw fault(where, 'expected a folder, a .tar[.gz] or a .jpg, .png or .webp file, got', path);
  }
  const name = basename(path);
  return {
    names: [name],
    skipped: [],
    async *entries() {
      yield { name, bytes: await readWhole(where, path) };
    },
  };
}
