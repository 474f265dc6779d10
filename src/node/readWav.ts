import type { ArrayData } from '../internal/arrayData.js';
import { readBytes, viewOf } from './files.js';

/** Waveforms on the host, one row per channel. */
export interface Waveform extends ArrayData {
  /** Samples in [-1, 1]. */
  readonly data: Float32Array;
}

/** A sound file. */
export interface Wav {
  /** Samples in [-1, 1], float32 `[channels, samples]`: a batch of waveforms. */
  readonly samples: Waveform;
  /** Samples per second. */
  readonly sampleRate: number;
}

/** How samples are read: by format code and bits. */
const READERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  '1/8': (view, at) => (view.getUint8(at) - 128) / 128,
  '1/16': (view, at) => view.getInt16(at, true) / 32768,
  '1/24': (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608,
  '1/32': (view, at) => view.getInt32(at, true) / 2147483648,
  '3/32': (view, at) => view.getFloat32(at, true),
  '3/64': (view, at) => view.getFloat64(at, true),
};

/**
 * Reads a WAV file, plain or gzipped: PCM of 8, 16, 24 or 32 bits, or float, any number of channels.
 *
 * @param path - The file.
 * @returns Samples as float32, one row a channel, and the sample rate.
 * @throws Error, in one line that names the file, if it is missing, cut off, no WAV or of another encoding.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readWav } from 'selfsup/node';
 *
 * const header = new Uint8Array(44);
 * const view = new DataView(header.buffer);
 * for (const [at, text] of [[0, 'RIFF'], [8, 'WAVE'], [12, 'fmt '], [36, 'data']] as const) {
 *   header.set(new TextEncoder().encode(text), at);
 * }
 * for (const [at, n] of [[16, 16], [24, 8000], [40, 4]] as const) view.setUint32(at, n, true);
 * for (const [at, n] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) view.setUint16(at, n, true);
 * const path = join(await mkdtemp(join(tmpdir(), 'wav-')), 'x.wav');
 * await writeFile(path, Buffer.concat([header, Buffer.from(Int16Array.of(16384, -32768).buffer)]));
 * console.log(await readWav(path)); // two samples, 0.5 and -1, at 8000 Hz
 * ```
 */
export async function readWav(path: string): Promise<Wav> {
  const bytes = await readBytes('readWav', path);
  const view = viewOf(bytes);
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || text(0) !== 'RIFF' || text(8) !== 'WAVE') {
    throw new Error(`readWav: expected a WAV file (RIFF, WAVE), got ${bytes.length} bytes of something else: ${path}`);
  }
  let format: { key: string; channels: number; rate: number; bytes: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size, start] = [text(at), view.getUint32(at + 4, true), at + 8];
    if (start + size > bytes.length) {
      throw new Error(`readWav: '${name}' needs ${size} bytes, the file has ${bytes.length - start} left: ${path}`);
    }
    if (name === 'fmt ' && size >= 16) {
      const bits = view.getUint16(start + 14, true);
      const code = view.getUint16(start, true);
      const actual = code === 0xfffe && size >= 26 ? view.getUint16(start + 24, true) : code;
      const channels = view.getUint16(start + 2, true);
      format = { key: `${actual}/${bits}`, channels, rate: view.getUint32(start + 4, true), bytes: bits / 8 };
    }
    if (name === 'data') {
      const read = format && READERS[format.key];
      if (!format || !read || format.channels === 0) {
        throw new Error(`readWav: expected PCM or float samples, got encoding/bits ${format?.key ?? 'none'}: ${path}`);
      }
      const frames = Math.floor(size / (format.bytes * format.channels));
      const data = new Float32Array(frames * format.channels);
      for (let c = 0; c < format.channels; c++) {
        for (let i = 0; i < frames; i++) {
          data[c * frames + i] = read(view, start + (i * format.channels + c) * format.bytes);
        }
      }
      return { samples: { data, shape: [format.channels, frames] }, sampleRate: format.rate };
    }
    at = start + size + (size % 2);
  }
  throw new Error(`readWav: the file holds no samples: ${path}`);
}
