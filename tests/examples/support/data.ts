import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { integers, uniform } from '../../../src/random/index.js';

function idx(type: number, shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((n, i) => {
    header.writeUInt32BE(n, 4 + 4 * i);
  });
  return Buffer.concat([header, data]);
}

/** Grey stripes that stand or lie, of any phase and brightness: two classes. */
function stripes(seed: number, count: number, size: number): { pixels: Uint8Array; labels: Uint8Array } {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const [phases, depths] = [uniform(seed, count), uniform(seed + 1, count)];
  const pixels = new Uint8Array(count * size * size);
  pixels.forEach((_, at) => {
    const [i, y, x] = [Math.floor(at / size ** 2), Math.floor(at / size) % size, at % size];
    const along = labels[i] === 0 ? x : y;
    const wave = Math.sin(1.6 * along + 6.28 * (phases[i] as number));
    pixels[at] = 128 + (60 + 60 * (depths[i] as number)) * wave;
  });
  return { pixels, labels };
}

/** A small labelled data set in MNIST's format. */
export async function writeIdxFolder(folder: string, train = 48, test = 20, size = 12): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, seed, count] of [
    ['train', 1, train],
    ['t10k', 5, test],
  ] as const) {
    const { pixels, labels } = stripes(seed, count, size);
    await writeFile(join(folder, `${name}-images-idx3-ubyte`), idx(8, [count, size, size], pixels));
    await writeFile(join(folder, `${name}-labels-idx1-ubyte`), idx(8, [count], labels));
  }
  return folder;
}

/** Float images in one IDX file; one number is not one where `nan` says so. */
export async function writeFloatIdx(path: string, count: number, nan: boolean): Promise<string> {
  const values = uniform(3, count * 64);
  if (nan) values[70] = Number.NaN;
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeFloatBE(value, 4 * i);
  });
  await writeFile(path, idx(13, [count, 8, 8], bytes));
  return path;
}

/** Noise in PNG files, without classes. */
export async function writeImages(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from(integers(i, 20 * 16 * 3, { max: 256 }));
    await sharp(pixels, { raw: { width: 20, height: 16, channels: 3 } }).toFile(join(folder, `${i}.png`));
  }
  return folder;
}

/** A CIFAR-10 file, whole or cut off. */
export async function writeCifar(path: string, records: number, cut = 0): Promise<string> {
  const bytes = Uint8Array.from(integers(2, records * 3073, { max: 256 }));
  for (let i = 0; i < records; i++) bytes[i * 3073] = i % 10;
  await writeFile(path, bytes.subarray(0, bytes.length - cut));
  return path;
}
