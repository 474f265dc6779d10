import '@tensorflow/tfjs-backend-cpu';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { tensor4d } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readImages } from '../../src/node/index.js';
import { rgbToGrayscale } from '../../src/transforms/index.js';
import { temp } from './temp.js';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

async function pixels(
  file: Uint8Array | string,
  size: number | [number, number],
  channels: 1 | 3 = 3,
): Promise<number[]> {
  const path = typeof file === 'string' ? file : await temp({ 'x.png': file });
  return Array.from((await readImages(path, { size, channels })).train.images.data);
}

/** A PNG as the bytes say, of any colour type and depth: what sharp does not write. */
function png(
  width: number,
  height: number,
  depth: number,
  type: number,
  rows: Uint8Array,
  more: [string, Uint8Array][] = [],
) {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (name: string, body: Uint8Array): Buffer => {
    const named = Buffer.concat([Buffer.from(name), body]);
    let crc = 0xffffffff;
    for (const byte of named) crc = (table[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(body.length);
    sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
    return Buffer.concat([size, named, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, type], 8);
  const line = rows.length / height;
  const filtered = Buffer.concat(
    Array.from({ length: height }, (_, y) =>
      Buffer.concat([Uint8Array.of(0), rows.subarray(y * line, (y + 1) * line)]),
    ),
  );
  const start = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [
    chunk('IHDR', head),
    ...more.map(([name, body]) => chunk(name, body)),
    chunk('IDAT', deflateSync(filtered)),
  ];
  return Buffer.concat([start, ...parts, chunk('IEND', new Uint8Array())]);
}

const repeat = (count: number, ...values: number[]): Uint8Array =>
  Uint8Array.from({ length: count * values.length }, (_, i) => values[i % values.length] as number);
const all = (count: number, value: number): number[] => new Array<number>(count).fill(value);

test('white under alpha 0 is white at every size', async () => {
  for (const size of [1, 2, 3, 4, 5, 8]) {
    expect(await pixels(fixture('white-alpha-0.png'), size)).toEqual(all(size * size * 3, 255));
    expect(await pixels(fixture('white-alpha-0.png'), size, 1)).toEqual(all(size * size, 255));
  }
});

test('colours are those stored, whatever alpha says, at their own size and scaled', async () => {
  const colours = {
    'rgb and alpha': png(4, 4, 8, 6, repeat(16, 200, 100, 50, 3)),
    'rgb and alpha of 16 bits': png(4, 4, 16, 6, repeat(16, 200, 200, 100, 100, 50, 50, 0, 1)),
    'palette with alpha': png(4, 4, 8, 3, repeat(16, 1), [
      ['PLTE', Uint8Array.of(0, 0, 0, 200, 100, 50)],
      ['tRNS', Uint8Array.of(255, 0)],
    ]),
    'rgb with a transparent colour': png(4, 4, 8, 2, repeat(16, 200, 100, 50), [
      ['tRNS', Uint8Array.of(0, 200, 0, 100, 0, 50)],
    ]),
    'rgb of 16 bits': png(4, 4, 16, 2, repeat(16, 200, 200, 100, 100, 50, 50)),
    palette: png(4, 4, 8, 3, repeat(16, 1), [['PLTE', Uint8Array.of(0, 0, 0, 200, 100, 50)]]),
    webp: await sharp(repeat(16, 200, 100, 50, 3), { raw: { width: 4, height: 4, channels: 4 } })
      .webp({ lossless: true, exact: true })
      .toBuffer(),
  };
  const grey = Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50);
  for (const [name, file] of Object.entries(colours)) {
    for (const size of [4, 2, 7]) {
      expect(await pixels(file, size), name).toEqual([...repeat(size * size, 200, 100, 50)]);
      expect(await pixels(file, size, 1), name).toEqual(all(size * size, grey));
    }
  }
  const greys = {
    grey: png(4, 4, 8, 0, repeat(16, 77)),
    'grey and alpha': png(4, 4, 8, 4, repeat(16, 77, 0)),
    'grey of 16 bits': png(4, 4, 16, 0, repeat(16, 77, 77)),
    'grey and alpha of 16 bits': png(4, 4, 16, 4, repeat(16, 77, 77, 0, 9)),
    'grey with a transparent one': png(4, 4, 8, 0, repeat(16, 77), [['tRNS', Uint8Array.of(0, 77)]]),
    'grey of 4 bits': png(4, 4, 4, 0, repeat(8, 0x44)),
  };
  for (const [name, file] of Object.entries(greys)) {
    const value = name.includes('4 bits') ? 68 : 77;
    for (const size of [4, 2, 7]) {
      expect(await pixels(file, size), name).toEqual(all(size * size * 3, value));
      expect(await pixels(file, size, 1), name).toEqual(all(size * size, value));
    }
  }
});

test('scaling mixes stored colours, not weighted by alpha', async () => {
  const half = Buffer.concat([repeat(2, 255, 255, 255, 0, 0, 0, 0, 255), repeat(2, 255, 255, 255, 0, 0, 0, 0, 255)]);
  const clear = await sharp(half, { raw: { width: 4, height: 2, channels: 4 } })
    .png()
    .toBuffer();
  const opaque = await sharp(half, { raw: { width: 4, height: 2, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
  for (const size of [
    [1, 2],
    [4, 8],
    [2, 4],
  ] as [number, number][]) {
    expect(await pixels(clear, size)).toEqual(await pixels(opaque, size));
  }
});

test('grey is one formula, that of rgbToGrayscale', async () => {
  expect(await pixels(fixture('red-green-blue-white.png'), 2, 1)).toEqual([76, 150, 29, 255]);
  const colours = Uint8Array.from({ length: 64 * 3 }, (_, i) => (i * 89) % 256);
  const file = await sharp(colours, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toBuffer();
  const ours = await pixels(file, 8, 1);
  const x = tensor4d(
    Float32Array.from(colours, (v) => v / 255),
    [1, 8, 8, 3],
  );
  const theirs = rgbToGrayscale(x, { channels: 1 });
  (await theirs.data()).forEach((v, i) => {
    expect(Math.abs(v * 255 - (ours[i] as number))).toBeLessThanOrEqual(0.53); // half a level, and 0.2989 for 0.299
  });
  x.dispose();
  theirs.dispose();
});

test('upright with alpha and without; CMYK and animations give three channels', async () => {
  const rows = Uint8Array.from({ length: 2 * 4 * 4 }, (_, i) => (i % 4 === 3 ? 128 : i < 16 ? 255 : 0));
  const turned = await sharp(rows, { raw: { width: 4, height: 2, channels: 4 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const upright = await pixels(turned, [4, 2], 1);
  expect(upright).toEqual([0, 255, 0, 255, 0, 255, 0, 255]);
  const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } })
    .toColourspace('cmyk')
    .jpeg({ quality: 100 })
    .toBuffer();
  const [r, g, b] = await pixels(await temp({ 'x.jpg': cmyk }), 4);
  expect(r).toBeGreaterThan(180);
  expect(Math.max(g as number, b as number)).toBeLessThan(90);
  const frames = Buffer.concat([repeat(16, 255, 0, 0, 255), repeat(16, 0, 0, 255, 255)]);
  const moving = await sharp(frames, { raw: { width: 4, height: 8, channels: 4, pageHeight: 4 } })
    .webp({ lossless: true })
    .toBuffer();
  expect(await pixels(await temp({ 'x.webp': moving }), 4)).toEqual([...repeat(16, 255, 0, 0)]);
});
