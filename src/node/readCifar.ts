import { join } from 'node:path';
import { checkChoice, checkIntegers } from '../internal/checks.js';
import type { LabelledDataset, LabelledImages } from './dataset.js';
import { kindOf, listFolder, readBytes } from './files.js';

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
export async function readCifar(path: string, options: ReadCifarOptions = {}): Promise<LabelledDataset> {
  const { variant = 'cifar-10', limit = Number.MAX_SAFE_INTEGER } = options;
  checkChoice('readCifar', 'variant', variant, ['cifar-10', 'cifar-100']);
  checkIntegers('readCifar', { limit: [limit, 1] });
  if ((await kindOf('readCifar', path)) === 'file') {
    return { train: await readParts([path], variant, limit), test: null, classNames: null };
  }
  const names = await listFolder('readCifar', path);
  const { train, test } = LAYOUT[variant];
  const pick = (pattern: RegExp): string[] => firstOfEach(names.filter((name) => pattern.test(name)));
  const [trainNames, testNames] = [pick(train), pick(test)];
  if (trainNames.length === 0) {
    const wanted = variant === 'cifar-10' ? 'data_batch_*.bin[.gz]' : 'train.bin[.gz]';
    const got = names.length === 0 ? 'it is empty' : `it holds ${names.slice(0, 5).join(', ')}`;
    throw new Error(`readCifar: expected ${wanted} in the folder, but ${got}: ${path}`);
  }
  const inFolder = (name: string): string => join(path, name);
  return {
    train: await readParts(trainNames.map(inFolder), variant, limit),
    test: testNames.length === 0 ? null : await readParts(testNames.map(inFolder), variant, limit),
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
  const text = new TextDecoder().decode(await readBytes('readCifar', path));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function readParts(paths: string[], variant: keyof typeof LAYOUT, limit: number): Promise<LabelledImages> {
  const { labelBytes, classes } = LAYOUT[variant];
  const record = labelBytes + PIXELS;
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const path of paths) {
    if (count >= limit) break;
    const bytes = await readBytes('readCifar', path);
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new Error(
        `readCifar: expected whole ${variant} records of ${record} bytes, got ${bytes.length} bytes ` +
          `(${Math.floor(bytes.length / record)} records and ${bytes.length % record} bytes; cut off?): ${path}`,
      );
    }
    for (let r = 0; r < bytes.length / record; r++) {
      const label = bytes[r * record + labelBytes - 1] as number;
      if (label >= classes) {
        throw new Error(`readCifar: expected labels 0 to ${classes - 1}, got ${label} in record ${r}: ${path}`);
      }
    }
    const taken = Math.min(bytes.length / record, limit - count);
    parts.push(bytes.subarray(0, taken * record));
    count += taken;
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

/** Planes of red, green and blue become pixels. */
function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let i = 0; i < PLANE; i++) {
    pixels[3 * i] = planes[i] as number;
    pixels[3 * i + 1] = planes[PLANE + i] as number;
    pixels[3 * i + 2] = planes[2 * PLANE + i] as number;
  }
}
