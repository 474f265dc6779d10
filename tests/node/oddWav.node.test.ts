import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWav } from '../../src/node/index.js';
import { temp } from './temp.js';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', 'wav', name);
const i16 = [0, 16384, -16384, 32767, -32768, 1].map((x) => x / 32768);
const i32 = [0, 1073741824, -1073741824, 2147418112, -2147483648, 65536].map((x) => Math.fround(x / 2 ** 31));

interface Parts {
  readonly code?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly align?: number;
  readonly extra?: readonly number[];
  readonly dataSize?: number;
  readonly riffSize?: number;
  readonly magic?: string;
  /** Chunks before and after the samples. */
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
}

const u32 = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);
const chunk = (name: string, body: Uint8Array, pad = true): Uint8Array =>
  Buffer.concat([Buffer.from(name), u32(body.length), body, new Uint8Array(pad ? body.length % 2 : 0)]);

function wav(data: Uint8Array, parts: Parts = {}): Uint8Array {
  const { code = 1, channels = 1, rate = 8000, bits = 16, align = (bits / 8) * channels, extra = [] } = parts;
  const format = Buffer.alloc(16 + extra.length);
  format.writeUInt16LE(code, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt16LE(align, 12);
  format.writeUInt16LE(bits, 14);
  format.set(extra, 16);
  const body = Buffer.concat([
    ...[Buffer.from('WAVE'), parts.before ?? new Uint8Array(), chunk('fmt ', format)],
    ...[Buffer.from('data'), u32(parts.dataSize ?? data.length), data, parts.after ?? new Uint8Array()],
  ]);
  return Buffer.concat([Buffer.from(parts.magic ?? 'RIFF'), u32(parts.riffSize ?? body.length), body]);
}

const extensible = (bits: number, code = 1): number[] => {
  const tail = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
  return [22, 0, bits, 0, 4, 0, 0, 0, code, 0, ...tail];
};
const three = [0, 0, 0, 0, 0, 0x40, 0, 0, 0x80];

/** What a file gives, plain; the same bytes gzipped must give the same. */
async function read(bytes: Uint8Array, options = {}): Promise<number[][]> {
  const folder = await temp({ 'x.wav': bytes, 'x.wav.gz': gzipSync(bytes) });
  const result = await readWav(join(folder, 'x.wav'), options);
  expect(await readWav(join(folder, 'x.wav.gz'), options)).toEqual(result);
  const [channels, frames] = result.samples.shape as [number, number];
  return Array.from({ length: channels }, (_, c) => [...result.samples.data.subarray(c * frames, (c + 1) * frames)]);
}

// The numbers of scipy 1.10, over their full scale.
test.each([
  ['empty_data.wav', []],
  ['ext24in32.wav', i32],
  ['odd_list.wav', i16],
  ['pcm20_align3.wav', i32],
  ['pcm24_align4.wav', i32],
  ['piped16_ffffffff.wav', i16],
])('reads %s as scipy does', async (name, expected) => {
  const { samples, sampleRate } = await readWav(fixture(name));
  expect(sampleRate).toBe(8000);
  expect(samples).toEqual({ data: Float32Array.from(expected), shape: [1, expected.length] });
});

test('integers fill their bytes from the top, whatever their bits', async () => {
  expect(await read(wav(Uint8Array.from(three), { bits: 20, align: 3 }))).toEqual([[0, 0.5, -1]]);
  expect(await read(wav(Uint8Array.of(0, 0x40, 0, 0x80), { bits: 12, align: 2 }))).toEqual([[0.5, -1]]);
  const four = Uint8Array.of(0, 0, 0, 0x40, 0, 0, 0, 0x80);
  for (const bits of [20, 24, 30, 32]) expect(await read(wav(four, { bits, align: 4 }))).toEqual([[0.5, -1]]);
  const stereo = Uint8Array.of(0, 0, 0, 0x40, 0, 0, 0, 0x80, 0, 0, 0, 0xc0, 0, 0, 0, 0x20);
  expect(await read(wav(stereo, { bits: 24, align: 8, channels: 2 }))).toEqual([
    [0.5, -0.5],
    [-1, 0.25],
  ]);
  expect(await read(wav(four, { code: 0xfffe, bits: 32, align: 4, extra: extensible(24) }))).toEqual([[0.5, -1]]);
  const wide = new Uint8Array(BigInt64Array.of(2n ** 62n, -(2n ** 63n), 2n ** 40n).buffer);
  expect(await read(wav(wide, { bits: 64, align: 8 }))).toEqual([[0.5, -1, 2 ** -23]]);
  const five = Uint8Array.of(0, 0, 0, 0, 0x40, 0, 1, 0, 0, 0);
  expect(await read(wav(five, { bits: 40, align: 5 }))).toEqual([[0.5, 2 ** -31]]);
  expect(await read(wav(Uint8Array.of(128, 0, 192), { bits: 8 }))).toEqual([[0, -1, 0.5]]);
  expect(await read(wav(Uint8Array.of(128, 0, 192), { bits: 6, align: 1 }))).toEqual([[0, -1, 0.5]]);
});

test('a writer that did not know the length is read to the end', async () => {
  const data = new Uint8Array(Int16Array.of(16384, -32768, 1).buffer);
  const expected = [[0.5, -1, 1 / 32768]];
  for (const dataSize of [0, 0xffffffff, 0xfffffffe, 0xffffffdb, 0x7ffff000, 0x7fffffff, 0x80000000]) {
    for (const riffSize of [0, 36, 0xffffffff, 0x7ffff024]) {
      expect(await read(wav(data, { dataSize, riffSize }))).toEqual(expected);
    }
  }
  expect(await read(wav(Buffer.concat([data, Uint8Array.of(7)]), { dataSize: 0xffffffff }))).toEqual(expected);
  // No samples, and chunks after them: these are no samples.
  const list = chunk('LIST', Buffer.from('INFOabc'));
  expect(await read(wav(new Uint8Array(), { after: list }))).toEqual([[]]);
  expect(
    await read(wav(new Uint8Array(), { after: Buffer.concat([list, chunk('id3 ', Buffer.alloc(3), false)]) })),
  ).toEqual([[]]);
});

test('chunks before and after, padded or not, RF64 and BW64', async () => {
  const data = new Uint8Array(Int16Array.of(16384, -32768).buffer);
  const odd = Buffer.from('INFOabc');
  for (const before of [chunk('LIST', odd), chunk('LIST', odd, false), chunk('junk', Buffer.alloc(28))]) {
    expect(await read(wav(data, { before, after: chunk('LIST', odd) }))).toEqual([[0.5, -1]]);
  }
  const sizes = Buffer.alloc(28);
  sizes.writeBigUInt64LE(BigInt(data.length), 8);
  for (const magic of ['RF64', 'BW64']) {
    const parts = { magic, riffSize: 0xffffffff, dataSize: 0xffffffff, before: chunk('ds64', sizes) };
    expect(await read(wav(data, { ...parts, after: chunk('LIST', odd) }))).toEqual([[0.5, -1]]);
  }
});

test('float samples are in [-1, 1], or else an error, clipped or retained as asked', async () => {
  await expect(readWav(fixture('floatnan.wav'))).rejects.toThrow('sample 0 of channel 0 must be finite, got NaN');
  const floats = (...x: number[]): Uint8Array =>
    wav(new Uint8Array(Float32Array.from(x).buffer), { code: 3, bits: 32 });
  const doubles = (...x: number[]): Uint8Array =>
    wav(new Uint8Array(Float64Array.from(x).buffer), { code: 3, bits: 64 });
  for (const file of [floats, doubles]) {
    expect(await read(file(0.5, -1, 1))).toEqual([[0.5, -1, 1]]);
    await expect(read(file(0.5, 2.5))).rejects.toThrow(
      "sample 1 of channel 0 must be in [-1, 1], got 2.5 (outOfRange: 'clip' or 'keep' takes it)",
    );
    expect(await read(file(2.5, -3, 1e30), { outOfRange: 'clip' })).toEqual([[1, -1, 1]]);
    expect(await read(file(2.5, -3), { outOfRange: 'keep' })).toEqual([[2.5, -3]]);
    expect(await read(file(-1.00003, 1.00001))).toEqual([[-1, 1]]);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const outOfRange of ['error', 'clip', 'keep']) {
        await expect(read(file(0, bad), { outOfRange })).rejects.toThrow('sample 1 of channel 0 must be finite');
      }
    }
  }
  await expect(read(doubles(1e300), { outOfRange: 'keep' })).rejects.toThrow('must be finite'); // in float32
});

