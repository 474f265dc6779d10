import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCifar, readIdx, readNpy, readWav } from '../../src/node/index.js';
import { temp } from './temp.js';

const run = promisify(execFile);
const ZEROS = gzipSync(new Uint8Array(1 << 24)); // 16 MiB, some 16 kB packed

/** A file that unpacks to `start` and then 1.5 GiB of zeros; gzip files one after the other are one. */
async function bomb(path: string, start: Uint8Array): Promise<void> {
  const file = createWriteStream(path);
  file.write(gzipSync(start));
  for (let i = 0; i < 96; i++) file.write(ZEROS);
  file.end();
  await finished(file);
}

/** What a call says in a process of its own, and the most memory that the process had, in MiB. */
async function inProcess(call: string): Promise<{ message: string; peak: number }> {
  const code = `import * as node from './src/node/index.ts';
    let message = 'read';
    try { await node.${call}; } catch (error) { message = error.message; }
    console.log(JSON.stringify({ message, peak: process.resourceUsage().maxRSS / 1024 }));`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

const tarHeader = (size: number): Uint8Array => {
  const header = Buffer.alloc(512);
  header.write('a/x.png', 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0        0', 136);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
};
const npy = (shape: string): Uint8Array => {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }\n`;
  return Buffer.concat([
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0),
    Buffer.from(header),
  ]);
};
const wav = (dataSize: number, before: number | null = null): Uint8Array => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.set([1, 0, 1, 0], 20);
  head.writeUInt32LE(8000, 24);
  head.set([2, 0, 16, 0], 32);
  head.write(before === null ? 'data' : 'LIST', 36);
  head.writeUInt32LE(before ?? dataSize, 40);
  return head;
};
const GB = 1.5 * 2 ** 30;

let rest: number | undefined; // MiB of a process that reads nothing

describe('1.5 MB of gzip that unpack to 1.5 GB', () => {
  // [what, its start, the call, what it says, MiB beside what a reader takes at rest]
  test.each([
    ['zeros', new Uint8Array(), "readNpy('?')", 'expected a .npy file, got gzip data of something else', 60],
    ['a short npy', npy('(4,)'), "readNpy('?')", 'needs 4 bytes, got more', 60],
    ['a long npy', npy(`(${GB},)`), "readNpy('?')", 'may still be unpacked (maxBytes)', 60],
    [
      'a long npy, one more byte',
      npy('(1000,)'),
      "readNpy('?', { maxBytes: 2000 })",
      'must unpack to at most 2000 bytes',
      60,
    ],
    ['zeros', new Uint8Array(), "readIdx('?')", 'expected an IDX file', 60],
    ['a short idx', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 4), "readIdx('?')", 'needs 12 bytes, got more', 60],
    ['a long idx', Uint8Array.of(0, 0, 8, 1, 96, 0, 0, 0), "readIdx('?')", 'more than maxBytes 1073741824', 60],
    ['zeros', new Uint8Array(), "readWav('?')", 'expected a WAV file (RIFF, WAVE), got gzip data', 60],
    ['a short wav', wav(4), "readWav('?')", 'must unpack to at most 536870912 bytes (maxBytes), got more', 60],
    ['a long wav', wav(GB), "readWav('?')", "'data' needs 1610612736 bytes, 536870868 may still be unpacked", 60],
    ['a wav of no length', wav(0xffffffff), "readWav('?', { maxBytes: 1e8 })", 'must unpack to at most 100000000', 200],
    ['a long chunk', wav(0, GB), "readWav('?')", "'LIST' needs 1610612736 bytes", 60],
    ['zeros', new Uint8Array(), "readCifar('?')", 'must unpack to at most 268435456 bytes (maxBytes), got more', 350],
    ['zeros', new Uint8Array(), "readCifar('?', { limit: 10 })", 'must unpack to at most 268435456 bytes', 60],
    ['an archive', tarHeader(GB), "readImages('?', { size: 4 })", 'a/x.png must have at most 268435456 bytes', 60],
  ])('%s by $2', async (_, start, call, text, most) => {
    const path = join(await temp(), call.startsWith('readImages') ? 'x.tar.gz' : 'x.gz');
    await bomb(path, start);
    expect((await stat(path)).size).toBeLessThan(2e6);
    rest ??= (await inProcess('readNpy("/nothing")')).peak;
    const { message, peak } = await inProcess(call.replace('?', path));
    expect(message).toContain(text);
    expect(message).toContain(path);
    console.log(`${call.replace('?', 'x')}: ${Math.round(peak - rest)} MiB more than at rest`);
    expect(peak - rest).toBeLessThan(most);
  });

  test('of a folder of CIFAR and of IDX files too', async () => {
    const folder = await temp();
    await bomb(join(folder, 'data_batch_1.bin.gz'), new Uint8Array());
    await bomb(join(folder, 'batches.meta.txt'), new Uint8Array());
    const cifar = await inProcess(`readCifar('${folder}', { maxBytes: 1e7 })`);
    expect(cifar.message).toContain('must unpack to at most 10000000 bytes');
    const mnist = await temp({ 'train-labels-idx1-ubyte': Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 9) });
    await bomb(
      join(mnist, 'train-images-idx3-ubyte.gz'),
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2),
    );
    const idx = await inProcess(`readIdxDataset('${mnist}')`);
    expect(idx.message).toMatch(/^readIdxDataset: shape \[1, 2, 2\] needs 20 bytes, got more: /);
  });
});

test('a file of just maxBytes is read, one byte more is not; damage at the end is noticed', async () => {
  const bytes = npy('(1000,)');
  const whole = Buffer.concat([bytes, new Uint8Array(1000)]);
  const packed = gzipSync(whole);
  const cut = packed.subarray(0, packed.length - 4);
  const folder = await temp({
    'x.gz': packed,
    'cut.gz': cut,
    'sum.gz': Buffer.concat([packed.subarray(0, -8), new Uint8Array(8)]),
  });
  const path = join(folder, 'x.gz');
  expect((await readNpy(path, { maxBytes: whole.length })).shape).toEqual([1000]);
  await expect(readNpy(path, { maxBytes: whole.length - 1 })).rejects.toThrow('(maxBytes)');
  for (const name of ['cut.gz', 'sum.gz']) {
    await expect(readNpy(join(folder, name))).rejects.toThrow('readNpy: the gzip data is damaged or cut off');
  }
});

test('options of the limit are checked', async () => {
  for (const read of [readNpy, readIdx, readWav, readCifar] as ((
    path: string,
    options: object,
  ) => Promise<unknown>)[]) {
    await expect(read('x', { maxBytes: 0 })).rejects.toThrow(`${read.name}: maxBytes must be an integer >= 1, got 0.`);
    await expect(read('x', { maxByte: 5 })).rejects.toThrow(
      `${read.name}: options has no 'maxByte', did you mean 'maxBytes'?`,
    );
  }
});
