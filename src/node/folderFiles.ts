import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readWhole } from './byteStream.js';
import { fileError } from './fault.js';
import { type ImageFiles, isHidden, isImage, type SkippedImage } from './imageNames.js';
import { byCodeUnits, listFolder, oddKind } from './paths.js';

/** Where a walk is: the folder as named and as it really is, those it came through, and how many of them by a link. */
interface Place {
  readonly inside: string;
  readonly real: string;
  readonly above: readonly string[];
  readonly links: number;
}

/**
 * The images under a folder. Links are followed, but for those into a folder that they lie in, and links met on the way of
 * another link to a folder that has been read, so that the walk ends.
 */
export async function folderFiles(where: string, root: string): Promise<ImageFiles> {
  const names: string[] = [];
  const skipped: SkippedImage[] = [];
  const seen = new Set<string>();
  const walk = async ({ inside, real, above, links }: Place): Promise<void> => {
    seen.add(real);
    for (const entry of await listFolder(where, join(root, inside))) {
      const name = inside === '' ? entry : `${inside}/${entry}`;
      if (isHidden(entry)) continue;
      const skip = (reason: string): number => skipped.push({ name, reason });
      const { found, isLink } = await look(where, join(root, name));
      if (typeof found === 'string') skip(found);
      else if (found.isDirectory()) {
        const target = isLink ? await realpath(join(root, name)) : join(real, entry);
        const all = [...above, real];
        if (all.some((folder) => `${folder}${sep}`.startsWith(target.endsWith(sep) ? target : `${target}${sep}`))) {
          skip('a link to a folder that it lies in');
        } else if (isLink && links > 0 && seen.has(target)) skip('a link to a folder that is read under another name');
        else await walk({ inside: name, real: target, above: all, links: links + (isLink ? 1 : 0) });
      } else if (isImage(name)) {
        if (found.isFile()) names.push(name);
        else skip(`${oddKind(found)}, no regular file`);
      }
    }
  };
  await walk({ inside: '', real: await realpath(root), above: [], links: 0 });
  names.sort(byCodeUnits);
  return {
    names,
    skipped,
    async *entries() {
      for (const name of names) yield { name, bytes: await readWhole(where, join(root, name)) };
    },
  };
}

/** What stands there, links followed, or why it leads nowhere. */
async function look(where: string, path: string): Promise<{ found: Stats | string; isLink: boolean }> {
  let isLink = false;
  try {
    const own = await lstat(path);
    isLink = own.isSymbolicLink();
    return { found: isLink ? await stat(path) : own, isLink };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (isLink && code === 'ELOOP') return { found: 'a link that leads back to itself', isLink };
    if (isLink && (code === 'ENOENT' || code === 'ENOTDIR')) return { found: 'a link to nothing', isLink };
    throw fileError(where, path, error);
  }
}
