import { oneLine } from '../internal/oneLine.js';

/** An error of one line: `readIdx: no such file or folder: x.gz`; control characters of names are escaped. */
export function fault(where: string, text: string, path?: string, cause?: unknown): Error {
  const line = oneLine(`${where}: ${text}${path === undefined ? '' : `: ${path}`}`);
  return new Error(line, cause === undefined ? undefined : { cause });
}

/** The first line of a message, without its end punctuation. */
export function firstLine(message: string): string {
  return (message.split(/[\r\n\u2028\u2029]/)[0] as string).replace(/[.:\s]+$/, '');
}

const TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'expected a file, got a folder',
  ENOTDIR: 'expected a folder, got a file',
  ENOSPC: 'no space left on the disk',
  EROFS: 'the disk is read-only',
  EEXIST: 'a file of this name is in the way',
  ELOOP: 'a link that leads back to itself',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EDQUOT: 'the disk quota is used up',
  EBUSY: 'the file is in use',
  EIO: 'the disk can not be read',
  ENOTEMPTY: 'a folder of this name is in the way',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
};

/** What went wrong with a path, in words. */
export function systemText(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return TEXTS[code ?? ''] ?? (error instanceof Error ? firstLine(error.message) : String(error));
}

/** The error of the file system as one line that names the path. */
export function fileError(where: string, path: string, error: unknown): Error {
  return fault(where, systemText(error), path, error);
}
