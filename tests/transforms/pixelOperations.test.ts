import {
  getBackend,
  square,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { byBins, byProducts } from '../../src/transforms/byteCounts.js';
import {
  adjustSharpness,
  autocontrast,
  cutmix,
  dilate,
  equalize,
  erase,
  erode,
  flipLeftRight,
  hog,
  invert,
  labToRgb,
  mixup,
  posterize,
  rgbToLab,
  rotate90,
  sobel,
  standardize,
} from '../../src/transforms/index.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

type Shape = [number, number, number, number];
const images = (values: number[], shape: Shape): Tensor4D => hold(tensor4d(values, shape));
const row = (...values: number[]): Tensor4D => images(values, [1, 1, values.length, 1]);
const exact = { atol: 0, rtol: 0 };
const near = { atol: 1e-6, rtol: 0 };

/** Values of each channel of each image, and back. */
function byChannel(values: ArrayLike<number>, [batch, height, width, channels]: Shape, f: (v: number[]) => number[]) {
  const out = new Array<number>(values.length);
  for (let i = 0; i < batch; i++) {
    for (let c = 0; c < channels; c++) {
      const at = (p: number): number => (i * height * width + p) * channels + c;
      const own = Array.from({ length: height * width }, (_, p) => values[at(p)] as number);
      for (const [p, v] of f(own).entries()) out[at(p)] = v;
    }
  }
  return out;
}

/** torchvision's equalize of one channel of bytes. */
function equalized(values: number[]): number[] {
  const bytes = values.map((v) => Math.floor(255 * Math.fround(v) + 0.5));
  const counts = new Array<number>(256).fill(0);
  for (const b of bytes) counts[b] = (counts[b] as number) + 1;
  const present = counts.filter((n) => n > 0);
  const step = Math.floor(present.slice(0, -1).reduce((a, b) => a + b, 0) / 255);
  if (step === 0) return bytes.map((b) => b / 255);
  let below = 0;
  const table = counts.map((n) => {
    const value = Math.min(255, Math.floor((below + Math.floor(step / 2)) / step));
    below += n;
    return value / 255;
  });
  return bytes.map((b) => table[b] as number);
}

/** MaskFeat's histograms of one channel, [cell][bin]. */
function histograms(values: number[], height: number, width: number, cell: number, bins: number): number[][] {
  const mirror = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
  const at = (y: number, x: number): number => values[mirror(y, height) * width + mirror(x, width)] as number;
  const cells = Array.from({ length: (height * width) / cell ** 2 }, () => new Array<number>(bins).fill(0));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const across = (dy: number): number => at(y + dy, x - 1) - at(y + dy, x + 1);
      const down = (dx: number): number => at(y - 1, x + dx) - at(y + 1, x + dx);
      const [gx, gy] = [across(-1) + 2 * across(0) + across(1), down(-1) + 2 * down(0) + down(1)];
      const bin = Math.floor((Math.atan2(gx, gy) / Math.PI) * bins);
      const own = cells[Math.floor(y / cell) * (width / cell) + Math.floor(x / cell)] as number[];
      own[(bin + 2 * bins) % bins] = (own[(bin + 2 * bins) % bins] as number) + Math.hypot(gx, gy);
    }
  }
  return cells.map((own) => own.map((v) => v / Math.max(1e-12, Math.hypot(...own))));
}

