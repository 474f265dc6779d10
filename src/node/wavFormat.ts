import { fault } from './fault.js';
import { viewOf } from './files.js';

/** How the samples of a WAV file lie. */
export interface WavFormat {
  readonly channels: number;
  /** Samples per second. */
  readonly rate: number;
  /** Bytes of all channels at one time, and of one channel. */
  readonly frame: number;
  readonly sample: number;
  readonly isFloat: boolean;
  /** The sample at a byte, full scale 1. */
  readonly read: (view: DataView, at: number) => number;
}

const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];

/** Reads the chunk `fmt `; throws an error that names the file if it has another encoding or can't be. */
export function formatOf(chunk: Uint8Array, path: string): WavFormat {
  const view = viewOf(chunk);
  const wrong = (text: string): Error => fault('readWav', text, path);
  if (chunk.length < 16) throw wrong(`'fmt ' must have at least 16 bytes, got ${chunk.length}`);
  const [tag, channels, rate] = [view.getUint16(0, true), view.getUint16(2, true), view.getUint32(4, true)];
  const [blockAlign, bits] = [view.getUint16(12, true), view.getUint16(14, true)];
  const code = tag === EXTENSIBLE && chunk.length >= 26 ? view.getUint16(24, true) : tag;
  if ((code !== PCM && code !== FLOAT) || bits === 0) {
    throw wrong(`expected PCM or float samples, got encoding/bits ${code}/${bits}`);
  }
  if (channels === 0) throw wrong('expected at least one channel, got 0');
  if (rate === 0) throw wrong('expected a sample rate > 0, got 0');
  const frame = blockAlign === 0 ? Math.ceil(bits / 8) * channels : blockAlign;
  const sample = frame / channels;
  const layout = `${bits} bits of ${channels} channels in frames of ${frame} bytes`;
  if (!Number.isInteger(sample) || sample * 8 < bits) throw wrong(`expected whole samples, got ${layout}`);
  const read = code === FLOAT ? floatReader(bits, sample) : integerReader(bits, sample);
  if (read === undefined) {
    const known = code === FLOAT ? 'floats of 32 or 64 bits' : 'integers of up to 8 bytes';
    throw wrong(`expected ${known}, got ${layout} (encoding/bits ${code}/${bits})`);
  }
  return { channels, rate, frame, sample, isFloat: code === FLOAT, read };
}

function floatReader(bits: number, bytes: number): WavFormat['read'] | undefined {
  if (bits === 32 && bytes === 4) return (view, at) => view.getFloat32(at, true);
  if (bits === 64 && bytes === 8) return (view, at) => view.getFloat64(at, true);
  return undefined;
}

/** Up to 8 bits: unsigned, 128 is silence. More: signed, of all the bytes, whose lowest bits are 0 where there are fewer. */
function integerReader(bits: number, bytes: number): WavFormat['read'] | undefined {
  if (bits <= 8) return bytes === 1 ? (view, at) => (view.getUint8(at) - 128) / 128 : undefined;
  if (bytes > 8) return undefined;
  if (bytes === 2) return (view, at) => view.getInt16(at, true) / 2 ** 15;
  if (bytes === 3) return (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 2 ** 23;
  // The lower bytes of more than 4 are below what float32 keeps, but for the values near 0.
  return (view, at) => {
    let value = view.getInt32(at + bytes - 4, true);
    for (let low = bytes - 5, unit = 1 / 256; low >= 0; low--, unit /= 256) value += view.getUint8(at + low) * unit;
    return value / 2 ** 31;
  };
}
