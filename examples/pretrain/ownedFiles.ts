import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of the job in a folder, by their paths with `/`, and the hash of what they hold; null where it is not known. */
export type FileList = Readonly<Record<string, string | null>>;

/** The results, each a file or a folder. */
export const resultNames = ['encoder', 'report.html', 'result.json'] as const;

/** Whether something read from a file is a list of files. */
export function isFileList(value: unknown): value is FileList {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((hash) => hash === null || typeof hash === 'string');
}

/** All files at a path inside of a folder, hashed; none where there is nothing. Links and the like are listed, not followed. */
export async function listFiles(folder: string, name: string): Promise<Record<string, string>> {
  const path = join(folder, name);
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return {};
  if (found.isDirectory()) {
    const inner = await readdir(path);
    if (inner.length === 0) return { [`${name}/`]: 'empty' };
    return Object.assign({}, ...(await Promise.all(inner.map((entry) => listFiles(folder, `${name}/${entry}`)))));
  }
  return { [name]: found.isFile() ? hashOf(await readFile(path)) : 'no file' };
}

/** Hash of the bytes of a file. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the `result.json` of a finished job says is the job's: its `files`, or what the job wrote before it listed them. */
export async function filesOfResult(folder: string): Promise<FileList> {
  let result: Record<string, unknown>;
  try {
    result = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8')) as typeof result;
  } catch {
    return {};
  }
  const fields = ['method', 'backend', 'steps', 'seconds', 'loss', 'probes', 'settings'];
  if (typeof result !== 'object' || result === null || !fields.every((name) => name in result)) return {};
  const own = { 'result.json': null };
  if (isFileList(result.files)) return { ...result.files, ...own };
  return { 'encoder/model.json': null, 'encoder/weights.bin': null, 'report.html': null, ...own };
}

/** The first file that lies where a result goes and is not the job's, or is not as the job left it; null where there is none. */
export async function foreignFile(folder: string, ...owned: readonly FileList[]): Promise<string | null> {
  for (const name of resultNames) {
    for (const [file, hash] of Object.entries(await listFiles(folder, name))) {
      const isOwn = owned.some((list) => Object.hasOwn(list, file) && (list[file] === null || list[file] === hash));
      if (!isOwn) return file;
    }
  }
  return null;
}
