import type { LayersModel } from '@tensorflow/tfjs-layers';
import { extractFeatures } from 'selfsup/probes';
import type { ImageArray, LabelledImages } from '../data/dataset.js';

/** Numbers on the host, a row per image. */
export interface Rows {
  readonly data: Float32Array;
  /** `[images, numbers]` */
  readonly shape: readonly [number, number];
}

/** The same images as one kind of feature shows them. */
export interface FeatureSet {
  readonly train: Rows;
  readonly test: Rows;
}

/** Runs an encoder over both parts. */
export async function encode(encoder: LayersModel, train: LabelledImages, test: LabelledImages): Promise<FeatureSet> {
  return { train: await rowsOf(encoder, train.images), test: await rowsOf(encoder, test.images) };
}

async function rowsOf(encoder: LayersModel, images: ImageArray): Promise<Rows> {
  const features = await extractFeatures(encoder, images);
  try {
    const [n, dim] = features.shape;
    return { data: (await features.data<'float32'>()).slice(), shape: [n, dim] };
  } finally {
    features.dispose();
  }
}

/** The rows scaled to length 1, so that only directions count. */
export function unitRows({ data, shape }: Rows): Rows {
  const [n, dim] = shape;
  const out = new Float32Array(data.length);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * dim, (i + 1) * dim);
    const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)) || 1;
    out.set(
      row.map((v) => v / length),
      i * dim,
    );
  }
  return { data: out, shape };
}

/** Largest height or width at which pixels are compared as they are; more than this is averaged. */
export const pixelLimit = 32;

/** The images themselves as features; large ones averaged over blocks, to at most 32 pixels each way. */
export function pixels(train: LabelledImages, test: LabelledImages): FeatureSet {
  return { train: averaged(train.images), test: averaged(test.images) };
}

function averaged({ data, shape }: ImageArray): Rows {
  const [n, height, width, channels] = shape;
  const block = Math.max(1, Math.ceil(Math.max(height, width) / pixelLimit));
  const [rows, columns] = [Math.floor(height / block), Math.floor(width / block)];
  const size = rows * columns * channels;
  const out = new Float32Array(n * size);
  const scale = (data instanceof Uint8Array ? 1 / 255 : 1) / block ** 2;
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < rows * block; y++) {
      for (let x = 0; x < columns * block; x++) {
        const from = ((i * height + y) * width + x) * channels;
        const to = i * size + (Math.floor(y / block) * columns + Math.floor(x / block)) * channels;
        for (let c = 0; c < channels; c++) (out[to + c] as number) += scale * (data[from + c] as number);
      }
    }
  }
  return { data: out, shape: [n, size] };
}
