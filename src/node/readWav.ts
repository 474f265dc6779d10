import type { ArrayData } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import { type ByteStream, withBytes } from './byteStream.js';
import { fault } from './fault.js';
import { viewOf } from './files.js';
import { toPath } from './paths.js';
import { formatOf, type WavFormat } from './wavFormat.js';

/** Options of {@link readWav}. */
export interface ReadWavOptions {
  /**
   * What becomes of float samples outside [-1, 1], by more than 1e-4: an error, or they are set to -1 or 1 (`'clip'`), or they
   * stay as they are (`'keep'`). NaN and infinities are an error in each case. @defaultValue 'error'
   */
  readonly outOfRange?: 'error' | 'clip' | 'keep';
  /** Bytes that a gzipped file may unpack to; an integer \>= 1. @defaultValue 2 ** 29 */
  readonly maxBytes?: number;
}

/** Waveforms on the host, one row per channel. */
export interface Waveform extends ArrayData {
  /** Samples in [-1, 1], unless `outOfRange` is `'keep'`. */
  readonly data: Float32Array;
}

/** A sound file. */
export interface Wav {
  /** Samples in [-1, 1], float32 `[channels, samples]`: a batch of waveforms. */
  readonly samples: Waveform;
  /** Samples per second. */
  readonly sampleRate: number;
}

/**
 * Reads a WAV file, plain or gzipped: PCM of up to 64 bits, or float of 32 or 64, any number of channels; RIFF, RF64 or BW64.
 *
 * Samples of fewer bits than their bytes have (20 in 3 bytes, 24 in 4) fill the bytes from the top, as the format says. A file
 * whose writer did not know its length (size of the samples 0, or from 0x7ffff000 on, as piped encoders write) is read to its
 * end.
 *
 * @param path - The file, a path or a `file:` URL.
 * @param options - What becomes of floats outside [-1, 1], and how much gzip may unpack.
 * @returns Samples as float32, one row a channel, and the sample rate.
 * @throws Error, in one line that names the file, if it is missing, cut off, no WAV, of another encoding, without a sample rate,
 * or if a float sample is not finite or out of range; RangeError on a wrong option.
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
export async function readWav(path: string | URL, options: ReadWavOptions = {}): Promise<Wav> {
  const where = 'readWav';
  const { outOfRange = 'error', maxBytes = 2 ** 29 } = checkOptions(where, options, ['outOfRange', 'maxBytes']);
  checkChoice(where, 'outOfRange', outOfRange, ['error', 'clip', 'keep']);
  checkIntegers(where, { maxBytes: [maxBytes, 1] });
  const file = toPath(where, 'path', path);
  return withBytes(where, file, maxBytes, async (bytes) => {
    const { format, data } = await readChunks(bytes, file);
    return { samples: toSamples(data, format, outOfRange, file), sampleRate: format.rate };
  });
}

/** From this size on a writer did not know how many samples would come. */
const UNKNOWN = 0x7ffff000;

/** Goes through the chunks up to the samples. */
async function readChunks(bytes: ByteStream, path: string): Promise<{ format: WavFormat; data: Uint8Array }> {
  const size = bytes.left;
  const riff = await bytes.take(12);
  const kind = ascii(riff, 0);
  if (riff.length < 12 || !['RIFF', 'RF64', 'BW64'].includes(kind) || ascii(riff, 8) !== 'WAVE') {
    const got = bytes.packed ? 'gzip data' : `${size} bytes`;
    throw fault('readWav', `expected a WAV file (RIFF, WAVE), got ${got} of something else`, path);
  }
  let format: WavFormat | undefined;
  let longSize: number | undefined;
  let start = new Uint8Array(); // what has been read of the next chunk
  for (;;) {
    const header = Uint8Array.from([...start, ...(await bytes.take(8 - start.length))]);
    start = new Uint8Array();
    if (header.length < 8) throw fault('readWav', 'the file holds no samples', path);
    const [name, declared] = [ascii(header, 0), viewOf(header).getUint32(4, true)];
    if (name === 'data') {
      if (format === undefined) {
        throw fault('readWav', 'expected PCM or float samples, got encoding/bits none', path);
      }
      return { format, data: await readData(bytes, longSize ?? declared, longSize === undefined, path) };
    }
    checkRoom(bytes, name, declared, path);
    const wanted = name === 'fmt ' || name === 'ds64' ? Math.min(declared, 64) : 0;
    const body = await bytes.take(wanted);
    const came = wanted + (await bytes.skip(declared - wanted));
    if (came < declared || body.length < wanted) throw tooShort(name, declared, came, path);
    if (name === 'fmt ') format = formatOf(body, path);
    if (name === 'ds64' && kind !== 'RIFF' && body.length >= 16) longSize = Number(viewOf(body).getBigUint64(8, true));
    if (declared % 2 === 1) {
      const pad = await bytes.take(1); // 0; some writers leave it out
      if (pad[0] !== 0) start = pad.slice();
    }
  }
}

async function readData(bytes: ByteStream, declared: number, mayBeUnknown: boolean, path: string): Promise<Uint8Array> {
  if (mayBeUnknown && declared === 0) {
    const rest = await bytes.take(bytes.left);
    return areChunks(rest) ? new Uint8Array() : rest;
  }
  if (mayBeUnknown && declared >= UNKNOWN) return bytes.take(bytes.packed ? Number.POSITIVE_INFINITY : declared);
  checkRoom(bytes, 'data', declared, path);
  const data = await bytes.take(declared);
  if (data.length < declared) throw tooShort('data', declared, data.length, path);
  return data;
}

function checkRoom(bytes: ByteStream, name: string, declared: number, path: string): void {
  if (declared <= bytes.left) return;
  if (!bytes.packed) throw tooShort(name, declared, bytes.left, path);
  throw fault('readWav', `'${name}' needs ${declared} bytes, ${bytes.left} may still be unpacked (maxBytes)`, path);
}

function tooShort(name: string, declared: number, left: number, path: string): Error {
  return fault('readWav', `'${name}' needs ${declared} bytes, the file has ${left} left`, path);
}

/** Whether bytes are whole chunks, and so no samples. */
function areChunks(bytes: Uint8Array): boolean {
  let at = 0;
  while (at + 8 <= bytes.length && /^[ -~]{4}$/.test(ascii(bytes, at))) {
    const size = viewOf(bytes).getUint32(at + 4, true);
    at += 8 + size;
    if (at < bytes.length) at += size % 2;
  }
  return at === bytes.length;
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function toSamples(
  bytes: Uint8Array,
  { channels, frame, sample, isFloat, read }: WavFormat,
  outOfRange: 'error' | 'clip' | 'keep',
  path: string,
): Waveform {
  const view = viewOf(bytes);
  const frames = Math.floor(bytes.length / frame);
  const data = new Float32Array(frames * channels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < frames; i++) {
      const value = read(view, i * frame + c * sample);
      data[c * frames + i] = value;
      if (!isFloat || Math.abs(value) <= 1) continue;
      const name = `sample ${i} of channel ${c}`;
      if (!Number.isFinite(data[c * frames + i])) throw fault('readWav', `${name} must be finite, got ${value}`, path);
      if (outOfRange === 'keep') continue;
      if (outOfRange === 'error' && Math.abs(value) > 1 + 1e-4) {
        const ways = "outOfRange: 'clip' or 'keep' takes it";
        throw fault('readWav', `${name} must be in [-1, 1], got ${value} (${ways})`, path);
      }
      data[c * frames + i] = Math.sign(value);
    }
  }
  return { data, shape: [channels, frames] };
}