test('what can not be is refused', async () => {
  const data = new Uint8Array(4);
  await expect(read(wav(data, { rate: 0 }))).rejects.toThrow('expected a sample rate > 0, got 0');
  await expect(read(wav(data, { channels: 0, align: 2 }))).rejects.toThrow('at least one channel');
  await expect(read(wav(data, { bits: 0, align: 2 }))).rejects.toThrow('encoding/bits 1/0');
  await expect(read(wav(data, { bits: 24, align: 2 }))).rejects.toThrow('expected whole samples, got 24 bits');
  await expect(read(wav(data, { channels: 2, align: 3 }))).rejects.toThrow('expected whole samples');
  await expect(read(wav(data, { bits: 8, align: 2 }))).rejects.toThrow('expected integers of up to 8 bytes');
  await expect(read(wav(data, { bits: 16, align: 9 }))).rejects.toThrow('expected integers of up to 8 bytes');
  await expect(read(wav(data, { code: 3, bits: 16, align: 2 }))).rejects.toThrow('expected floats of 32 or 64 bits');
  await expect(read(wav(data, { dataSize: 1000 }))).rejects.toThrow("'data' needs 1000 bytes, the file has 4 left");
  await expect(read(wav(data, { magic: 'RIFX' }))).rejects.toThrow('expected a WAV file');
});

test('any change of any byte gives samples in [-1, 1] or one line', async () => {
  const whole = wav(new Uint8Array(Float32Array.of(0.5, -1).buffer), { code: 3, bits: 32 });
  const path = join(await temp(), 'x.wav');
  const positions = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(positions, async (changes) => {
      const bytes = whole.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      await writeFile(path, bytes);
      const result = await readWav(path).catch((error: Error) => error.message);
      if (typeof result === 'string') expect(result).toMatch(/^readWav: [^\n]+$/);
      else expect(result.samples.data.every((x) => Math.abs(x) <= 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
