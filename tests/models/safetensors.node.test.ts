import { mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHalves, toHalves } from '../../src/models/halfFloats.js';
import {
  type ByteRange,
  type ByteSource,
  readSafetensors,
  type SafetensorsData,
  type SafetensorsDtype,
  writeSafetensors,
} from '../../src/models/index.js';
import { nodeRange } from '../../src/node/index.js';

/** A file of any header text and so many bytes behind it. */
function file(header: string | Uint8Array, bytes = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const out = new Uint8Array(8 + text.length + bytes);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  out.set(text, 8);
  return out;
}

/** A source that writes down which ranges it was asked for. */
function watched(bytes: Uint8Array): ByteRange & { readonly asked: [number, number][] } {
  const asked: [number, number][] = [];
  const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
    asked.push([start, end]);
    return bytes.slice(start, end).buffer as ArrayBuffer;
  };
  return { size: bytes.length, slice, asked };
}

const ARRAYS = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Float32Array,
  BF16: Float32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;
const dtypes = Object.keys(ARRAYS) as SafetensorsDtype[];

/** Tensors of every type, of any bits. */
const tensors = fc.dictionary(
  fc.string({ maxLength: 6, unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
  fc.record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
    fill: fc.uint8Array({ minLength: 27 * 8, maxLength: 27 * 8 }),
  }),
  { maxKeys: 5 },
);
const arrays = tensors.map((all) =>
  Object.fromEntries(
    Object.entries(all).map(([name, { dtype, shape, fill }]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [name, { dtype, shape, data: new ARRAYS[dtype](fill.buffer.slice(0), 0, size) as SafetensorsData }];
    }),
  ),
);

