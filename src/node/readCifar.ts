import { join } from 'node:path';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import { withBytes } from './byteStream.js';
import type { LabelledDataset, LabelledImages } from './dataset.js';
import { fault } from './fault.js';
import { kindOf, listFolder, toPath } from './paths.js';

/** Options of {@link readCifar}. */
export interface ReadCifarOptions {
  /**
   * `'cifar-10'`: records of 1 label byte and 3072 pixels. `'cifar-100'`: a coarse and a fine label byte, of which the
   * fine one is taken; the folder then holds train.bin and test.bin.
   * @defaultValue 'cifar-10'
   */
  readonly variant?: 'cifar-10' | 'cifar-100';
  /** At most so many images of each part, the first ones; an integer \>= 1. @defaultValue all */
  readonly limit?: number;
  /**
   * Bytes that a gzipped file may unpack to; an integer \>= 1. The longest of the authors' has 153,700,000.
   * @defaultValue 2 ** 28
   */
  readonly maxBytes?: number;
}

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;
const LAYOUT = {
  'cifar-10': { labelBytes: 1, classes: 10, train: /^data_batch_\d+\.bin(\.gz)?$/, test: /^test_batch\.bin(\.gz)?$/ },
  'cifar-100': { labelBytes: 2, classes: 100, train: /^train\.bin(\.gz)?$/, test: /^test\.bin(\.gz)?$/ },
} as const;
const NAMES = { 'cifar-10': 'batches.meta.txt', 'cifar-100': 'fine_label_names.txt' } as const;

/**
 * Reads CIFAR-10 or CIFAR-100 in the authors' binary format, plain or gzipped.
 *
 * @param path - One .bin file (it becomes the training part), or a folder with `data_batch_*.bin[.gz]`,
 * `test_batch.bin[.gz]` and, where present, `batches.meta.txt` (class names, one a line).
 * @param options - Variant, and how many images.
 * @returns Bytes `[n, 32, 32, 3]` and labels; `test` is null without a test file.
 * @throws Error, in one line that names the file, if something is missing, cut off or holds a label that can't be.
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readCifar } from 'selfsup/node';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'cifar-'));
 * await writeFile(join(folder, 'data_batch_1.bin'), new Uint8Array(2 * 3073).fill(7));
 * const { train, test } = await readCifar(folder);
 * console.log(train.images.shape, train.labels, test); // [2, 32, 32, 3], two sevens, null
 * ```
 */
export async function readCifar(path: string | URL, options: ReadCifarOptions = {}): Promise<LabelledDataset> {
  const checked = checkOptions('readCifar', options, ['variant', 'limit', 'maxBytes']);
  const { variant = 'cifar-10', limit = Number.MAX_SAFE_INTEGER, maxBytes = 2 ** 28 } = checked;
  checkChoice('readCifar', 'variant', variant, ['cifar-10', 'cifar-100']);
  checkIntegers('readCifar', { limit: [limit, 1], maxBytes: [maxBytes, 1] });
  const file = toPath('readCifar', 'path', path);
  if ((await kindOf('readCifar', file)) === 'file') {
    return { train: await readParts([file], variant, limit, maxBytes), test: null, classNames: null };
  }
  return readFolder(file, variant, limit, maxBytes);
}

async function readFolder(
  path: string,
  variant: keyof typeof LAYOUT,
  limit: number,
  maxBytes: number,
): Promise<LabelledDataset> {
  const names = await listFolder('readCifar', path);
  const { train, test } = LAYOUT[variant];
  const pick = (pattern: RegExp): string[] => firstOfEach(names.filter((name) => pattern.test(name)));
  const [trainNames, testNames] = [pick(train), pick(test)];
  if (trainNames.length === 0) {
    const wanted = variant === 'cifar-10' ? 'data_batch_*.bin[.gz]' : 'train.bin[.gz]';
    const got = names.length === 0 ? 'it is empty' : `it holds ${names.slice(0, 5).join(', ')}`;
    throw fault('readCifar', `expected ${wanted} in the folder, but ${got}`, path);
  }
  const inFolder = (name: string): string => join(path, name);
  return {
    train: await readParts(trainNames.map(inFolder), variant, limit, maxBytes),
    test: testNames.length === 0 ? null : await readParts(testNames.map(inFolder), variant, limit, maxBytes),
    classNames: names.includes(NAMES[variant]) ? await readNames(join(path, NAMES[variant])) : null,
  };
}

/** Files in numerical order; where both x.bin and x.bin.gz stand there, the plain one. */
function firstOfEach(names: string[]): string[] {
  const stems = new Map<string, string>();
  for (const name of names) {
    const stem = name.replace(/\.gz$/, '');
    if (!stems.has(stem) || !name.endsWith('.gz')) stems.set(stem, name);
  }
  const number = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  return [...stems.values()].sort((a, b) => number(a) - number(b));
}

async function readNames(path: string): Promise<string[]> {
  const bytes = await withBytes('readCifar', path, 1 << 20, (file) => file.take(1 << 20));
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Records that are read at a time. */
const BLOCK = 256;

async function readParts(
  paths: string[],
  variant: keyof typeof LAYOUT,
  limit: number,
  maxBytes: number,
): Promise<LabelledImages> {
  const { labelBytes } = LAYOUT[variant];
  const record = labelBytes + PIXELS;
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const path of paths) {
    if (count >= limit) break;
    await eachBlock(path, variant, maxBytes, (block) => {
      const taken = Math.min(block.length / record, limit - count);
      if (taken > 0) parts.push(block.subarray(0, taken * record));
      count += taken;
    });
  }
  const data = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  let image = 0;
  for (const bytes of parts) {
    for (let start = 0; start < bytes.length; start += record, image++) {
      labels[image] = bytes[start + labelBytes - 1] as number;
      interleave(bytes.subarray(start + labelBytes, start + record), data.subarray(image * PIXELS));
    }
  }
  return { images: { data, shape: [count, SIDE, SIDE, 3] }, labels };
}

/** Gives the records of a file, some at a time, and checks them. */
function eachBlock(
  path: string,
  variant: keyof typeof LAYOUT,
  maxBytes: number,
  use: (block: Uint8Array) => void,
): Promise<void> {
  const { labelBytes, classes } = LAYOUT[variant];
  const record = labelBytes + PIXELS;
  const check = (length: number): void => {
    if (length > 0 && length % record === 0) return;
    const found = `${Math.floor(length / record)} records and ${length % record} bytes; cut off?`;
    const text = `expected whole ${variant} records of ${record} bytes, got ${length} bytes (${found})`;
    throw fault('readCifar', text, path);
  };
  return withBytes('readCifar', path, maxBytes, async (bytes) => {
    if (!bytes.packed) check(bytes.left);
    let length = 0;
    for (;;) {
      const block = await bytes.take(BLOCK * record);
      length += block.length;
      const whole = block.length - (block.length % record);
      for (let at = 0; at < whole; at += record) {
        const label = block[at + labelBytes - 1] as number;
        if (label < classes) continue;
        const where = (length - block.length + at) / record;
        throw fault('readCifar', `expected labels 0 to ${classes - 1}, got ${label} in record ${where}`, path);
      }
      if (whole > 0) use(block.subarray(0, whole));
      if (block.length < BLOCK * record) break;
    }
    check(length);
  });
}

/** Planes of red, green and blue become pixels. */
function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let i = 0; i < PLANE; i++) {
    pixels[3 * i] = planes[i] as number;
    pixels[3 * i + 1] = planes[PLANE + i] as number;
    pixels[3 * i + 2] = planes[2 * PLANE + i] as number;
  }
}
