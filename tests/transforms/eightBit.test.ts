import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { foldIn, integers, type Seed, uniform } from '../../src/random/index.js';
import { autocontrast, equalize, posterize, solarize } from '../../src/transforms/index.js';
import { hold, onEveryBackend } from '../helpers/index.js';

/** Images of a call, and their sizes: odd and even ones, fewer and more than 255 pixels. */
const COUNT = 160;
const SIZES = [
  [23, 17, 1],
  [15, 35, 1],
  [16, 16, 1],
  [7, 9, 3],
  [29, 23, 3],
  [40, 28, 2],
] as const;

const draw = (key: Seed, max: number): number => integers(key, { max }) as number;
const below = (v: number): number => Math.fround(v * (1 - 2 ** -24));
const above = (v: number): number => Math.fround(v * (1 + 2 ** -23));

/** Values of an image: multiples of 1/255, values on and beside half levels, any, or a few values many times. */
function valuesOf(key: Seed, count: number): Float32Array {
  const kind = draw(foldIn(key, 0), 4);
  const top = 2 + draw(foldIn(key, 1), 254);
  const few = uniform(foldIn(key, 2), 5);
  return uniform(foldIn(key, 3), count).map((u, i) => {
    const level = Math.floor(u * top);
    if (kind === 0) return level / 255;
    if (kind === 1) return (u * top) / 255;
    if (kind === 2) return few[level % 5] as number;
    const half = Math.fround((level + 0.5) / 255);
    return [half, below(half), above(half)][i % 3] as number;
  });
}

const toByte = (v: number): number => Math.floor(Math.fround(Math.fround(v * 255) + 0.5));

/** torchvision's equalize of one channel of bytes. */
function equalized(bytes: readonly number[]): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const b of bytes) counts[b] = (counts[b] as number) + 1;
  const largest = Math.max(...bytes);
  const step = Math.floor((bytes.length - (counts[largest] as number)) / 255);
  if (step === 0) return [...bytes];
  let smaller = 0;
  const table = counts.map((n) => {
    const level = Math.min(255, Math.floor((smaller + Math.floor(step / 2)) / step));
    smaller += n;
    return level;
  });
  return bytes.map((b) => table[b] as number);
}

function stretched(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [...values] : values.map((v) => (v - low) / (high - low));
}

interface EightBit {
  readonly name: string;
  /** Draws one number per image, applies it, and gives what each channel must become. */
  readonly run: (x: Tensor4D, each: readonly number[]) => Tensor4D;
  readonly draw?: (key: Seed, values: Float32Array) => number;
  readonly expected: (channel: readonly number[], each: number) => number[];
}

const operations: readonly EightBit[] = [
  { name: 'equalize', run: equalize, expected: (v) => equalized(v.map(toByte)).map((b) => b / 255) },
  {
    name: 'posterize',
    run: posterize,
    draw: (key) => draw(key, 9),
    expected: (v, bits) => v.map((value) => (Math.floor(toByte(value) / 2 ** (8 - bits)) * 2 ** (8 - bits)) / 255),
  },
  { name: 'autocontrast', run: autocontrast, expected: stretched },
  {
    name: 'solarize',
    run: solarize,
    // A value that occurs, so that the threshold itself is met.
    draw: (key, values) => values[draw(key, values.length)] as number,
    expected: (v, threshold) => v.map((value) => (value >= threshold ? 1 - value : value)),
  },
];

// 960 images an operation: what is off by one level on one backend has no other way to show.
onEveryBackend('operations on 8-bit values', () => {
  test.each(operations)('$name is that of the host for every image', async ({ run, draw: drawEach, expected }) => {
    let [images, wrong] = [0, ''];
    for (const [i, [height, width, channels]] of SIZES.entries()) {
      const size = height * width * channels;
      const keys = Array.from({ length: COUNT }, (_, n) => foldIn(foldIn(4, i), n));
      const values = keys.map((key) => valuesOf(key, size));
      const each = keys.map((key, n) => drawEach?.(foldIn(key, 9), values[n] as Float32Array) ?? 0);
      const x = hold(tensor4d(Float32Array.from(values.flatMap((v) => [...v])), [COUNT, height, width, channels]));
      const result = await hold(run(x, each)).data();
      for (let n = 0; n < COUNT; n++, images++) {
        for (let c = 0; c < channels; c++) {
          const pick = (from: ArrayLike<number>, start: number): number[] =>
            Array.from({ length: height * width }, (_, p) => from[start + p * channels + c] as number);
          const want = expected(pick(values[n] as Float32Array, 0), each[n] as number);
          const off = pick(result, n * size).findIndex((v, p) => !(Math.abs(v - (want[p] as number)) < 1e-5));
          if (off >= 0) wrong ||= `image ${n} of ${height} x ${width} x ${channels}, channel ${c}, pixel ${off}`;
        }
      }
    }
    expect(wrong).toBe('');
    expect(images).toBe(COUNT * SIZES.length);
  });
});
