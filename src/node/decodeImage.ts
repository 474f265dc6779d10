import { fault, firstLine } from './fault.js';

/** The function that the package `sharp` exports. */
export type Sharp = typeof import('sharp').default;

/** Loads the package; throws an error that says how to get it. */
export async function loadSharp(): Promise<Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    const got = firstLine((error as Error).message);
    throw fault('readImages', `decoding images needs the package sharp: npm install sharp (${got})`);
  }
}

/**
 * An image as bytes of one size: turned upright, alpha dropped, scaled so that the shorter side fits, cut around the centre,
 * sRGB or grey.
 */
export async function decodeImage(
  sharp: Sharp,
  bytes: Uint8Array,
  height: number,
  width: number,
  channels: 1 | 3,
): Promise<Uint8Array> {
  const input = sharp(bytes, { failOn: 'error' });
  const { hasAlpha } = await input.metadata();
  const upright = hasAlpha === true ? await withoutAlpha(sharp, bytes) : input.rotate();
  const sized = upright.resize(width, height, { fit: 'cover', position: 'centre' });
  const { data, info } = await sized
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${info.channels} channels`);
  return channels === 3 ? data : toGrey(data);
}

/** The stored colours: sharp scales them by alpha before it resizes, and an image under alpha 0 would become black. */
async function withoutAlpha(sharp: Sharp, bytes: Uint8Array): Promise<import('sharp').Sharp> {
  const upright = sharp(bytes, { failOn: 'error' })
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' });
  const { data, info } = await upright.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels: channels as 3 } });
}

/** The weights of ITU-R BT.601, those of `rgbToGrayscale` but for their last digit, rounded to bytes. */
function toGrey(pixels: Uint8Array): Uint8Array {
  const grey = new Uint8Array(pixels.length / 3);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    const [r, g, b] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
    grey[i] = Math.round((299 * r + 587 * g + 114 * b) / 1000);
  }
  return grey;
}
