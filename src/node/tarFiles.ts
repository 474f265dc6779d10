import { posix } from 'node:path';
import { openBytes } from './byteStream.js';
import { fault, fileError, firstLine } from './fault.js';
import { type ImageFiles, isImage } from './imageNames.js';
import { byCodeUnits } from './paths.js';

/** A member of an archive. */
interface Member {
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly target: string;
  /** Reads it; a member that is not read is passed over. */
  read(): Promise<Uint8Array>;
}

const KINDS: Readonly<Record<string, string>> = {
  symlink: 'a link',
  link: 'a hard link',
  fifo: 'a FIFO',
  'character-device': 'a device',
  'block-device': 'a device',
};

/** The images of an archive. Of members of the same path the last one counts, as when tar unpacks them. */
export async function tarFiles(where: string, path: string, maxBytes: number): Promise<ImageFiles> {
  const last = new Map<string, number>();
  const skipped = new Map<string, string>();
  for await (const { index, name, type, size, target } of members(where, path)) {
    if (!isImage(name) || type === 'directory') continue;
    last.delete(name);
    skipped.delete(name);
    if (type !== 'file' && type !== 'contiguous-file') {
      const to = target === '' ? '' : ` to ${target}`;
      skipped.set(name, `${KINDS[type] ?? `a member of type ${type}`}${to}, no regular file`);
    } else if (size > maxBytes) {
      throw fault(where, `${name} must have at most ${maxBytes} bytes (maxBytes), got ${size}, in`, path);
    } else last.set(name, index);
  }
  return {
    names: [...last.keys()].sort(byCodeUnits),
    skipped: Array.from(skipped, ([name, reason]) => ({ name, reason })),
    async *entries() {
      for await (const { index, name, size, read } of members(where, path)) {
        if (last.get(name) === index && size <= maxBytes) yield { name, bytes: await read() };
      }
    },
  };
}

async function* members(where: string, path: string): AsyncGenerator<Member> {
  let tar: typeof import('tar-stream');
  try {
    tar = await import('tar-stream');
  } catch {
    throw fault(where, 'reading an archive needs the package tar-stream: npm install tar-stream');
  }
  const { streams } = await openBytes(where, path);
  const extract = tar.extract();
  let index = 0;
  let done = false;
  try {
    for (const stream of streams) stream.on('error', (error) => extract.destroy(error));
    streams.at(-1)?.pipe(extract);
    for await (const entry of extract) {
      const { name, type, size = 0, linkname } = entry.header;
      yield {
        index: index++,
        name: posix.normalize(name).replace(/^(\.?\/)+/, ''),
        type: type ?? 'unknown',
        size,
        target: linkname ?? '',
        async read() {
          const parts: Uint8Array[] = [];
          for await (const part of entry) parts.push(part as Uint8Array);
          return Buffer.concat(parts);
        },
      };
      entry.resume();
    }
    done = true;
  } catch (error) {
    done = true;
    if (typeof (error as NodeJS.ErrnoException).syscall === 'string') throw fileError(where, path, error);
    const text = `the archive is damaged or cut off (${firstLine((error as Error).message)})`;
    throw fault(where, text, path, error);
  } finally {
    if (!done) extract.destroy();
    for (const stream of streams) stream.destroy();
  }
}
