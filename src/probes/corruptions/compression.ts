import {
  add,
  clipByValue,
  mul,
  reshape,
  round,
  sub,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from '../../internal/matMul.js';
import { type CorruptImages, shortSide } from './draws.js';

/** Cells along the shorter side, as a share of its pixels. */
const PIXELS = [0.8, 0.65, 0.5, 0.4, 0.3];
/** JPEG quality, of 100. */
const QUALITY = [50, 30, 20, 12, 7];

/** Quantisation of brightness and of colour: annex K of the JPEG standard. */
const LUMINANCE =
  '16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99';
const CHROMINANCE =
  '17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99';

/** RGB to brightness and two colours, columns by columns, and back. */
const TO_YCC = [0.299, -0.168736, 0.5, 0.587, -0.331264, -0.418688, 0.114, 0.5, -0.081312];
const FROM_YCC = [1, 1, 1, 0, -0.344136, 1.772, 1.402, -0.714136, 0];

/** Coarse square pixels, each the mean of what it covers. */
export const pixelate: CorruptImages = (x, _, level) => {
  const [, height, width] = x.shape;
  const cell = shortSide(x) / Math.max(1, Math.round(shortSide(x) * (PIXELS[level] as number)));
  return tidy(() => alongAxes(x, cellMeans(height, cell), cellMeans(width, cell)));
};

/**
 * JPEG's losses without its coding: blocks of 8 x 8 (the edge continued), cosine transform, quantisation with the
 * standard's tables, and back. RGB is quantised as brightness and colours, these at full size; other images channel by
 * channel.
 */
export const jpeg: CorruptImages = (x, _, level) => {
  const [batch, height, width, channels] = x.shape;
  const colour = channels === 3;
  const steps = quantisation(height, width, channels, QUALITY[level] as number);
  const mix = (y: Tensor4D, matrix: number[]): Tensor4D =>
    colour ? reshape(matMul(reshape(y, [y.size / 3, 3]), tensor2d(matrix, [3, 3])), y.shape) : y;
  return tidy(() => {
    const [rows, columns] = [cosines(height), cosines(width)];
    const shape: [number, number, number, number] = [1, padded(height), padded(width), channels];
    const levels = sub<Tensor4D>(mul(x, 255), 128);
    const spectrum = alongAxes(mix(levels, TO_YCC), rows.forward, columns.forward);
    const whole = round(
      mul(
        spectrum,
        tensor4d(
          steps.map((q) => 1 / q),
          shape,
        ),
      ),
    );
    const back = alongAxes(mul(whole, tensor4d(steps, shape)), rows.back, columns.back);
    const values = reshape<Tensor4D['rankType']>(mix(back, FROM_YCC), [batch, height, width, channels]);
    return clipByValue(mul<Tensor4D>(add(values, 128), 1 / 255), 0, 1);
  });
};

/** Rows and columns of images multiplied by matrices `[new, old]`. */
function alongAxes(x: Tensor4D, rows: Tensor2D, columns: Tensor2D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [newHeight, newWidth] = [rows.shape[0], columns.shape[0]];
  return tidy(() => {
    const lines = reshape(transpose(x, [1, 0, 2, 3]), [height, batch * width * channels]) as Tensor2D;
    const down = reshape(matMul(rows, lines), [newHeight, batch, width, channels]);
    const turned = reshape(transpose(down, [2, 0, 1, 3]), [width, newHeight * batch * channels]) as Tensor2D;
    const across = reshape(matMul(columns, turned), [newWidth, newHeight, batch, channels]);
    return transpose<Tensor4D>(across as Tensor4D, [2, 1, 0, 3]);
  });
}

/** `[n, n]`: every place becomes the mean of its cell. */
function cellMeans(n: number, cell: number): Tensor2D {
  const cellOf = Array.from({ length: n }, (_, i) => Math.floor((i + 0.5) / cell));
  const counts = new Map<number, number>();
  for (const c of cellOf) counts.set(c, (counts.get(c) ?? 0) + 1);
  const values = cellOf.flatMap((c) => cellOf.map((d) => (c === d ? 1 / (counts.get(c) as number) : 0)));
  return tensor2d(values, [n, n]);
}

const padded = (n: number): number => 8 * Math.ceil(n / 8);

/** Cosine transform of the blocks of a side whose last value is continued to a multiple of 8, and its inverse. */
function cosines(n: number): { forward: Tensor2D; back: Tensor2D } {
  const size = padded(n);
  const forward = new Float32Array(size * n);
  const back = new Float32Array(n * size);
  for (let block = 0; block < size; block += 8) {
    for (let k = 0; k < 8; k++) {
      for (let i = 0; i < 8; i++) {
        const value = Math.sqrt((k === 0 ? 1 : 2) / 8) * Math.cos((Math.PI * (2 * i + 1) * k) / 16);
        (forward[(block + k) * n + Math.min(n - 1, block + i)] as number) += value;
        if (block + i < n) back[(block + i) * size + block + k] = value;
      }
    }
  }
  return { forward: tensor2d(forward, [size, n]), back: tensor2d(back, [n, size]) };
}

/** Steps of every coefficient `[height, width, channels]`, sides padded, as the reference encoder scales the tables. */
function quantisation(height: number, width: number, channels: number, quality: number): number[] {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const read = (table: string): number[] =>
    table.split(' ').map((q) => Math.min(255, Math.max(1, Math.floor((Number(q) * scale + 50) / 100))));
  const tables = [read(LUMINANCE), read(CHROMINANCE)] as const;
  const [rows, columns] = [padded(height), padded(width)];
  return Array.from({ length: rows * columns * channels }, (_, i) => {
    const [channel, place] = [i % channels, Math.floor(i / channels)];
    const [y, x] = [Math.floor(place / columns) % 8, (place % columns) % 8];
    return tables[channels === 3 && channel > 0 ? 1 : 0][8 * y + x] as number;
  });
}
