import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIdx, readIdxDataset } from '../../src/node/index.js';
import { temp } from './temp.js';

const TYPES = [
  { code: 8, bytes: 1, write: (v: DataView, at: number, x: number) => v.setUint8(at, x), clip: (x: number) => x & 255 },
  {
    code: 9,
    bytes: 1,
    write: (v: DataView, at: number, x: number) => v.setInt8(at, x),
    clip: (x: number) => (x << 24) >> 24,
  },
  {
    code: 11,
    bytes: 2,
    write: (v: DataView, at: number, x: number) => v.setInt16(at, x),
    clip: (x: number) => (x << 16) >> 16,
  },
  { code: 12, bytes: 4, write: (v: DataView, at: number, x: number) => v.setInt32(at, x), clip: (x: number) => x | 0 },
  { code: 13, bytes: 4, write: (v: DataView, at: number, x: number) => v.setFloat32(at, x), clip: Math.fround },
  { code: 14, bytes: 8, write: (v: DataView, at: number, x: number) => v.setFloat64(at, x), clip: Math.fround },
];

function idx(code: number, shape: readonly number[], values: readonly number[]): Uint8Array {
  const type = TYPES.find((t) => t.code === code) as (typeof TYPES)[number];
  const bytes = new Uint8Array(4 + 4 * shape.length + type.bytes * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  for (const [i, n] of shape.entries()) view.setUint32(4 + 4 * i, n);
  for (const [i, x] of values.entries()) type.write(view, 4 + 4 * shape.length + i * type.bytes, x);
  return bytes;
}

describe('readIdx', () => {
  test('gives back any type, rank and compression', async () => {
    const path = join(await temp(), 'x');
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...TYPES),
        shapes,
        fc.integer(),
        fc.boolean(),
        async (type, shape, start, zip) => {
          const size = shape.reduce((product, n) => product * n, 1);
          const values = Array.from({ length: size }, (_, i) => type.clip((start + i * 7919) | 0));
          const bytes = idx(type.code, shape, values);
          await writeFile(path, zip ? gzipSync(bytes) : bytes);
          const read = await readIdx(path);
          expect(read.shape).toEqual(shape);
          expect(Array.from(read.data)).toEqual(values);
          expect(read.data).toBeInstanceOf(type.code === 8 ? Uint8Array : type.code < 13 ? Int32Array : Float32Array);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('rejects everything else in one line', async () => {
    const path = join(await temp(), 'x');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.boolean(), async (noise, header) => {
        await writeFile(path, header ? Buffer.concat([idx(8, [2, 3], [1, 2, 3]), noise.subarray(0, 2)]) : noise);
        const result = await readIdx(path).catch((error: Error) => error.message);
        if (typeof result === 'string') expect(result).toMatch(/^readIdx: [^\n]+$/);
        else expect(result.data).toHaveLength(result.shape.reduce((product, n) => product * n, 1));
      }),
    );
    await writeFile(path, 'hello, I am a text');
    await expect(readIdx(path)).rejects.toThrow('expected an IDX file (00 00, a type, a rank), got 68 65 6c 6c');
    await writeFile(path, idx(8, [2, 3], [1, 2, 3]));
    await expect(readIdx(path)).rejects.toThrow('shape [2, 3] needs 18 bytes, got 15');
    await expect(readIdx(`${path}.gone`)).rejects.toThrow('no such file or folder');
  });
});

describe('readIdxDataset', () => {
  const images = idx(8, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const labels = idx(8, [2], [3, 9]);

  test('reads both parts under the usual names', async () => {
    const folder = await temp({
      'train-images-idx3-ubyte.gz': gzipSync(images),
      'train-labels-idx1-ubyte': labels,
      't10k-images.idx3-ubyte': images,
      't10k-labels.idx1-ubyte': labels,
    });
    const { train, test: held } = await readIdxDataset(folder);
    expect(train.images.shape).toEqual([2, 2, 3, 1]);
    expect(train.labels).toEqual(Int32Array.of(3, 9));
    expect(held).toEqual(train);
    const prefixed = {
      'emnist-letters-train-images-idx3-ubyte': images,
      'emnist-letters-train-labels-idx1-ubyte': labels,
    };
    expect(await readIdxDataset(await temp(prefixed))).toMatchObject({ train: { labels: train.labels }, test: null });
  });

  test('says what is missing or does not fit', async () => {
    await expect(readIdxDataset(await temp())).rejects.toThrow('but it is empty');
    await expect(readIdxDataset(await temp({ 'train-images-idx3-ubyte': images }))).rejects.toThrow('found no labels');
    const unequal = { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': idx(8, [1], [3]) };
    await expect(readIdxDataset(await temp(unequal))).rejects.toThrow('expected integer labels of shape [2], got [1]');
    const swapped = { 'train-images-idx3-ubyte': labels, 'train-labels-idx1-ubyte': labels };
    await expect(readIdxDataset(await temp(swapped))).rejects.toThrow('expected bytes of rank 3 or 4');
  });

  test.skipIf(!process.env.SELFSUP_DATA)('reads Fashion-MNIST (needs SELFSUP_DATA)', async () => {
    const { train, test: held } = await readIdxDataset(join(process.env.SELFSUP_DATA ?? '', 'fashion-mnist'));
    expect(train.images.shape).toEqual([60_000, 28, 28, 1]);
    expect(held?.images.shape).toEqual([10_000, 28, 28, 1]);
    expect(train.labels.filter((label) => label === 9)).toHaveLength(6000);
  });
});
