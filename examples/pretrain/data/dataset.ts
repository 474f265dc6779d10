import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';

/** Images on the host, `[n, height, width, 3]`: bytes, or float32 in [0, 1]. */
export interface ImageArray {
  /** Row-major values. */
  readonly data: Uint8Array | Float32Array;
  /** `[n, height, width, 3]` */
  readonly shape: readonly [number, number, number, number];
}

/** Images and, where they are known, one class per image. */
export interface LabelledImages {
  readonly images: ImageArray;
  readonly labels: Int32Array | null;
}

/** What the job learns from and is tested with. */
export interface Dataset {
  /** What it is, in words, for the report. */
  readonly name: string;
  /** Empty where there are no labels. */
  readonly classNames: readonly string[];
  readonly train: LabelledImages;
  /** Null where there are no labels to test with. */
  readonly test: LabelledImages | null;
}

/** The first images as a float32 tensor in [0, 1], `count` of them at most; the caller disposes it. */
export function firstImages({ data, shape }: ImageArray, count: number): Tensor4D {
  const n = Math.min(count, shape[0]);
  const numbers = Float32Array.from(data.subarray(0, n * shape[1] * shape[2] * shape[3]));
  const scaled = data instanceof Uint8Array ? numbers.map((v) => v / 255) : numbers;
  return tensor4d(scaled, [n, shape[1], shape[2], shape[3]]);
}

/** The named images of a set, in that order. */
export function pick(set: LabelledImages, rows: ArrayLike<number>): LabelledImages {
  const { data, shape } = set.images;
  const size = shape[1] * shape[2] * shape[3];
  const picked = new (data.constructor as Uint8ArrayConstructor)(rows.length * size);
  const labels = set.labels === null ? null : new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    picked.set(data.subarray(row * size, (row + 1) * size) as Uint8Array, i * size);
    if (labels) labels[i] = set.labels?.[row] as number;
  }
  return { images: { data: picked, shape: [rows.length, shape[1], shape[2], shape[3]] }, labels };
}
