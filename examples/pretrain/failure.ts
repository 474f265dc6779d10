/** A failure that is the user's to mend: its message is the one line that the job prints. */
export class Failure extends Error {
  /** @param exitCode - 2 for a wrong command line, 1 for all else. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** The one line that tells what went wrong, whatever was thrown. */
export function oneLine(error: unknown): string {
  const { code, path, message } = (error ?? {}) as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : systemErrors[code];
  if (known !== undefined) return path === undefined ? known : `${path}: ${known}`;
  return (message || String(error)).replace(/\s*\n\s*/g, ' ').trim();
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder, not a file',
  EMFILE: 'too many open files',
};
