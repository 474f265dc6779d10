import { show } from '../internal/checks.js';

/** Bytes that are read part by part: what a `Blob` has, and a file of `nodeRange` of `selfsup/node`. */
export interface ByteRange {
  /** Number of bytes in all. */
  readonly size: number;
  /** Reads the bytes from `start` up to `end`, which is not part of them. */
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

/** Where bytes come from: they themselves, a `Blob` or `File`, or anything that reads a range of them. */
export type ByteSource = ArrayBuffer | Uint8Array | Blob | ByteRange;

/** Size of a source, and its reader; bytes in memory are not copied. */
export interface ByteReader {
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A reader of a checked source. It throws where fewer or more bytes come than were asked for. */
export function byteReader(where: string, source: ByteSource): ByteReader {
  if (ArrayBuffer.isView(source)) return inMemory(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  // Not instanceof, which fails across realms.
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]') {
    return inMemory(new Uint8Array(source as ArrayBuffer));
  }
  const range = source as Blob | ByteRange | null | undefined;
  if (typeof range !== 'object' || range === null || typeof range.slice !== 'function' || !isSize(range.size)) {
    throw new Error(
      `${where}: the source must be bytes, a Blob, or an object with size and slice, got ${show(source)}.`,
    );
  }
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const part = await range.slice(start, end);
    const blob = typeof part === 'object' && part !== null && 'arrayBuffer' in part;
    const bytes = new Uint8Array(blob ? await part.arrayBuffer() : part);
    if (bytes.length !== end - start) {
      throw new Error(`${where}: bytes ${start} to ${end} were asked for, ${bytes.length} came.`);
    }
    return bytes;
  };
  return { size: range.size, read };
}

function inMemory(bytes: Uint8Array): ByteReader {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
