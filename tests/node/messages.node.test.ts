import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, expect, test, vi } from 'vitest';
import type { State } from '../../src/internal/state.js';
import {
  fileCheckpoint,
  nodeFile,
  nodeRange,
  readCifar,
  readIdx,
  readIdxDataset,
  readImages,
  readNpy,
  readWav,
} from '../../src/node/index.js';
import { temp } from './temp.js';

let readOnly = '';
vi.mock('node:fs/promises', async (original) => {
  const module = await original<typeof import('node:fs/promises')>();
  const refuse = (path: unknown, code: string): never => {
    throw Object.assign(new Error(`${code}: x, mkdir '${path}'`), { code, syscall: 'mkdir', path });
  };
  return {
    ...module,
    // What Linux and Node say of a folder on a disk that is mounted read-only: Node's recursive mkdir has another code.
    mkdir: async (path: string, options?: { recursive?: boolean }) =>
      readOnly !== '' && String(path).startsWith(readOnly)
        ? refuse(path, options?.recursive === true ? 'ENOENT' : 'EROFS')
        : module.mkdir(path, options),
  };
});
afterEach(() => {
  readOnly = '';
});

async function messageOf(f: () => unknown): Promise<string> {
  try {
    await f();
  } catch (error) {
    return (error as Error).message;
  }
  return expect.fail('should throw');
}

test('a read-only disk is named as one', async () => {
  readOnly = join(await temp(), 'disk');
  for (const path of [join(readOnly, 'run.bin'), join(readOnly, 'deep', 'er', 'run.bin')]) {
    expect(await messageOf(() => fileCheckpoint(path).save({ step: 1 }))).toBe(
      `fileCheckpoint: the disk is read-only: ${path}`,
    );
  }
  expect(await messageOf(() => fileCheckpoint('/proc/no/run.bin').save({ step: 1 }))).toContain('fileCheckpoint: ');
});

test('names with line breaks and other signs stay in one line', async () => {
  const odd = 'a\nb\r\t\u001b[31m\u2028\u202e.';
  const shown = 'a\\nb\\r\\t\\u{1b}[31m\\u{2028}\\u{202e}.';
  const folder = join(await temp(), odd);
  await mkdir(folder);
  const file = join(folder, odd);
  await writeFile(file, 'text');
  await writeFile(`${file}png`, 'text');
  const archive = pack();
  archive.entry({ name: `${odd}/x.png` }, 'text');
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  await writeFile(`${file}tar`, Buffer.concat(parts));
  await mkdir(join(folder, 'model'));
  await writeFile(join(folder, 'model', 'model.json'), '{');
  const calls: Record<string, () => unknown> = {
    ...{ readCifar: () => readCifar(file), readIdx: () => readIdx(file), readNpy: () => readNpy(file) },
    ...{
      readWav: () => readWav(file),
      readIdxDataset: () => readIdxDataset(folder),
      nodeRange: () => nodeRange(folder),
    },
    readImages: () => readImages(folder, { size: 2 }),
    'readImages of one': () => readImages(`${file}png`, { size: 2 }),
    'readImages of an archive': () => readImages(`${file}tar`, { size: 2 }),
    'readImages of none': () => readImages(file, { size: 2 }),
    'readImages, testFolder': () => readImages(folder, { size: 2, testFolder: odd }),
    'fileCheckpoint.load': () => fileCheckpoint(file).load(),
    'fileCheckpoint.save': () => fileCheckpoint(join(file, 'x')).save({ step: 1 } as State),
    'nodeFile.load': () => nodeFile(join(folder, 'model')).load?.(),
    'nodeFile, gone': () => nodeFile(file).load?.(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const message = await messageOf(call);
    expect(message, name).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
    expect(message, name).toContain(shown);
  }
});
