import { availableParallelism } from 'node:os';
import { checkIntegers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { ByteImages } from './dataset.js';
import { firstLine } from './fault.js';
import { imageFiles } from './imageFiles.js';
import { imageLayout } from './imageLayout.js';

/** Options of {@link readImages}. */
export interface ReadImagesOptions {
  /** Side of the square images, or `[height, width]`, in pixels; integers \>= 1. */
  readonly size: number | readonly [number, number];
  /** 3 for RGB, 1 for grey. @defaultValue 3 */
  readonly channels?: 1 | 3;
  /** Top folder that holds the test images. @defaultValue the first that exists of test, val, validation, valid */
  readonly testFolder?: string;
}

/** Decoded images with their names and, where they lie in class folders, their classes. */
export interface NamedImages {
  /** The images. */
  readonly images: ByteImages;
  /** Class of each image, `[n]`; null where the images lie in no class folders. */
  readonly labels: Int32Array | null;
  /** Path of each image inside the folder or archive. */
  readonly files: readonly string[];
}

/** What {@link readImages} gives. */
export interface ImageFolder {
  /** Training images; all images where there is no split. */
  readonly train: NamedImages;
  /** Test images, null where the top folders name none. */
  readonly test: NamedImages | null;
  /** Names of the classes, sorted; null where there are no class folders. */
  readonly classNames: readonly string[] | null;
}

type Sharp = typeof import('sharp').default;

/**
 * Reads JPEG, PNG and WebP images from a folder, a .tar or .tar.gz, or one file, brought to one size: turned upright
 * (EXIF), scaled so that the shorter side fits, cut around the centre. Images of that size keep their pixels.
 *
 * Folders give the classes: `cat/1.jpg`, or `train/cat/1.jpg` and `val/cat/2.jpg` with a split (other folders beside
 * these two are then left out). Files come in code-point
 * order of their paths. Memory is that of the result and a few images more. Needs the package `sharp`, and
 * `tar-stream` for archives.
 *
 * @param path - Folder, archive or image.
 * @param options - Size, channels, and which folder is the test part.
 * @returns Bytes `[n, height, width, channels]`, labels and file names.
 * @throws Error, in one line that names the file, if it is missing, damaged or no image, or if there is no image at all;
 * RangeError on a wrong option.
 * @example
 * ```ts
 * import { mkdir, mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import sharp from 'sharp';
 * import { readImages } from 'selfsup/node';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'images-'));
 * await mkdir(join(folder, 'red'));
 * await sharp({ create: { width: 9, height: 6, channels: 3, background: 'red' } }).toFile(join(folder, 'red', 'a.png'));
 * const { train, classNames } = await readImages(folder, { size: 4 });
 * console.log(train.images.shape, train.labels, classNames); // [1, 4, 4, 3], [0], ['red']
 * ```
 */
export async function readImages(path: string, options: ReadImagesOptions): Promise<ImageFolder> {
  const { size, channels = 3, testFolder } = options;
  const [height, width] = typeof size === 'object' ? size : [size, size];
  checkIntegers('readImages', { 'size (height)': [height, 1], 'size (width)': [width, 1] });
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`readImages: channels must be 1 or 3, got ${show(channels)}.`);
  }
  const sharp = await loadSharp();
  const { names, entries } = await imageFiles('readImages', path);
  if (names.length === 0) throw new Error(`readImages: found no .jpg, .png or .webp file: ${path}`);
  const layout = imageLayout(path, names, testFolder);
  const pixels = height * width * channels;
  const slots = new Map<string, Uint8Array>();
  const [train, test] = [layout.train, layout.test].map((part): NamedImages => {
    const data = new Uint8Array(part.length * pixels);
    for (const [i, { name }] of part.entries()) slots.set(name, data.subarray(i * pixels, (i + 1) * pixels));
    const images: ByteImages = { data, shape: [part.length, height, width, channels] };
    const labels = layout.classNames && Int32Array.from(part, ({ label }) => label);
    return { images, labels, files: part.map(({ name }) => name) };
  }) as [NamedImages, NamedImages];
  const decode = async (name: string, bytes: Uint8Array): Promise<void> => {
    const slot = slots.get(name);
    if (slot === undefined) return;
    try {
      slot.set(await decodeImage(sharp, bytes, height, width, channels));
    } catch (error) {
      const got = firstLine((error as Error).message);
      throw new Error(
        `readImages: expected a JPEG, PNG or WebP image, got ${bytes.length} bytes (${got}): ${name} in ${path}`,
      );
    }
  };
  await inParallel(entries(), decode);
  return { train, test: test.files.length === 0 ? null : test, classNames: layout.classNames };
}

async function loadSharp(): Promise<Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    const got = firstLine((error as Error).message);
    throw new Error(`readImages: decoding images needs the package sharp: npm install sharp (${got})`);
  }
}

async function decodeImage(
  sharp: Sharp,
  bytes: Uint8Array,
  height: number,
  width: number,
  channels: 1 | 3,
): Promise<Uint8Array> {
  const upright = sharp(bytes, { failOn: 'error' }).rotate().removeAlpha();
  const sized = upright.resize(width, height, { fit: 'cover', position: 'centre' });
  const coloured = channels === 1 ? sized.greyscale() : sized.toColourspace('srgb');
  const { data, info } = await coloured.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new Error(`${info.channels} channels`);
  return data;
}

/** Runs f on a few entries at a time; the first error stops the reading. */
async function inParallel(
  entries: AsyncIterable<{ readonly name: string; readonly bytes: Uint8Array }>,
  f: (name: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const limit = Math.max(2, Math.min(8, availableParallelism()));
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  for await (const { name, bytes } of entries) {
    const task: Promise<void> = f(name, bytes)
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= limit) await Promise.race(running);
    if (failed) break;
  }
  await Promise.all(running);
  if (failed) throw failed.error;
}
