import { availableParallelism } from 'node:os';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { oneLine } from '../internal/oneLine.js';
import type { ByteImages } from './dataset.js';
import { decodeImage, loadSharp } from './decodeImage.js';
import { fault, firstLine } from './fault.js';
import { imageFiles } from './imageFiles.js';
import { imageLayout } from './imageLayout.js';
import type { SkippedImage } from './imageNames.js';
import { toPath } from './paths.js';

/** Options of {@link readImages}. */
export interface ReadImagesOptions {
  /** Side of the square images, or `[height, width]`, in pixels; integers \>= 1. */
  readonly size: number | readonly [number, number];
  /** 3 for RGB, 1 for grey: 0.299 R + 0.587 G + 0.114 B, as `rgbToGrayscale` but for rounding. @defaultValue 3 */
  readonly channels?: 1 | 3;
  /**
   * Top folder that holds the test images. @defaultValue the first that exists of test (or testing), val, validation, valid, dev,
   * eval, where the top folders are parts
   */
  readonly testFolder?: string;
  /**
   * Whether top folders named as parts (`train`, `test`, `val` and so on, in any case) are parts, where the folders alone don't tell;
   * false: all top folders are classes, but for `testFolder`. @defaultValue told by the folders, and an error where they may be either
   */
  readonly split?: boolean;
  /** Bytes that an image in an archive may have, as it is stored; an integer \>= 1. @defaultValue 2 ** 28 */
  readonly maxBytes?: number;
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
  /**
   * What was not read, and why: links that lead nowhere or in circles, FIFOs and devices, images beside the parts. A warning on the
   * console names the first ones.
   */
  readonly skipped: readonly SkippedImage[];
}

/**
 * Reads JPEG, PNG and WebP images from a folder, a .tar or .tar.gz, or one file, brought to one size: turned upright
 * (EXIF), scaled so that the shorter side fits, cut around the centre. Images of that size keep their pixels.
 *
 * Alpha is dropped before anything else, so that the stored colour of a transparent pixel counts as any other. Images are
 * scaled in sRGB as they are stored, 16 bits become 8, other colour spaces (CMYK, a colour profile) become sRGB; of an
 * animation the first frame is taken.
 *
 * Folders give the classes: `cat/1.jpg`, or `train/cat/1.jpg` and `val/cat/2.jpg` with a split, named `train` or `training` and
 * `test`, `testing`, `val`, `validation`, `valid`, `dev`, `eval` or `evaluation` in any case, with `_set` or `_images` or the like
 * behind it or not. A folder of such a name that holds images among others that do (`bus`, `car`, `train`) is a class; where
 * it may be either, an error asks for `split`. Of several folders for tests one is taken, and what lies beside the parts is
 * listed in `skipped`. Of several members of an archive with one path the last counts.
 *
 * Files come in code-unit order of their paths. Memory is that of the result and a few images more. Needs the package
 * `sharp`, and `tar-stream` for archives.
 *
 * @param path - Folder, archive or image; a path or a `file:` URL.
 * @param options - Size, channels, parts.
 * @returns Bytes `[n, height, width, channels]`, labels, file names, and what was skipped.
 * @throws Error, in one line that names the file, if it is missing, damaged or no image, if there is no image at all, or if
 * folders may be parts or classes; RangeError on a wrong option.
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
export async function readImages(path: string | URL, options: ReadImagesOptions): Promise<ImageFolder> {
  const where = 'readImages';
  const names = ['size', 'channels', 'testFolder', 'split', 'maxBytes'] as const;
  const { size, channels = 3, testFolder, split, maxBytes = 2 ** 28 } = checkOptions(where, options, names);
  const sides: readonly number[] = Array.isArray(size) ? size : [size as number, size as number];
  if (sides.length !== 2) {
    throw new RangeError(`${where}: size must be an integer or [height, width], got ${show(size)}.`);
  }
  const [height, width] = sides as [number, number];
  checkIntegers(where, { 'size (height)': [height, 1], 'size (width)': [width, 1], maxBytes: [maxBytes, 1] });
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`${where}: channels must be 1 or 3, got ${show(channels)}.`);
  }
  if (testFolder !== undefined && (typeof testFolder !== 'string' || testFolder === '')) {
    throw new RangeError(`${where}: testFolder must be the name of a folder, got ${show(testFolder)}.`);
  }
  if (split !== undefined) checkFlags(where, { split });
  return readAll(toPath(where, 'path', path), [height, width, channels], { testFolder, split }, maxBytes);
}

async function readAll(
  path: string,
  shape: readonly [height: number, width: number, channels: 1 | 3],
  parts: { readonly testFolder: string | undefined; readonly split: boolean | undefined },
  maxBytes: number,
): Promise<ImageFolder> {
  const sharp = await loadSharp();
  const found = await imageFiles('readImages', path, maxBytes);
  const { names } = found;
  if (names.length === 0) {
    const [first] = found.skipped;
    const text = first === undefined ? '' : ` (${first.name} is ${first.reason})`;
    throw fault('readImages', `found no .jpg, .png or .webp file${text}`, path);
  }
  const layout = imageLayout(path, names, parts);
  const pixels = shape[0] * shape[1] * shape[2];
  const slots = new Map<string, Uint8Array>();
  const [train, test] = [layout.train, layout.test].map((part): NamedImages => {
    const data = allocate(part.length, shape, path);
    for (const [i, { name }] of part.entries()) slots.set(name, data.subarray(i * pixels, (i + 1) * pixels));
    const images: ByteImages = { data, shape: [part.length, ...shape] };
    const labels = layout.classNames && Int32Array.from(part, ({ label }) => label);
    return { images, labels, files: part.map(({ name }) => name) };
  }) as [NamedImages, NamedImages];
  const decode = async (name: string, bytes: Uint8Array): Promise<void> => {
    const slot = slots.get(name);
    if (slot === undefined) return;
    try {
      slot.set(await decodeImage(sharp, bytes, ...shape));
    } catch (error) {
      const got = `${bytes.length} bytes (${firstLine((error as Error).message)})`;
      throw fault('readImages', `expected a JPEG, PNG or WebP image, got ${got}: ${name} in ${path}`);
    }
    slots.delete(name);
  };
  await inParallel(found.entries(), decode);
  const [lost] = slots.keys();
  if (lost !== undefined)
    throw fault('readImages', `${lost} was there when the images were listed, then no more`, path);
  const skipped = [...found.skipped, ...layout.skipped];
  warn(path, skipped);
  return { train, test: test.files.length === 0 ? null : test, classNames: layout.classNames, skipped };
}

function allocate(count: number, shape: readonly [number, number, number], path: string): Uint8Array {
  const size = shape.reduce((product, n) => product * n, count);
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw fault('readImages', `${count} images of [${shape.join(', ')}] need ${size} bytes, too many`, path, error);
  }
}

/** Says on the console what was not read. */
function warn(path: string, skipped: readonly SkippedImage[]): void {
  if (skipped.length === 0) return;
  const list = skipped.slice(0, 3).map(({ name, reason }) => `${name} (${reason})`);
  const more = skipped.length > 3 ? ` and ${skipped.length - 3} more` : '';
  console.warn(oneLine(`readImages: skipped ${list.join(', ')}${more}: ${path}`));
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
