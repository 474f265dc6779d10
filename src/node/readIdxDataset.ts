import { join } from 'node:path';
import { checkOptions } from '../internal/checkOptions.js';
import type { LabelledDataset, LabelledImages } from './dataset.js';
import { fault } from './fault.js';
import { listFolder, toPath } from './paths.js';
import { type ReadIdxOptions, readIdxFile } from './readIdx.js';

/**
 * Reads a folder of IDX files as MNIST, Fashion-MNIST and EMNIST come: `train-images-idx3-ubyte[.gz]`,
 * `train-labels-idx1-ubyte[.gz]` and, where present, the same with `t10k` or `test`.
 *
 * @param folder - The folder; a prefix such as `emnist-letters-` before the names is fine where there is one such set.
 * @param options - How much gzip may unpack, each file.
 * @returns Grey bytes `[n, height, width, 1]` and labels; `test` is null without a test pair.
 * @throws Error, in one line that names the file, if something is missing, damaged or does not fit together.
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readIdxDataset } from 'selfsup/node';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'mnist-'));
 * const sizes = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2]; // one image, 2 by 2
 * await writeFile(join(folder, 'train-images-idx3-ubyte'), Uint8Array.of(0, 0, 8, 3, ...sizes, 1, 2, 3, 4));
 * await writeFile(join(folder, 'train-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 9));
 * const { train } = await readIdxDataset(folder);
 * console.log(train.images.shape, train.labels); // [1, 2, 2, 1], [9]
 * ```
 */
export async function readIdxDataset(folder: string | URL, options: ReadIdxOptions = {}): Promise<LabelledDataset> {
  checkOptions('readIdxDataset', options, ['maxBytes']);
  return readFolder(toPath('readIdxDataset', 'folder', folder), options);
}

async function readFolder(folder: string, options: ReadIdxOptions): Promise<LabelledDataset> {
  const names = await listFolder('readIdxDataset', folder);
  const train = await readPair(folder, names, 'train', options);
  if (train === null) {
    const got = names.length === 0 ? 'it is empty' : `it holds ${names.slice(0, 5).join(', ')}`;
    throw fault('readIdxDataset', `expected train-images-idx3-ubyte[.gz] in the folder, but ${got}`, folder);
  }
  return { train, test: await readPair(folder, names, '(?:t10k|test)', options), classNames: null };
}

async function readPair(
  folder: string,
  names: readonly string[],
  part: string,
  options: ReadIdxOptions,
): Promise<LabelledImages | null> {
  const find = (kind: string): string | undefined => {
    const pattern = new RegExp(`(?:^|[-_.])${part}[-_.]${kind}[-_.]idx\\d+[-_.]\\w+?(?:\\.gz)?$`);
    const found = names.filter((name) => pattern.test(name));
    const stems = new Set(found.map((name) => name.replace(/\.gz$/, '')));
    if (stems.size > 1) throw fault('readIdxDataset', `expected one set, got ${found.join(', ')}`, folder);
    return found[0];
  };
  const [imageName, labelName] = [find('images'), find('labels')];
  if (imageName === undefined) return null;
  const imagePath = join(folder, imageName);
  if (labelName === undefined) throw fault('readIdxDataset', `found no labels that go with ${imagePath}`);
  const labelPath = join(folder, labelName);
  const [images, labels] = [
    await readIdxFile('readIdxDataset', imagePath, options),
    await readIdxFile('readIdxDataset', labelPath, options),
  ];
  const { data, shape } = images;
  if (!(data instanceof Uint8Array) || shape.length < 3 || shape.length > 4) {
    throw fault('readIdxDataset', `expected bytes of rank 3 or 4, got ${data.constructor.name} [${shape}]`, imagePath);
  }
  const [n, height, width, channels = 1] = shape as [number, number, number, number?];
  if (labels.data instanceof Float32Array || labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw fault('readIdxDataset', `expected integer labels of shape [${n}], got [${labels.shape}]`, labelPath);
  }
  return { images: { data, shape: [n, height, width, channels] }, labels: Int32Array.from(labels.data) };
}
