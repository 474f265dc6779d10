import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNpy, readWav } from '../../src/node/index.js';
import { temp } from './temp.js';

function npy(header: string, values: Uint8Array, version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0), length, text, values]);
}
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const head = (dtype: string, shape: string): string =>
  `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${shape}, }`;

describe('readNpy', () => {
  test.each([
    ['|u1', Uint8Array.of(0, 7, 255), Uint8Array],
    ['|i1', Int8Array.of(-128, 7, 127), Int32Array],
    ['|b1', Uint8Array.of(0, 1, 1), Int32Array],
    ['<u2', Uint16Array.of(0, 7, 65535), Int32Array],
    ['<i2', Int16Array.of(-32768, 7, 3), Int32Array],
    ['<i4', Int32Array.of(-(2 ** 31), 7, 3), Int32Array],
    ['<i8', BigInt64Array.of(-5n, 7n, 3n), Int32Array],
    ['<f4', Float32Array.of(0.1, Number.NaN, -3), Float32Array],
    ['<f8', Float64Array.of(0.5, Number.POSITIVE_INFINITY, -3), Float32Array],
  ])('reads %s, plain and gzipped, in every version', async (dtype, values, kind) => {
    const path = join(await temp(), 'x.npy');
    for (const version of [1, 2, 3]) {
      const bytes = npy(head(dtype, '(3, 1)'), bytesOf(values), version);
      await writeFile(path, version === 2 ? gzipSync(bytes) : bytes);
      const { data, shape } = await readNpy(path);
      expect(shape).toEqual([3, 1]);
      expect(data).toBeInstanceOf(kind);
      expect(Array.from(data)).toEqual(Array.from(values as ArrayLike<number | bigint>, (v) => Math.fround(Number(v))));
    }
  });

  test.each(['be_f4', 'dquote', 'f2', 'fortran', 'py2'])('reads %s as NumPy does', async (name) => {
    const read = await readNpy(join(import.meta.dirname, 'fixtures', 'npy', `${name}.npy`));
    expect(read).toEqual({ data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3] });
  });

  test('byte order, Fortran order, quotes, spaces and the order of the entries change nothing', async () => {
    const path = join(await temp(), 'x.npy');
    const expected = { data: Int32Array.from({ length: 24 }, (_, i) => i), shape: [2, 3, 4] };
    const fortran = Array.from({ length: 24 }, (_, at) => {
      const [i, j, k] = [at % 2, Math.floor(at / 2) % 3, Math.floor(at / 6)];
      return (i * 3 + j) * 4 + k;
    });
    const swapped = (view: Int16Array): Uint8Array => Buffer.from(bytesOf(view)).swap16();
    for (const dtype of ['<i2', '>i2', '=i2']) {
      for (const order of ['True', 'False']) {
        const values = Int16Array.from(order === 'True' ? fortran : expected.data);
        const entries = [`'fortran_order':${order}`, `"shape" : ( 2L ,3, 4L,)`, `\n 'descr':  "${dtype}"`];
        await writeFile(path, npy(`{${entries.join(' , ')}}`, dtype === '>i2' ? swapped(values) : bytesOf(values)));
        expect(await readNpy(path)).toEqual(expected);
      }
    }
    await writeFile(path, npy(head('|u1', '(2, 2)').replace('False', 'True'), Uint8Array.of(0, 2, 1, 3)));
    expect(await readNpy(path)).toEqual({ data: Uint8Array.of(0, 1, 2, 3), shape: [2, 2] });
    await writeFile(path, npy(head('>f8', '(1,)'), Uint8Array.of(0x3f, 0xe0, 0, 0, 0, 0, 0, 0)));
    expect((await readNpy(path)).data).toEqual(Float32Array.of(0.5));
    await writeFile(path, npy(head('>i8', '(1L,)'), Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 254)));
    expect((await readNpy(path)).data).toEqual(Int32Array.of(-2));
    await writeFile(path, npy(head('<f2', '(0L,)').replace('False', 'True'), new Uint8Array()));
    expect(await readNpy(path)).toEqual({ data: new Float32Array(), shape: [0] });
  });

  test('reads shapes () and (n,), and says what is wrong', async () => {
    const path = join(await temp(), 'x.npy');
    const fails = async (bytes: Uint8Array | string, message: string): Promise<void> => {
      await writeFile(path, bytes);
      await expect(readNpy(path)).rejects.toThrow(message);
      await expect(readNpy(path)).rejects.toThrow(path);
    };
    await writeFile(path, npy(head('|u1', '()'), Uint8Array.of(3)));
    expect(await readNpy(path)).toEqual({ data: Uint8Array.of(3), shape: [] });
    await writeFile(path, npy(head('|u1', '(2,)'), Uint8Array.of(3, 4)));
    expect((await readNpy(path)).shape).toEqual([2]);
    await fails('some text', 'readNpy: expected a .npy file, got 9 bytes of something else');
    await fails(npy(head('<U2', '(1,)'), new Uint8Array(8)), 'got dtype <U2');
    await fails(npy(head('|O', '(1,)'), new Uint8Array(8)), 'got dtype |O');
    await fails(npy(head('<c8', '(1,)'), new Uint8Array(8)), 'got dtype <c8');
    const fields = "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,), }";
    await fails(npy(fields, new Uint8Array(8)), "got dtype [('a', '<f4'), ('b', '<i4')]");
    await fails(npy("{'descr': '<f4', 'shape': (1,), }", new Uint8Array(4)), 'expected a header with descr');
    await fails(npy(head('<f4', '(-1,)'), new Uint8Array(4)), 'expected a header with descr');
    await fails(npy(head('<f4', '(4)'), new Uint8Array(16)), 'expected a header with descr');
    await fails(npy(head('constructor', '(1,)'), new Uint8Array(4)), 'got dtype constructor');
    await fails(npy(head('<i2', '(2,)'), Uint8Array.of(1, 2)), 'shape [2] of <i2 needs');
    await fails(
      npy(head('<u4', '(1,)'), bytesOf(Uint32Array.of(2 ** 31))),
      'expected integers of 32 bits, got 2147483648',
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (noise) => {
        await writeFile(path, Buffer.concat([npy('', new Uint8Array()).subarray(0, 8), noise]));
        await expect(readNpy(path)).rejects.toThrow(/^readNpy: [^\n]+$/);
      }),
    );
  });

  test.skipIf(!process.env.SELFSUP_DATA)('reads real depth maps (needs SELFSUP_DATA)', async () => {
    const { data, shape } = await readNpy(join(process.env.SELFSUP_DATA ?? '', 'rgbd/redkitchen/depth.npy.gz'));
    expect(shape).toEqual([48, 240, 320]);
    expect(
      Math.max(...Array.from({ length: 48 }, (_, i) => Math.max(...data.subarray(i * 76_800, (i + 1) * 76_800)))),
    ).toBe(3484);
  });
});

