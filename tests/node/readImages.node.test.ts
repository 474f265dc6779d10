import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { readImages } from '../../src/node/index.js';
import { temp } from './temp.js';

/** A picture of one colour. */
const plain = (r: number, g: number, b: number, kind: 'png' | 'jpeg' | 'webp' = 'png', width = 6, height = 4) =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .toFormat(kind)
    .toBuffer();

async function tar(files: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe('readImages', () => {
  test('keeps the pixels of images that have the size, whatever the format', async () => {
    const pixels = Uint8Array.from({ length: 4 * 5 * 3 }, (_, i) => (i * 37) % 256);
    const raw = { raw: { width: 5, height: 4, channels: 3 as const } };
    const folder = await temp({
      'b.png': await sharp(pixels, raw).png().toBuffer(),
      'a.webp': await sharp(pixels, raw).webp({ lossless: true }).toBuffer(),
      'notes.txt': 'not an image',
      '.hidden.png': 'x',
    });
    const { train, test: held, classNames } = await readImages(folder, { size: [4, 5] });
    expect(train.files).toEqual(['a.webp', 'b.png']);
    expect(train.images.shape).toEqual([2, 4, 5, 3]);
    expect(train.images.data).toEqual(Uint8Array.from([...pixels, ...pixels]));
    expect([train.labels, held, classNames]).toEqual([null, null, null]);
  });

  test('scales and cuts around the centre; grey where asked; alpha dropped; upright', async () => {
    const stripes = Uint8Array.from({ length: 12 * 4 * 3 }, (_, i) => (Math.floor(i / 3) % 12 < 4 ? 255 : 0));
    const wide = await sharp(stripes, { raw: { width: 12, height: 4, channels: 3 } })
      .png()
      .toBuffer();
    const { train } = await readImages(join(await temp({ 'x.png': wide }), 'x.png'), { size: 4 });
    expect(train.images.data).toEqual(new Uint8Array(48)); // columns 4 to 7
    const turned = await sharp(stripes, { raw: { width: 12, height: 4, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const upright = await readImages(await temp({ 'x.jpg': turned }), { size: [12, 4] });
    expect(upright.train.images.data[0]).toBeGreaterThan(200);
    expect(upright.train.images.data[12 * 4 * 3 - 1]).toBeLessThan(50);
    const clear = await sharp({
      create: { width: 2, height: 2, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const grey = await readImages(await temp({ 'x.png': clear, 'y.jpeg': await plain(9, 9, 9, 'jpeg', 2, 2) }), {
      size: 2,
      channels: 1,
    });
    expect(grey.train.images.shape).toEqual([2, 2, 2, 1]);
    expect(Array.from(grey.train.images.data)).toEqual(Array.from({ length: 8 }, () => 9));
  });

  test('takes classes and split from folders, the same from a folder and from archives', async () => {
    const files = {
      'train/dog/2.png': await plain(20, 0, 0),
      'train/cat/1.jpg': await plain(10, 10, 10, 'jpeg'),
      'val/dog/3.webp': await plain(30, 30, 30, 'webp'),
      'train/cat/readme.txt': 'x',
      'other/4.png': await plain(40, 0, 0),
    };
    const folder = await readImages(await temp(files), { size: 2 });
    expect(folder.classNames).toEqual(['cat', 'dog']);
    expect(folder.train.files).toEqual(['train/cat/1.jpg', 'train/dog/2.png']);
    expect(folder.train.labels).toEqual(Int32Array.of(0, 1));
    expect(folder.test?.labels).toEqual(Int32Array.of(1));
    expect(folder.train.images.data[12]).toBe(20);
    const archive = await tar(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [`./${name}`, content])),
    );
    const packed = await temp({ 'a.tar': archive, 'b.tar.gz': gzipSync(archive), 'c.tgz': gzipSync(archive) });
    for (const name of ['a.tar', 'b.tar.gz', 'c.tgz']) {
      expect(await readImages(join(packed, name), { size: 2 })).toEqual(folder);
    }
  });

  test('looks through a folder around all, and takes another folder as test part', async () => {
    const files = { 'set/a/1.png': await plain(1, 1, 1), 'set/b/2.png': await plain(2, 2, 2) };
    expect((await readImages(await temp(files), { size: 2 })).classNames).toEqual(['a', 'b']);
    const chosen = {
      'x/a/1.png': await plain(1, 1, 1),
      'y/a/2.png': await plain(2, 2, 2),
      'train/a/0.png': await plain(0, 0, 0),
    };
    const { train, test: held } = await readImages(await temp(chosen), { size: 2, testFolder: 'y' });
    expect([train.files, held?.files]).toEqual([['train/a/0.png'], ['y/a/2.png']]);
  });

  test.each([
    ['gone', 'readImages: no such file or folder: '],
    ['empty', 'readImages: found no .jpg, .png or .webp file: '],
    [
      'text',
      'readImages: expected a JPEG, PNG or WebP image, got 5 bytes (Input buffer contains unsupported image format): a/x.jpg in ',
    ],
    ['cut', 'readImages: expected a JPEG, PNG or WebP image, got 400 bytes'],
    ['mixed', 'readImages: 2.png lies in no class folder, others do: '],
    ['x.txt', 'readImages: expected a folder, a .tar[.gz] or a .jpg, .png or .webp file, got: '],
    ['bad.tar.gz', 'readImages: the archive is damaged or cut off ('],
  ])('%s gives one clear line', async (name, message) => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 256);
    const photo = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    const archive = gzipSync(await tar({ 'a.jpg': photo, 'b.jpg': photo }));
    const folder = await temp({
      'empty/x.txt': 'x',
      'text/a/x.jpg': 'hello',
      'cut/x.jpg': photo.subarray(0, 400),
      'mixed/a/1.png': await plain(1, 1, 1),
      'mixed/2.png': await plain(1, 1, 1),
      'x.txt': 'x',
      'bad.tar.gz': archive.subarray(0, archive.length - 2000),
    });
    const error: Error = await readImages(join(folder, name), { size: 4 }).then(
      () => expect.fail('should throw'),
      (e: Error) => e,
    );
    expect(error.message).toContain(message);
    expect(error.message).toContain(folder);
    expect(error.message).not.toContain('\n');
  });

  test('checks its options first', async () => {
    await expect(readImages('x', { size: 0 })).rejects.toThrow(
      'readImages: size (height) must be an integer >= 1, got 0.',
    );
    await expect(readImages('x', { size: 4, channels: 2 as 3 })).rejects.toThrow('channels must be 1 or 3, got 2');
    const folder = await temp({ 'a/1.png': await plain(1, 1, 1) });
    await expect(readImages(folder, { size: 2, testFolder: 'b' })).rejects.toThrow(
      "expected a folder 'b' with images, got a",
    );
  });

  test.skipIf(!process.env.SELFSUP_DATA)('reads Imagenette (needs SELFSUP_DATA)', async () => {
    const {
      train,
      test: held,
      classNames,
    } = await readImages(join(process.env.SELFSUP_DATA ?? '', 'imagenette-96.tar.gz'), { size: 96 });
    expect(train.images.shape).toEqual([1000, 96, 96, 3]);
    expect(held?.images.shape).toEqual([300, 96, 96, 3]);
    expect(classNames?.[0]).toBe('n01440764');
    expect(held?.labels?.filter((label) => label === 9)).toHaveLength(30);
  });
});
