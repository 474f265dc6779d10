import { foldIn, normal, uniform } from '../random/index.js';
import { sizeOf } from './tensorData.js';

/** Pixels of one image or one clip in [0, 1], simplest first; `n` of them from a key. */
const pixels = {
  zeros: (n) => new Float32Array(n),
  ones: (n) => new Float32Array(n).fill(1),
  constant: (n, key) => new Float32Array(n).fill(uniform(key)),
  extremes: (n, key) => uniform(key, n).map((u) => (u < 0.5 ? 0 : 1)),
  // One number in eight is exactly 0 or exactly 1.
  uniform: (n, key) => uniform(key, n).map((u) => (u < 1 / 16 ? 0 : u >= 15 / 16 ? 1 : u)),
} satisfies Record<string, (n: number, key: ReturnType<typeof foldIn>) => Float32Array>;

/** How a batch of images is filled, simplest first, and so how it shrinks. */
export type ImageFill = keyof typeof pixels;

/** Fills to draw from; noise, which most laws need, three times as often as each of the others. */
export const IMAGE_FILLS: readonly ImageFill[] = [
  'zeros',
  'ones',
  'constant',
  'extremes',
  'uniform',
  'uniform',
  'uniform',
];

/** A batch of this shape; image i from the seed and i alone. */
export function fillImages(fill: ImageFill, shape: readonly number[], seed: number): Float32Array {
  const [batch = 1, ...rest] = shape;
  const n = sizeOf(rest);
  const out = new Float32Array(batch * n);
  for (let i = 0; i < batch; i++) out.set(pixels[fill](n, foldIn(seed, i)), i * n);
  return out;
}

/** How embeddings are filled, simplest first. */
export const EMBEDDING_FILLS = ['zeros', 'identical rows', 'zero row', 'normal', 'normal', 'normal'] as const;

/** How embeddings are filled, simplest first, and so how they shrink. */
export type EmbeddingFill = (typeof EMBEDDING_FILLS)[number];

/** Rows of normal numbers; `'identical rows'` repeats the first, `'zero row'` has one row of zeros. */
export function fillRows(fill: EmbeddingFill, shape: readonly number[], seed: number, scale: number): Float32Array {
  const [batch = 1] = shape;
  const dim = sizeOf(shape) / batch;
  const out = new Float32Array(batch * dim);
  if (fill === 'zeros') return out;
  for (let i = 0; i < batch; i++) {
    const row = normal(foldIn(seed, fill === 'identical rows' ? 0 : i), dim);
    for (let j = 0; j < dim; j++) out[i * dim + j] = scale * (row[j] as number);
  }
  if (fill === 'zero row') out.fill(0, (seed % batch) * dim, ((seed % batch) + 1) * dim);
  return out;
}