function wav(
  code: number,
  bits: number,
  channels: number,
  samples: Uint8Array,
  extra: readonly number[] = [],
): Uint8Array {
  const format = Buffer.alloc(16 + extra.length);
  format.writeUInt16LE(code, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(16_000, 4);
  format.writeUInt16LE(bits, 14);
  format.set(extra, 16);
  const chunk = (name: string, body: Uint8Array): Buffer => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from(name), size, body, new Uint8Array(body.length % 2)]);
  };
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    chunk('LIST', Uint8Array.of(1)),
    chunk('data', samples),
  ]);
  return chunk('RIFF', body);
}

describe('readWav', () => {
  test.each([
    [1, 8, Uint8Array.of(0, 128, 192, 64), [-1, 0.5, 0, -0.5]],
    [1, 16, bytesOf(Int16Array.of(-32768, 0, 16384, -16384)), [-1, 0.5, 0, -0.5]],
    [1, 24, Uint8Array.of(0, 0, 128, 0, 0, 0, 0, 0, 64, 0, 0, 192), [-1, 0.5, 0, -0.5]],
    [1, 32, bytesOf(Int32Array.of(-(2 ** 31), 0, 2 ** 30, -(2 ** 30))), [-1, 0.5, 0, -0.5]],
    [3, 32, bytesOf(Float32Array.of(-1, 0, 0.5, -0.5)), [-1, 0.5, 0, -0.5]],
    [3, 64, bytesOf(Float64Array.of(-1, 0, 0.5, -0.5)), [-1, 0.5, 0, -0.5]],
  ])('reads encoding %i of %i bits, one row a channel', async (code, bits, samples, expected) => {
    const path = join(await temp(), 'x.wav');
    const extensible = [8, 0, 0, 0, 0, 0, 0, 0, code, 0, ...new Array<number>(14).fill(0)];
    for (const bytes of [wav(code, bits, 2, samples), gzipSync(wav(0xfffe, bits, 2, samples, extensible))]) {
      await writeFile(path, bytes);
      const { samples: read, sampleRate } = await readWav(path);
      expect(sampleRate).toBe(16_000);
      expect(read).toEqual({ data: Float32Array.from(expected), shape: [2, 2] });
    }
  });

  test('says what is wrong', async () => {
    const path = join(await temp(), 'x.wav');
    const whole = wav(1, 16, 1, bytesOf(Int16Array.of(1, 2, 3)));
    const fails = async (bytes: Uint8Array | string, message: string): Promise<void> => {
      await writeFile(path, bytes);
      await expect(readWav(path)).rejects.toThrow(message);
      await expect(readWav(path)).rejects.toThrow(path);
    };
    await fails('text, no sound', 'readWav: expected a WAV file (RIFF, WAVE), got 14 bytes of something else');
    await fails(whole.subarray(0, whole.length - 2), "'data' needs 6 bytes, the file has 4 left");
    await fails(wav(85, 0, 1, Uint8Array.of(1)), 'expected PCM or float samples, got encoding/bits 85/0');
    await fails(whole.subarray(0, 36), 'the file holds no samples');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (noise) => {
        await writeFile(path, Buffer.concat([whole.subarray(0, 20), noise]));
        const result = await readWav(path).catch((error: Error) => error.message);
        if (typeof result === 'string') expect(result).toMatch(/^readWav: [^\n]+$/);
      }),
    );
  });

  test.skipIf(!process.env.SELFSUP_DATA)('reads a real clip (needs SELFSUP_DATA)', async () => {
    const { samples, sampleRate } = await readWav(join(process.env.SELFSUP_DATA ?? '', 'video/lego.wav'));
    expect(sampleRate).toBe(16_000);
    expect(samples.shape).toEqual([1, 88_533]);
    const rms = Math.sqrt(samples.data.reduce((sum, v) => sum + v * v, 0) / samples.data.length) * 32768;
    expect(rms).toBeCloseTo(618, -1);
  });
});
