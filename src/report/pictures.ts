import { dispose } from '@tensorflow/tfjs-core';
import { byteScale, checkData, type Data, isTensorData, takeRows, typedArrayName } from '../internal/arrayData.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { missingPackageError } from '../internal/missingPackageError.js';

/** Whether data can be shown: images of one, three or four channels. */
export function areImages(data: Data | undefined): data is Data {
  const shape = data?.shape ?? [];
  return shape.length === 4 && [1, 3, 4].includes(shape[3] as number);
}

/** Checks the images of a part and that they are in [0, 1] or bytes. */
export function checkPictures(where: string, name: string, data: Data): void {
  checkData(where, name, data);
  const dtype = isTensorData(data) ? data.dtype : data.data instanceof Int32Array ? 'int32' : 'float32';
  if (areImages(data) && dtype !== 'float32') {
    throw new ShapeError(`${where}: ${name} must be float32 in [0, 1] or bytes on the host, got ${dtype}.`);
  }
}

/** PNGs of the named rows, as data URIs, at most `limit` pixels high and wide. */
export async function dataUris(
  where: string,
  name: string,
  images: Data,
  rows: readonly number[],
  limit: number,
): Promise<Map<number, string>> {
  const { encode } = await load();
  const [n, height, width, channels] = images.shape as [number, number, number, number];
  const size = height * width * channels;
  const wanted = [...new Set(rows)];
  const beyond = wanted.find((row) => row >= n);
  if (beyond !== undefined) {
    throw new RangeError(`${where}: ${name} must have a row ${beyond}, to which a result points, got ${n} rows.`);
  }
  const values = isTensorData(images) ? await read(images, wanted) : images.data;
  const kind = isTensorData(images) ? images.dtype : typedArrayName(images.data);
  const scale = 255 / byteScale(kind, images.shape);
  const out = new Map<number, string>();
  for (const [i, row] of wanted.entries()) {
    const start = (isTensorData(images) ? i : row) * size;
    const small = averaged(values.subarray(start, start + size), [height, width, channels], limit, scale);
    out.set(row, `data:image/png;base64,${base64(encode(small))}`);
  }
  return out;
}

async function read(images: Data, rows: readonly number[]): Promise<Float32Array> {
  const picked = takeRows(images, rows);
  try {
    return await picked.data<'float32'>();
  } finally {
    dispose(picked);
  }
}

/** Bytes of a picture, averaged over blocks of pixels until it fits. */
function averaged(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  limit: number,
  scale: number,
): { data: Uint8Array; height: number; width: number; channels: number } {
  const block = Math.ceil(Math.max(height, width) / limit);
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  const data = new Uint8Array(rows * columns * channels);
  for (let i = 0; i < data.length; i++) {
    const c = i % channels;
    const column = Math.floor(i / channels) % columns;
    const row = Math.floor(i / (channels * columns));
    let [sum, n] = [0, 0];
    for (let y = row * block; y < Math.min(height, (row + 1) * block); y++) {
      for (let x = column * block; x < Math.min(width, (column + 1) * block); x++) {
        sum += values[(y * width + x) * channels + c] as number;
        n++;
      }
    }
    data[i] = Math.round(Math.max(0, Math.min(255, (scale * sum) / n)));
  }
  return { data, height: rows, width: columns, channels };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function load(): Promise<typeof import('fast-png')> {
  try {
    return await import('fast-png');
  } catch (error) {
    throw missingPackageError('probeReport: pictures (figures: false leaves them out)', 'fast-png', error);
  }
}