// Numbers worked out by hand, and plain loops after the reference; the golden cases hold torchvision's and the others'.
onEveryBackend('operations on pixels', () => {
  test('posterize keeps the high bits of the rounded byte', async () => {
    const x = row(0.4, 0.6, 1, 0.5, 0); // bytes 102, 153, 255, 127.5 rounded to 128, 0
    await expectClose(hold(posterize(x, 1)), [0, 128 / 255, 128 / 255, 128 / 255, 0], near);
    await expectClose(
      hold(posterize(x, 4)),
      [96, 144, 240, 128, 0].map((k) => k / 255),
      near,
    );
    await expectClose(hold(posterize(x, 0)), [0, 0, 0, 0, 0], exact);
    const bytes = images(
      Array.from({ length: 256 }, (_, k) => k / 255),
      [1, 16, 16, 1],
    );
    await expectClose(hold(posterize(bytes, 8)), bytes, near);
    const two = images([0.6, 0.7, 0.6, 0.7], [2, 1, 1, 2]); // bytes 153 and 178.5
    await expectClose(
      hold(posterize(two, [8, 2])),
      [153, 179, 128, 128].map((k) => k / 255),
      near,
    );
  });

  test('autocontrast stretches each channel of each image; a constant one stays', async () => {
    const x = images([0.2, 0.7, 0.3, 0.7, 0.4, 0.7, 0, 1, 0.5, 0.4, 1, 0], [2, 1, 3, 2]);
    await expectClose(hold(autocontrast(x)), [0, 0.7, 0.5, 0.7, 1, 0.7, 0, 1, 0.5, 0.4, 1, 0]);
    const one = row(0.3);
    await expectClose(hold(autocontrast(one)), one, exact);
    await expectClose(hold(autocontrast(row(0, 1e-12))), [0, 1], exact);
  });

  test('equalize counts the pixels below, of each channel of each image', async () => {
    const shape: Shape = [3, 30, 28, 2]; // steps of up to 3
    const x = hold(square(uniforms<Tensor4D>(1, shape)));
    const values = Array.from(await x.data());
    values.fill(0.25, 1680, 3360); // an image of one value: nothing lies below the largest
    for (let p = 0; p < 840; p++) values[3360 + 2 * p] = p < 260 ? 0.1 : 0.9; // two values
    await expectClose(hold(equalize(images(values, shape))), byChannel(values, shape, equalized), near);
    const small = uniforms<Tensor4D>(2, [2, 5, 4, 3]); // too few pixels: only rounded
    const bytes = Array.from(await small.data(), (v) => Math.floor(255 * v + 0.5) / 255);
    await expectClose(hold(equalize(small)), bytes, near);
    await expectClose(hold(equalize(row(0.5))), [128 / 255], near);
  });

  test('both ways to count bytes give the same', async () => {
    const bytes = Array.from({ length: 3 * 700 }, (_, i) => (i < 700 ? 255 : (i * i) % 251));
    const counts = new Array<number>(3 * 256).fill(0);
    for (const [i, b] of bytes.entries())
      counts[256 * Math.floor(i / 700) + b] = (counts[256 * Math.floor(i / 700) + b] as number) + 1;
    const x = hold(tensor(bytes, [3, 700], 'float32')) as never;
    await expectClose(hold(tidy(() => byProducts(x))), counts, exact);
    const bins = expectClose(hold(tidy(() => byBins(x))), counts, exact);
    // WebGPU's own kernel stops too early; should this fail, it was mended
    await (getBackend() === 'webgpu' ? expect(bins).rejects.toThrow() : bins);
  });

  test('sharpness smooths inside, sharpens inside, and leaves the border', async () => {
    const dot = images([0, 0, 0, 0, 0.5, 0, 0, 0, 0, 1, 1, 1, 1, 0.5, 1, 1, 1, 1], [2, 3, 3, 1]);
    const [a, b] = [(0.5 * 5) / 13, (8 + 2.5) / 13];
    await expectClose(hold(adjustSharpness(dot, [0, 0.5])), [
      0,
      0,
      0,
      0,
      a,
      0,
      0,
      0,
      0,
      1,
      1,
      1,
      1,
      (0.5 + b) / 2,
      1,
      1,
      1,
      1,
    ]);
    await expectClose(hold(adjustSharpness(dot, 3)), [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1]); // clipped
    for (const shape of [
      [2, 2, 5, 3],
      [1, 5, 2, 1],
      [1, 1, 1, 1],
    ] as Shape[]) {
      const thin = uniforms<Tensor4D>(1, shape);
      await expectClose(hold(adjustSharpness(thin, 0)), thin, exact);
    }
    const x = uniforms<Tensor4D>(2, [2, 5, 4, 3]);
    await expectClose(hold(adjustSharpness(x, 1)), x, exact);
    // channels and images keep apart
    const two = images([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 3, 3, 2]);
    await expectClose(hold(adjustSharpness(two, 0)), [0, 0, 0, 0, 0, 0, 0, 0, 0, 5 / 13, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('erase writes values into boxes, clipped to the image', async () => {
    const ones = (shape: Shape): Tensor4D => images(new Array(shape.reduce((a, b) => a * b)).fill(1), shape);
    await expectClose(hold(erase(ones([1, 2, 3, 1]), [0, 1, 2, 1], 0)), [1, 0, 1, 1, 0, 1], exact);
    await expectClose(
      hold(
        erase(
          ones([2, 2, 2, 1]),
          [
            [0, 0, 1, 1],
            [1, 1, 1, 1],
          ],
          0.5,
        ),
      ),
      [0.5, 1, 1, 1, 1, 1, 1, 0.5],
      exact,
    );
    await expectClose(hold(erase(ones([1, 2, 2, 2]), [1, 0, 1, 1], [0, 7])), [1, 1, 1, 1, 0, 7, 1, 1], exact);
    await expectClose(hold(erase(ones([1, 2, 2, 1]), [-1, -3, 2, 4], 3)), [3, 1, 1, 1], exact);
    await expectClose(hold(erase(ones([1, 2, 2, 1]), [1, 1, 9, 9], 0)), [1, 1, 1, 0], exact);
    await expectClose(hold(erase(ones([1, 2, 2, 1]), [0, 1, 1, 9], 0)), [1, 0, 1, 1], exact);
    for (const box of [
      [0, 0, 0, 2],
      [5, 0, 1, 1],
      [0, -2, 2, 2],
    ]) {
      await expectClose(hold(erase(ones([1, 2, 2, 1]), box, 0)), [1, 1, 1, 1], exact);
    }
  });

  test('standardize gives each channel mean 0 and unbiased deviation 1, and only centres a constant one', async () => {
    const x = images([0.2, 5, 0.3, 5, 0.4, 5, 1, -1, 1, 0, 4, 4], [2, 1, 3, 2]);
    const third = [-1, -1, 2].map((v) => v / Math.sqrt(3));
    await expectClose(hold(standardize(x)), [
      -1,
      0,
      0,
      0,
      1,
      0,
      third[0],
      -2 / Math.sqrt(7),
      third[1],
      -1 / Math.sqrt(7),
      third[2],
      3 / Math.sqrt(7),
    ] as number[]);
    const constant = images(new Array(49).fill(0.1), [1, 7, 7, 1]); // whose mean is not 0.1 in float32
    await expectClose(hold(standardize(constant)), new Array(49).fill(0), exact);
    await expectClose(hold(standardize(row(0.7))), [0], exact);
    await expectClose(hold(standardize(row(1000.5, 1001, 1001.5))), [-1, 0, 1]);
  });

  test('dilate and erode take the largest and the smallest of a window, outside ignored', async () => {
    const x = row(-3, -1, -2, -5, -4);
    await expectClose(hold(dilate(x)), [-1, -1, -1, -2, -4], exact);
    await expectClose(hold(erode(x)), [-3, -3, -5, -5, -5], exact);
    await expectClose(hold(dilate(x, { size: 1 })), x, exact);
    await expectClose(hold(dilate(x, { size: 5 })), [-1, -1, -1, -1, -2], exact);
    await expectClose(hold(dilate(x, { size: 101 })), new Array(5).fill(-1), exact);
    await expectClose(hold(erode(row(0.5))), [0.5], exact);
    const y = uniforms<Tensor4D>(3, [2, 6, 5, 2]);
    const wide = hold(dilate(hold(dilate(y)))); // 3 twice is 5 once
    await expectClose(hold(dilate(y, { size: 5 })), wide, exact);
    await expectClose(hold(erode(hold(invert(y)), { size: 5 })), hold(invert(wide)), near);
  });

  test('sobel by hand, in both scalings', async () => {
    const edge = row(0, 0, 1, 1); // gx = 4 at both sides of the edge, gy = 0
    await expectClose(hold(sobel(edge, { variant: 'skimage' })), [0, Math.SQRT1_2, Math.SQRT1_2, 0], near);
    const flat = Math.sqrt(1e-6);
    await expectClose(hold(sobel(edge)), [flat, Math.sqrt(0.25 + 1e-6), Math.sqrt(0.25 + 1e-6), flat], near);
    const corner = images([1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 3, 3, 1]);
    // at the corner itself gx = gy = -(1 + 2) by the repeated edge; in the middle -1 each
    const [at, beside, middle] = [3, Math.hypot(3, 1) / Math.SQRT2, 1].map((v) => v / 4) as [number, number, number];
    await expectClose(hold(sobel(corner, { variant: 'skimage' })), [at, beside, 0, beside, middle, 0, 0, 0, 0], near);
    await expectClose(hold(sobel(row(0.4), { variant: 'skimage' })), [0], near);
  });

  test('hog is MaskFeat’s: gradients, bins, unit cells', async () => {
    const shape: Shape = [2, 8, 12, 2];
    const x = uniforms<Tensor4D>(5, shape);
    const values = Array.from(await x.data());
    for (const bins of [9, 4, 1]) {
      const features = hold(hog(x, { cellSize: 4, bins }));
      expect(features.shape).toEqual([2, 2, 3, 2 * bins]);
      const got = await features.data();
      for (let channel = 0; channel < 4; channel++) {
        const [i, c] = [channel >> 1, channel & 1];
        const own = Array.from({ length: 96 }, (_, p) => values[(i * 96 + p) * 2 + c] as number);
        for (const [cell, expected] of histograms(own, 8, 12, 4, bins).entries()) {
          const start = ((i * 6 + cell) * 2 + c) * bins;
          await expectClose(got.slice(start, start + bins), expected, { atol: 1e-5, rtol: 0 });
        }
      }
    }
    // edges of either sign, upright, lying and aslant, fall exactly on the borders of four bins
    const one = async (f: (y: number, x: number) => number): Promise<number[]> => {
      const pixels = Array.from({ length: 16 }, (_, p) => f(Math.floor(p / 4), p % 4));
      return Array.from(await hold(hog(images(pixels, [1, 4, 4, 1]), { cellSize: 4, bins: 4 })).data());
    };
    for (const sign of [1, -1]) {
      await expectClose(await one((y) => 0.5 + sign * (y < 2 ? 0.25 : -0.25)), [1, 0, 0, 0]);
      await expectClose(await one((_, x) => 0.5 + sign * (x < 2 ? 0.25 : -0.25)), [0, 0, 1, 0]);
    }
    await expectClose(await one(() => 0.3), [0, 0, 0, 0], near);
  });

  test('Lab of known colours, and back', async () => {
    const colours: [number[], number[]][] = [
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
      [
        [1, 1, 1],
        [100, -0.0025, 0.0047],
      ],
      [
        [1, 0, 0],
        [53.2405, 80.0923, 67.2027],
      ],
      [
        [0, 1, 0],
        [87.7351, -86.183, 83.1795],
      ],
      [
        [0, 0, 1],
        [32.2957, 79.1856, -107.8573],
      ],
      [
        [0.01, 0.01, 0.01],
        [0.69913, 0, 0],
      ],
    ];
    const flat = (side: 0 | 1): Tensor4D =>
      images(
        colours.flatMap((pair) => pair[side]),
        [1, 2, 3, 3],
      );
    await expectClose(hold(rgbToLab(flat(0))), flat(1), { atol: 2e-3, rtol: 0 });
    await expectClose(hold(labToRgb(flat(1))), flat(0), { atol: 1e-4, rtol: 0 });
    const x = uniforms<Tensor4D>(6, [2, 5, 4, 3]);
    await expectClose(hold(labToRgb(hold(rgbToLab(x)))), x, { atol: 5e-5, rtol: 0 });
    // outside sRGB: clipped, and a negative Z set to 0 before that
    const outside = hold(labToRgb(images([20, -128, 127, 40, -30, 127], [1, 1, 2, 3])));
    await expectClose(outside, [0, 0.283129, 0, 0.292096, 0.410931, 0]);
  });

  test('mixup blends any rank with a partner, by a share for all or of each', async () => {
    const x = images([0, 1, 2, 3, 4, 5], [3, 1, 2, 1]);
    await expectClose(hold(mixup(x, [2, 0, 1], 0.75)), [1, 2, 1.5, 2.5, 3.5, 4.5]);
    const labels = hold(tensor1d([0, 1, 2]));
    const mixed = hold(mixup(labels, Int32Array.of(1, 1, 0), [1, 0.25, 0.5]));
    expect(mixed.shape).toEqual([3]);
    await expectClose(mixed, [0, 1, 1]);
    await expectClose(hold(mixup(x, [1, 2, 0], 1)), x, exact);
  });

  test('cutmix pastes the partner’s pixels, exactly', async () => {
    const x = images([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
    await expectClose(
      hold(
        cutmix(
          x,
          [1, 0],
          [
            [0, 1, 2, 1],
            [1, 0, 5, 1],
          ],
        ),
      ),
      [1, 6, 3, 8, 5, 6, 3, 8],
      exact,
    );
    await expectClose(hold(cutmix(x, Int32Array.of(1, 0), [0, 0, 1, 2])), [5, 6, 3, 4, 1, 2, 7, 8], exact);
    await expectClose(hold(cutmix(x, [1, 0], [0, 0, 0, 0])), x, exact);
  });

  const alike: [string, (x: Tensor4D) => Tensor4D][] = [
    ['posterize', (x) => posterize(x, 3)],
    ['autocontrast', autocontrast],
    ['equalize', equalize],
    ['adjustSharpness', (x) => adjustSharpness(x, 0.3)],
    ['standardize', standardize],
    ['dilate', dilate],
    ['erode', (x) => erode(x, { size: 5 })],
    ['sobel', sobel],
    ['rgbToLab', rgbToLab],
    ['labToRgb', labToRgb],
  ];
  test('operations that know no direction commute with flips and turns', async () => {
    const x = uniforms<Tensor4D>(8, [2, 17, 16, 3]);
    for (const [name, operation] of alike) {
      const y = hold(operation(x));
      expect(y.shape, name).toEqual(x.shape);
      for (const move of [flipLeftRight, (z: Tensor4D) => rotate90(z, 1)]) {
        await expectClose(hold(operation(hold(move(x)))), hold(move(y)), { atol: 1e-5, rtol: 1e-4 });
      }
    }
  });

  test('one tensor each', () => {
    const x = uniforms<Tensor4D>(1, [2, 6, 6, 3]);
    const thin = uniforms<Tensor4D>(1, [1, 2, 2, 1]);
    const calls: (() => Tensor)[] = [
      ...alike.map(
        ([, operation]) =>
          () =>
            operation(x),
      ),
      () => adjustSharpness(thin, 2),
      () => erase(x, [0, 0, 2, 2], 0),
      () => erase(x, [0, 0, 2, 2], 1),
      () => erase(x, [0, 0, 0, 2], 1),
      () => dilate(x, { size: 1 }),
      () => dilate(x, { size: 5 }),
      () => hog(x, { cellSize: 3 }),
      () => hog(x, { cellSize: 2, bins: 1 }),
      () => mixup(x, [1, 0], 0.5),
      () => cutmix(x, [1, 0], [0, 0, 2, 2]),
      () => cutmix(x, [1, 0], [0, 0, 0, 0]),
    ];
    for (const call of calls) expectKept(1, call);
  });

  test('bad input is refused before a tensor is made', () => {
    const x = uniforms<Tensor4D>(1, [2, 5, 4, 3]);
    const gray = uniforms<Tensor4D>(1, [2, 5, 4, 1]);
    const many = hold(zeros([256, 1, 1, 257])) as Tensor4D;
    const ints = hold(zeros([2, 3], 'int32'));
    const refused: [() => unknown, string][] = [
      [() => posterize(x, 9), 'posterize: bits must be a number >= 0 and <= 8, got 9'],
      [() => posterize(x, [1, 2.5]), 'posterize: bits[1] must be an integer >= 0 and <= 8, got 2.5'],
      [
        () => autocontrast(ints as unknown as Tensor4D),
        'autocontrast: images must have shape [batch, height, width, channels], got [2, 3]',
      ],
      [() => equalize(many), 'equalize: batch * channels must be at most 65536, got 65792 (shape [256, 1, 1, 257])'],
      [() => adjustSharpness(x, [1, -1]), 'adjustSharpness: factor[1] must be a number >= 0, got -1'],
      [() => erase(x, [[0, 0, 1, 1]], 0), 'erase: boxes must have one entry per image (2), got 1'],
      [() => erase(x, [], 0), 'erase: boxes must be [top, left, height, width] or one such row per image, got []'],
      [() => erase(x, [0, 0, 1], 0), 'erase: boxes must be [top, left, height, width], got [0,0,1]'],
      [
        () =>
          erase(
            x,
            [
              [0, 0, 1, 1],
              [0, 0, -1, 1],
            ],
            0,
          ),
        'erase: boxes[1] height must be an integer >= 0, got -1',
      ],
      [() => erase(x, [0.5, 0, 1, 1], 0), 'erase: boxes top must be an integer'],
      [() => erase(x, [0, 0, 1, 1], [0, 0]), 'erase: value must have one entry per channel (3), got 2'],
      [() => erase(x, [0, 0, 1, 1], Number.NaN), 'erase: value[0] must be a number that is finite, got NaN'],
      [() => standardize(3 as unknown as Tensor4D), 'standardize: images must be a tensor, got 3'],
      [() => dilate(x, { size: 2 }), 'dilate: size must be odd, got 2'],
      [() => erode(x, { size: 0 }), 'erode: size must be an integer >= 1, got 0'],
      [
        () => sobel(x, { variant: 'scharr' as 'kornia' }),
        "sobel: variant must be one of 'kornia', 'skimage', got \"scharr\"",
      ],
      [() => hog(x), 'hog: height and width must be multiples of cellSize (8), got shape [2, 5, 4, 3]'],
      [() => hog(x, { cellSize: 1 }), 'hog: cellSize must be an integer >= 2, got 1'],
      [() => hog(x, { bins: 0 }), 'hog: bins must be an integer >= 1, got 0'],
      [() => rgbToLab(gray), 'rgbToLab: images must have shape [batch, height, width, 3], got [2, 5, 4, 1]'],
      [() => labToRgb(gray), 'labToRgb: images must have shape [batch, height, width, 3], got [2, 5, 4, 1]'],
      [() => mixup(ints, [0, 1], 0.5), 'mixup: images must have dtype float32, got int32'],
      [() => mixup(x, [0, 2], 0.5), 'mixup: permutation[1] must be an integer >= 0 and <= 1, got 2'],
      [() => mixup(x, [0], 0.5), 'mixup: permutation must have one entry per image (2), got 1'],
      [() => mixup(x, 1 as unknown as number[], 0.5), 'mixup: permutation must be an array of indices, got 1'],
      [() => mixup(x, [0, 1], 1.5), 'mixup: lambda must be a number >= 0 and <= 1, got 1.5'],
      [() => cutmix(x, [0, -1], [0, 0, 1, 1]), 'cutmix: permutation[1] must be an integer >= 0 and <= 1, got -1'],
      [() => cutmix(x, [0, 1], [0, 0, 1]), 'cutmix: boxes must be [top, left, height, width], got [0,0,1]'],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});
