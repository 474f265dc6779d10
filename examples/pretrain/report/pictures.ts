import sharp from 'sharp';

/** One image on the host: `[height, width, channels]`. */
export interface Picture {
  /** Bytes, or numbers in [0, 1]. */
  readonly data: Uint8Array | Float32Array;
  readonly height: number;
  readonly width: number;
  /** 1 or 3. */
  readonly channels: number;
}

/** Picture `index` of a stack `[n, height, width, channels]`. */
export function pictureOf(
  images: { readonly data: Uint8Array | Float32Array | Int32Array; readonly shape: readonly number[] },
  index: number,
): Picture {
  const [, height, width, channels] = images.shape as [number, number, number, number];
  const size = height * width * channels;
  const values = images.data.subarray(index * size, (index + 1) * size);
  return { data: values instanceof Uint8Array ? values : Float32Array.from(values), height, width, channels };
}

/** A PNG as a data URI, at most `limit` pixels high and wide. */
export async function dataUri(picture: Picture, limit = 96): Promise<string> {
  const { data, height, width, channels } = picture;
  const bytes =
    data instanceof Uint8Array ? data : Uint8Array.from(data, (v) => Math.round(255 * Math.max(0, Math.min(1, v))));
  const raw = { width, height, channels: channels as 1 | 3 };
  const png = await sharp(bytes, { raw })
    .resize({ width: limit, height: limit, fit: 'inside', withoutEnlargement: true })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
