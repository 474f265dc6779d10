import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fault, fileError, firstLine } from './fault.js';
import { checkRegular } from './paths.js';

/** The bytes of a file one after the other, gzip unpacked on the way. */
export interface ByteStream {
  /** Bytes that may still come: those left of a plain file, or how many more gzip may give before it is refused. */
  readonly left: number;
  /** Whether the file is gzipped, so that `left` is a limit only. */
  readonly packed: boolean;
  /** The next bytes, fewer only where the file ends. */
  take(count: number): Promise<Uint8Array>;
  /** Leaves out bytes; gives how many there were. */
  skip(count: number): Promise<number>;
}

const PIECE = 1 << 18;

/** True where bytes start as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** A whole small file, which must be a regular one. */
export async function readWhole(where: string, path: string): Promise<Uint8Array> {
  await checkRegular(where, path);
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(where, path, error);
  }
}

/** A file and, where it is gzipped (told by its first bytes, not by its name), the stream that unpacks it. */
export async function openBytes(where: string, path: string): Promise<{ streams: Readable[]; size: number | null }> {
  await checkRegular(where, path);
  try {
    const handle = await open(path);
    const start = new Uint8Array(2);
    let size: number;
    try {
      await handle.read(start, 0, 2, 0);
      size = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    const file = createReadStream(path, { highWaterMark: PIECE });
    if (!isGzip(start)) return { streams: [file], size };
    const unpacked = createGunzip({ chunkSize: PIECE });
    file.on('error', (error) => unpacked.destroy(error));
    return { streams: [file, file.pipe(unpacked)], size: null };
  } catch (error) {
    throw fileError(where, path, error);
  }
}

/**
 * Reads a file in order and closes it. What `f` leaves unread of a gzipped file is unpacked too, and not retained: damage is
 * then noticed, which the checksum at the end tells. More than `maxBytes` unpacked bytes are refused as soon as they come.
 */
export async function withBytes<T>(
  where: string,
  path: string,
  maxBytes: number,
  f: (bytes: ByteStream) => Promise<T>,
): Promise<T> {
  const { streams, size } = await openBytes(where, path);
  const pieces = (streams.at(-1) as Readable)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let piece: Uint8Array = new Uint8Array();
  let [read, taken] = [0, 0];
  const next = async (): Promise<boolean> => {
    const { value, done } = await nextPiece();
    if (done === true) return false;
    piece = value;
    read += piece.length;
    if (size === null && read > maxBytes) {
      throw fault(where, `the gzip data must unpack to at most ${maxBytes} bytes (maxBytes), got more`, path);
    }
    return true;
  };
  const nextPiece = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await pieces.next();
    } catch (error) {
      if (size !== null || typeof (error as NodeJS.ErrnoException).syscall === 'string')
        throw fileError(where, path, error);
      throw fault(where, `the gzip data is damaged or cut off (${firstLine((error as Error).message)})`, path, error);
    }
  };
  /** Gives the next `count` bytes piece by piece. */
  const each = async (count: number, use: (part: Uint8Array, at: number) => void): Promise<number> => {
    let at = 0;
    while (at < count) {
      if (piece.length === 0 && !(await next())) break;
      const part = piece.subarray(0, count - at);
      use(part, at);
      at += part.length;
      piece = piece.subarray(part.length);
    }
    taken += at;
    return at;
  };
  const stream: ByteStream = {
    packed: size === null,
    get left() {
      return Math.max(0, (size ?? maxBytes) - taken);
    },
    async take(count) {
      const bytes = new Uint8Array(Math.min(count, stream.left));
      // One byte more than may come is asked for, so that too much is noticed.
      const came = await each(bytes.length, (part, at) => bytes.set(part, at));
      if (came === bytes.length && count > came && size === null) await peek();
      return came < bytes.length ? bytes.slice(0, came) : bytes;
    },
    skip: (count) => each(count, () => undefined),
  };
  const peek = async (): Promise<void> => {
    while (piece.length === 0) if (!(await next())) return;
    throw fault(where, `the gzip data must unpack to at most ${maxBytes} bytes (maxBytes), got more`, path);
  };
  try {
    const result = await f(stream);
    if (size === null) await stream.skip(Number.POSITIVE_INFINITY);
    return result;
  } finally {
    for (const each of streams) each.destroy();
  }
}
