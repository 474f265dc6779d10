import sharp from 'sharp';
import type { Picture } from '../pretrain/report/pictures.js';

/** Pictures side by side, as one PNG; smaller ones keep their size. */
export async function stripPng(pictures: readonly Picture[]): Promise<Buffer> {
  const side = Math.max(...pictures.map(({ height }) => height));
  const gap = 4;
  const width = pictures.reduce((total, picture) => total + picture.width + gap, -gap);
  let left = 0;
  const layers = [];
  for (const { data, height, width: w, channels } of pictures) {
    const bytes =
      data instanceof Uint8Array ? data : Uint8Array.from(data, (v) => Math.round(255 * Math.max(0, Math.min(1, v))));
    const raw = { width: w, height, channels: channels as 1 | 3 };
    layers.push({ input: await sharp(bytes, { raw }).png().toBuffer(), left, top: 0 });
    left += w + gap;
  }
  const background = { r: 255, g: 255, b: 255 };
  return sharp({ create: { width, height: side, channels: 3, background } })
    .composite(layers)
    .png({ compressionLevel: 9, palette: true, quality: 90 })
    .toBuffer();
}

/** The strip as a data URI. */
export async function stripUri(pictures: readonly Picture[]): Promise<string> {
  return `data:image/png;base64,${(await stripPng(pictures)).toString('base64')}`;
}
