import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readCifar, readIdx, readIdxDataset, readImages } from 'selfsup/node';
import type { Seed } from 'selfsup/random';
import { Failure, oneLine } from '../failure.js';
import type { Dataset, LabelledImages } from './dataset.js';
import { normalise, type RawImages } from './normalise.js';
import { splitByClass } from './split.js';

/** How images are read. */
export interface ReadOptions {
  /** Height and width to which image files are brought. */
  readonly size: number;
  /** Seed of the split, where the data has none. */
  readonly seed: Seed;
}

/** Any of the readers' results. */
interface Parts {
  readonly train: { readonly images: RawImages; readonly labels: Int32Array | null };
  readonly test: { readonly images: RawImages; readonly labels: Int32Array | null } | null;
  readonly classNames: readonly string[] | null;
}

/** Reads what lies at a path: CIFAR binary, IDX, or images in a folder or an archive. Throws a Failure in one line. */
export async function readData(path: string, options: ReadOptions): Promise<Dataset> {
  let parts: Parts;
  let kind: string;
  try {
    [kind, parts] = await readParts(path, options);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`--data ${path}: ${oneLine(error)}`);
  }
  const set = (part: Parts['train']): LabelledImages => ({ images: normalise(path, part.images), labels: part.labels });
  const [train, test] = [set(parts.train), parts.test && set(parts.test)];
  const split = test === null ? splitByClass(train, options.seed) : { train, test };
  return { name: `${basename(path)} (${kind})`, classNames: namesOf(train.labels, parts.classNames), ...split };
}

async function readParts(path: string, options: ReadOptions): Promise<[string, Parts]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw new Failure(
        `--data ${path}: ${oneLine({ code: (error as NodeJS.ErrnoException).code, message: String(error) })}`,
      );
    },
  );
  return isFolder ? readFolder(path, options) : readFile(path, options);
}

async function readFolder(folder: string, options: ReadOptions): Promise<[string, Parts]> {
  const names = await readdir(folder);
  if (names.length === 0) throw new Failure(`--data ${folder}: the folder is empty`);
  for (const inner of ['cifar-10-batches-bin', 'cifar-100-binary']) {
    if (names.includes(inner)) return readFolder(join(folder, inner), options);
  }
  if (names.some((name) => /^(data|test)_batch.*\.bin(\.gz)?$/.test(name)))
    return ['CIFAR-10', await readCifar(folder)];
  if (names.some((name) => /^train\.bin(\.gz)?$/.test(name))) {
    return ['CIFAR-100', await readCifar(folder, { variant: 'cifar-100' })];
  }
  if (names.some(looksLikeIdx)) return ['IDX', await readIdxDataset(folder)];
  return ['images', await readImages(folder, { size: options.size })];
}

async function readFile(file: string, options: ReadOptions): Promise<[string, Parts]> {
  const name = basename(file);
  if (/\.bin(\.gz)?$/.test(name)) return ['CIFAR-10', await readCifar(file)];
  if (looksLikeIdx(name))
    return ['IDX', { train: { images: await readIdx(file), labels: null }, test: null, classNames: null }];
  if (/\.(tar|tgz|tar\.gz|jpe?g|png|webp)$/i.test(name))
    return ['images', await readImages(file, { size: options.size })];
  throw new Failure(
    `--data ${file}: not a kind of file that is known (CIFAR .bin[.gz], IDX, .tar[.gz] of images, .jpg, .png, .webp)`,
  );
}

function looksLikeIdx(name: string): boolean {
  return /(?:^|[-_.])idx\d/.test(name);
}

function namesOf(labels: Int32Array | null, given: readonly string[] | null): readonly string[] {
  if (labels === null) return [];
  const count = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  return Array.from({ length: Math.max(count, given?.length ?? 0) }, (_, i) => given?.[i] ?? `class ${i}`);
}