describe('safetensors', () => {
  test('what is written is read: names, types, shapes, every bit; and written again gives the same bytes', () =>
    fc.assert(
      fc.asyncProperty(arrays, fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), async (written, metadata) => {
        const bytes = writeSafetensors(written, { metadata });
        const read = await readSafetensors(bytes);
        expect(read.metadata).toEqual(metadata);
        expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(written).sort());
        for (const [name, { dtype, shape, data }] of Object.entries(written)) {
          expect(read.tensors[name]).toMatchObject({ dtype, shape });
          expect(read.entries[name]).toEqual({ dtype, shape });
          if (dtype !== 'F16' && dtype !== 'BF16') {
            const bits = (x: SafetensorsData | undefined) =>
              Buffer.from(x?.buffer ?? new ArrayBuffer(0), x?.byteOffset, x?.byteLength);
            expect(bits(read.tensors[name]?.data).equals(bits(data))).toBe(true);
          }
        }
        expect(writeSafetensors(read.tensors, { metadata })).toEqual(bytes);
      }),
      { numRuns: 30 },
    ));
  test('the layout of the format', () => {
    const bytes = writeSafetensors(
      { b: { shape: [1], data: Uint8Array.of(7) }, a: { shape: [2], data: Float32Array.of(1, -2) } },
      { metadata: { format: 'pt' } },
    );
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(length % 8).toBe(0);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}',
    );
    expect(Array.from(bytes.subarray(8 + length))).toEqual([0, 0, 128, 63, 0, 0, 0, 192, 7]);
  });
  test('half precision: every value there is, and rounding to the nearest even one', async () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const floats = fromHalves(halves);
    const again = toHalves(floats);
    // A signalling NaN becomes a quiet one.
    expect(halves.filter((half, i) => again[i] !== half && !Number.isNaN(floats[i]))).toEqual(new Uint16Array(0));
    expect([0x3c00, 0xc000, 0x7bff, 1, 0x7c00].map((i) => floats[i])).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
    const near = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24, -1e9);
    expect(Array.from(toHalves(near))).toEqual([0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 2, 0xfc00]);
    const data = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -3e38, 3.4e38);
    const { tensors } = await readSafetensors(writeSafetensors({ x: { dtype: 'BF16', shape: [4], data } }));
    expect(tensors.x?.data).toEqual(Float32Array.of(1, 1 + 2 ** -6, -226 * 2 ** 120, Infinity));
  });
  test('reads from bytes, blobs and files, and of ranges no more than was asked for', async () => {
    const bytes = writeSafetensors({
      big: { shape: [1000], data: new Float32Array(1000).fill(3) },
      small: { shape: [2], data: Float32Array.of(1, 2) },
      tiny: { shape: [], data: Uint8Array.of(9) },
    });
    const path = join(await mkdtemp(join(tmpdir(), 'safetensors-')), 'x.safetensors');
    await writeFile(path, bytes);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const sources: ByteSource[] = [
      bytes,
      bytes.buffer,
      Buffer.from(bytes),
      shifted.subarray(3),
      new Blob([bytes]),
      watched(bytes),
      await nodeRange(path),
    ];
    for (const source of sources) {
      const { tensors } = await readSafetensors(source, { filter: ['small', 'tiny'] });
      expect(tensors).toEqual({
        small: { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
        tiny: { dtype: 'U8', shape: [], data: Uint8Array.of(9) },
      });
    }
    const source = watched(bytes);
    await readSafetensors(source, { filter: (name, { shape }) => name === 'small' && shape[0] === 2 });
    const start = bytes.length - 4009;
    expect(source.asked).toEqual([
      [0, 8],
      [8, start],
      [start + 4000, start + 4008],
    ]);
    const late = await nodeRange(path);
    await truncate(path, 4000);
    await expect(readSafetensors(late)).rejects.toThrow(
      /nodeRange: expected \d+ bytes, the file ends at 4000: .*x.safe/,
    );
    await expect(nodeRange(`${path}.no`)).rejects.toThrow(/nodeRange: no such file/);
  });

  const one = (entry: string): string => `{"a":${entry}}`;
  const f32 = (shape: string, offsets: string): string =>
    one(`{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`);
  const wrong: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['no bytes', new Uint8Array(0), /at least 8 bytes, got 0/],
    ['a header beyond the file', file('{}', 0, 3n), /header must have at most 2 bytes, in a file of 10, got 3/],
    ['a header of 2^63 bytes', file('{}', 0, 2n ** 63n), /got 9223372036854775808/],
    ['no JSON', file('{"a":'), /must be UTF-8 JSON/],
    ['no UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), /must be UTF-8 JSON/],
    ['a byte order mark', file('\ufeff{}'), /must be UTF-8 JSON/],
    ['a list', file('[]'), /must be a JSON object/],
    ['space before the header', file(' {}'), /must be a JSON object/],
    [
      'a name twice',
      file(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}, "\\u0061" : 1}`),
      /got "\\u0061" twice/,
    ],
    ['a field twice', file(one('{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}')), /got "dtype" twice/],
    ['metadata of numbers', file('{"__metadata__":{"a":1}}'), /__metadata__ must hold strings/],
    ['no entry', file(one('3')), /tensor "a" must have dtype, shape and data_offsets, got 3/],
    [
      'an unknown type',
      file(one('{"dtype":"toString","shape":[],"data_offsets":[0,0]}')),
      /a dtype of F64, .*"toString"/,
    ],
    ['a negative size', file(f32('[-1]', '[0,4]'), 4), /a shape of integers >= 0, got \[-1\]/],
    ['a broken size', file(f32('[0.5]', '[0,2]'), 2), /a shape of integers/],
    ['an unsafe size', file(f32('[9007199254740993]', '[0,4]'), 4), /a shape of integers/],
    [
      'sizes whose product is infinite',
      file(f32(`[${'9007199254740991,'.repeat(30)}1]`, '[0,4]'), 4),
      /must have Infinity bytes/,
    ],
    ['offsets backwards', file(f32('[1]', '[4,0]'), 4), /data_offsets \[begin, end\], got \[4,0\]/],
    ['one offset', file(f32('[1]', '[0]'), 4), /data_offsets/],
    ['another number of bytes', file(f32('[2]', '[0,4]'), 4), /of F32 \[2\] must have 8 bytes, got 4/],
    [
      'a tensor beyond the file',
      file(f32('[1000000000]', '[0,4000000000]'), 4),
      /the file must have 4000000\d+ bytes, got/,
    ],
    ['bytes of no tensor', file(f32('[1]', '[0,4]'), 5), /cut off or has more/],
    ['a gap', file(f32('[1]', '[4,8]'), 8), /"a" leaves a gap before it: it must start at byte 0, got 4/],
    [
      'an overlap',
      file(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        8,
      ),
      /"b" overlaps another tensor: it must start at byte 8, got 4/,
    ],
  ];
  test.each(wrong)('%s is rejected on the header alone', async (_, bytes, text) => {
    const source = watched(bytes);
    await expect(readSafetensors(source)).rejects.toThrow(text);
    await expect(readSafetensors(source)).rejects.toThrow(/^readSafetensors: /);
    expect(source.asked.length).toBeLessThanOrEqual(4); // of each call: the length and the header
    expect(source.asked.every(([, end]) => end <= bytes.length)).toBe(true);
  });
  test('a changed or shortened file is read, or rejected by an error of ours; nothing beyond the file is asked for', () =>
    fc.assert(
      fc.asyncProperty(
        arrays,
        fc.array(fc.tuple(fc.nat(400), fc.constantFrom(...'0123456789{}[]",:-eEFIU\\ \u0000\u00ff')), { maxLength: 4 }),
        fc.option(fc.nat(300)),
        async (written, changes, length) => {
          const bytes = writeSafetensors(written);
          for (const [at, sign] of changes) if (at < bytes.length) bytes[at] = sign.charCodeAt(0);
          const source = watched(bytes.subarray(0, length ?? bytes.length));
          try {
            const { tensors } = await readSafetensors(source);
            for (const { shape, data } of Object.values(tensors)) {
              expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
            }
          } catch (error) {
            expect((error as Error).message).toMatch(/^readSafetensors: /);
          }
          expect(source.asked.every(([start, end]) => start <= end && end <= source.size)).toBe(true);
          const total = source.asked.reduce((sum, [start, end]) => sum + end - start, 0);
          expect(total).toBeLessThanOrEqual(source.size);
        },
      ),
      { numRuns: 300 },
    ));
  test('brackets past counting are refused', async () => {
    const deep = [
      '['.repeat(2_000_000),
      `{"a":${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}}`,
      `{"__metadata__":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}`,
    ];
    for (const text of deep) {
      const what =
        /^readSafetensors: the header must be an object of tensors, its brackets are nested more than 64 deep\.$/;
      await expect(readSafetensors(file(text))).rejects.toThrow(what);
    }
    expect(await readSafetensors(file(`{"__metadata__":{"a":"${'['.repeat(1000)}"}}`))).toMatchObject({ tensors: {} });
  });
  test('metadata may be null', async () => {
    expect((await readSafetensors(file('{"__metadata__":null}'))).metadata).toEqual({});
    await expect(readSafetensors(file('{"__metadata__":[]}'))).rejects.toThrow('__metadata__ must hold strings');
  });
  test("a tensor of a type that is not read is in nobody's way who leaves it out", async () => {
    const types: readonly (readonly [string, number])[] = [
      ...(['F8_E4M3', 'F8_E5M2', 'F8_E8M0', 'F8_E4M3FNUZ'] as const).map((type) => [type, 2] as const),
      ...([
        ['C64', 16],
        ['F4', 1],
        ['F6_E2M3', 2],
        ['X12_NEW', 3],
      ] as const),
    ];
    for (const [type, bytes] of types) {
      const header = `{"b":{"dtype":"${type}","shape":[2],"data_offsets":[0,${bytes}]},"a":{"dtype":"U8","shape":[2],"data_offsets":[${bytes},${bytes + 2}]}}`;
      const source = file(header, bytes + 2);
      for (const filter of [
        ['a'],
        (name: string) => name === 'a',
        (_: string, entry: { dtype: string }) => entry.dtype === 'U8',
      ]) {
        const { tensors, entries } = await readSafetensors(source, { filter });
        expect(Object.keys(tensors)).toEqual(['a']);
        expect(entries.b).toEqual({ dtype: type, shape: [2] });
      }
      for (const filter of [undefined, ['b'], ['a', 'b']]) {
        const reading = readSafetensors(source, filter === undefined ? {} : { filter });
        await expect(reading).rejects.toThrow(
          new RegExp(
            `^readSafetensors: tensor "b" must have a dtype of F64, .* got ${type} \\(the option filter leaves`,
          ),
        );
      }
    }
    const short = file('{"b":{"dtype":"C64","shape":[2],"data_offsets":[0,8]}}', 8);
    await expect(readSafetensors(short)).rejects.toThrow('of C64 [2] must have 16 bytes, got 8');
  });
  test('bad arguments', async () => {
    const bytes = writeSafetensors({});
    for (const source of [null, 3, {}, { size: -1, slice: () => null }, { size: Number.NaN, slice: () => null }]) {
      await expect(readSafetensors(source as never)).rejects.toThrow(/the source must be bytes, a Blob/);
    }
    const short = { size: bytes.length, slice: async () => new ArrayBuffer(3) };
    await expect(readSafetensors(short)).rejects.toThrow(/bytes 0 to 8 were asked for, 3 came/);
    await expect(readSafetensors(bytes, { filter: ['x'] })).rejects.toThrow(/must have tensors \["x"\]/);
    await expect(readSafetensors(bytes, { filter: 'x' as never })).rejects.toThrow(
      /filter must be names or a function/,
    );
    const data = Float32Array.of(1, 2);
    expect(() => writeSafetensors({ a: { shape: [3], data } })).toThrow(
      /tensor "a" of shape \[3\] must have 3 numbers, got 2/,
    );
    expect(() => writeSafetensors({ a: { shape: [2], data, dtype: 'I32' } })).toThrow(
      /dtype of F32, F16, BF16, got "I32"/,
    );
    expect(() => writeSafetensors({ a: { shape: [2], data: [1, 2] as never } })).toThrow(/must have a typed array/);
    expect(() => writeSafetensors({ __metadata__: { shape: [2], data } })).toThrow(/must have another name/);
    expect(() => writeSafetensors({}, { metadata: { a: 1 as never } })).toThrow(/metadata must hold strings/);
  });
});
