import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCifar } from '../../src/node/index.js';
import { integers } from '../../src/random/index.js';
import { temp } from './temp.js';

const RECORD = 3073;

/** Records with these labels and drawn pixels. */
function records(labels: readonly number[], seed = 0): Uint8Array {
  const bytes = Uint8Array.from(integers(seed, labels.length * RECORD, { max: 256 }));
  for (const [i, label] of labels.entries()) bytes[i * RECORD] = label;
  return bytes;
}

describe('readCifar', () => {
  test('reads a folder: parts in numerical order, plain or gzipped, with class names', async () => {
    const batches = [[1], [2, 3], [4]].map((labels, i) => records(labels, i));
    const folder = await temp({
      'data_batch_10.bin': batches[2] as Uint8Array,
      'data_batch_1.bin.gz': gzipSync(batches[0] as Uint8Array),
      'data_batch_2.bin': batches[1] as Uint8Array,
      'data_batch_2.bin.gz': gzipSync(batches[1] as Uint8Array),
      'test_batch.bin.gz': gzipSync(records([9, 0])),
      'batches.meta.txt': 'cat\ndog\n\n',
      'readme.html': 'x',
    });
    const { train, test: held, classNames } = await readCifar(folder);
    expect(Array.from(train.labels)).toEqual([1, 2, 3, 4]);
    expect(train.images.shape).toEqual([4, 32, 32, 3]);
    expect(Array.from(held?.labels ?? [])).toEqual([9, 0]);
    expect(classNames).toEqual(['cat', 'dog']);
    const second = batches[1] as Uint8Array;
    const [row, column] = [5, 7];
    for (const channel of [0, 1, 2]) {
      const from = second[1 + channel * 1024 + row * 32 + column];
      expect(train.images.data[3072 + (row * 32 + column) * 3 + channel]).toBe(from);
    }
  });

  test('reads one file, takes the first images, and knows CIFAR-100', async () => {
    const folder = await temp({ 'x.bin': records([1, 2, 3]), 'train.bin': new Uint8Array(2 * 3074).fill(42) });
    expect(Array.from((await readCifar(join(folder, 'x.bin'), { limit: 2 })).train.labels)).toEqual([1, 2]);
    const hundred = await readCifar(folder, { variant: 'cifar-100' });
    expect(Array.from(hundred.train.labels)).toEqual([42, 42]);
    expect(hundred).toMatchObject({ test: null, classNames: null });
  });

  test.each([
    ['none.bin', 'readCifar: no such file or folder: '],
    ['empty', 'readCifar: expected data_batch_*.bin[.gz] in the folder, but it is empty: '],
    ['other', 'readCifar: expected data_batch_*.bin[.gz] in the folder, but it holds a.txt: '],
    ['cut.bin', 'got 3000 bytes (0 records and 3000 bytes; cut off?): '],
    ['nothing.bin', 'got 0 bytes'],
    ['label.bin', 'readCifar: expected labels 0 to 9, got 10 in record 1: '],
    ['damaged.bin.gz', 'readCifar: the gzip data is damaged or cut off'],
  ])('%s gives one clear line', async (name, message) => {
    const folder = await temp({
      'empty/x/y': '',
      'other/a.txt': 'x',
      'cut.bin': records([1]).subarray(0, 3000),
      'nothing.bin': '',
      'label.bin': records([1, 10]),
      'damaged.bin.gz': gzipSync(records([1])).subarray(0, 1000),
    });
    const path = join(folder, name === 'empty' ? 'empty/x' : name);
    const target = name === 'empty' ? await temp() : path;
    const error: Error = await readCifar(target).then(
      () => expect.fail('should throw'),
      (e: Error) => e,
    );
    expect(error.message).toContain(message);
    expect(error.message).toContain(target);
    expect(error.message).not.toContain('\n');
  });

  test('bytes of any length and content either read or give one line', async () => {
    const path = join(await temp(), 'x.bin');
    const { writeFile } = await import('node:fs/promises');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 0, max: 2 }), async (bytes, whole) => {
        await writeFile(path, Buffer.concat([new Uint8Array(whole * RECORD), bytes]));
        const result = await readCifar(path).catch((error: Error) => error);
        if (bytes.length === 0 && whole > 0) expect(result).toMatchObject({ test: null });
        else expect((result as Error).message).toMatch(/^readCifar: [^\n]+$/);
      }),
      { numRuns: 50 },
    );
  });

  test.skipIf(!process.env.SELFSUP_DATA)('reads the real subset (needs SELFSUP_DATA)', async () => {
    const { train, test: held, classNames } = await readCifar(join(process.env.SELFSUP_DATA ?? '', 'cifar-10'));
    expect(train.images.shape).toEqual([10_000, 32, 32, 3]);
    expect(held?.images.shape).toEqual([2000, 32, 32, 3]);
    expect(classNames).toHaveLength(10);
    for (const c of classNames?.keys() ?? []) expect(train.labels.filter((l) => l === c)).toHaveLength(1000);
  });
});
