import { fill, getBackend, type Tensor, type Tensor3D, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { blurByProducts, blurPlanes } from '../../src/transforms/gaussianBlur.js';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  flipLeftRight,
  flipUpDown,
  gaussianBlur,
  hsvToRgb,
  invert,
  normalize,
  resize,
  resizedCrop,
  rgbToGrayscale,
  rgbToHsv,
  rotate90,
  solarize,
} from '../../src/transforms/index.js';
import { fromPlanes, toPlanes } from '../../src/transforms/planes.js';
import { byBoxes, byTaps, readPlaces } from '../../src/transforms/readPlaces.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

type Shape = [number, number, number, number];
const images = (values: number[], shape: Shape): Tensor4D => hold(tensor4d(values, shape));
const row = (...values: number[]): Tensor4D => images(values, [1, 1, values.length, 1]);
const pixel = (r: number, g: number, b: number): Tensor4D => images([r, g, b], [1, 1, 1, 3]);

// Numbers worked out by hand; the golden cases hold torchvision's and scikit-image's.
onEveryBackend('operations on images', () => {
  test('brightness multiplies and clips, by a factor of each image', async () => {
    const x = images([0.2, 0.8, 0.2, 0.8], [2, 1, 2, 1]);
    await expectClose(hold(adjustBrightness(x, [0.5, 1.5])), [0.1, 0.4, 0.3, 1]);
    await expectClose(hold(adjustBrightness(x, 0)), [0, 0, 0, 0]);
  });

  test('contrast blends with the mean of the grey image, of each image its own', async () => {
    const x = images([0.2, 0.6, 0, 0.4], [2, 1, 2, 1]);
    await expectClose(hold(adjustContrast(x, [0.5, 2])), [0.3, 0.5, 0, 0.6]);
    // grey of (1, 0, 0) is 0.2989, of (0, 1, 0) 0.587: their mean 0.44295
    await expectClose(hold(adjustContrast(images([1, 0, 0, 0, 1, 0], [1, 1, 2, 3]), 0)), new Array(6).fill(0.44295));
  });

  test('saturation blends with the grey value', async () => {
    await expectClose(hold(adjustSaturation(pixel(1, 0, 0), 0.5)), [0.64945, 0.14945, 0.14945]);
    await expectClose(
      hold(adjustSaturation(pixel(0.5, 0.25, 0.25), 0)),
      new Array(3).fill(0.5 * 0.2989 + 0.25 * 0.701),
    );
  });

  test('hue turns red to green to blue and round again; grey stays', async () => {
    for (const [factor, expected] of [
      [1 / 3, [0.2, 0.9, 0.2]],
      [-1 / 3, [0.2, 0.2, 0.9]],
      [0.5, [0.2, 0.9, 0.9]],
      [-0.5, [0.2, 0.9, 0.9]],
      [1 / 6, [0.9, 0.9, 0.2]],
      [1 / 12, [0.9, 0.55, 0.2]],
      [0, [0.9, 0.2, 0.2]],
    ] as [number, number[]][]) {
      await expectClose(hold(adjustHue(pixel(0.9, 0.2, 0.2), factor)), expected);
      await expectClose(hold(adjustHue(pixel(0.4, 0.4, 0.4), factor)), [0.4, 0.4, 0.4], { atol: 1e-7, rtol: 0 });
    }
    // cyan has two equal largest channels, and the sign of their difference is 0
    await expectClose(hold(adjustHue(pixel(0, 1, 1), 0.5)), [1, 0, 0]);
    await expectClose(hold(adjustHue(pixel(0, 0, 0), 0.3)), [0, 0, 0], { atol: 0 });
    // almost grey: nothing is divided by almost nothing
    await expectClose(hold(adjustHue(pixel(0.5, 0.5, 0.50000006), 0.25)), [0.5, 0.5, 0.5], { atol: 1e-6 });
  });

  test('grey, in as many channels as asked', async () => {
    await expectClose(hold(rgbToGrayscale(pixel(1, 0.5, 0.25))), new Array(3).fill(0.6209));
    expect(hold(rgbToGrayscale(pixel(1, 0, 0), { channels: 1 })).shape).toEqual([1, 1, 1, 1]);
  });

  test('solarize inverts from the threshold on, and invert all', async () => {
    const x = row(0, 0.25, 0.5, 1);
    await expectClose(hold(solarize(x, 0.5)), [0, 0.25, 0.5, 0]);
    await expectClose(hold(solarize(x, 0.25)), [0, 0.75, 0.5, 0]);
    await expectClose(hold(solarize(x, 2)), [0, 0.25, 0.5, 1], { atol: 0, rtol: 0 });
    await expectClose(hold(solarize(images([0.4, 0.4], [2, 1, 1, 1]), [0.3, 0.5])), [0.6, 0.4]);
    await expectClose(hold(invert(x)), [1, 0.75, 0.5, 0]);
  });

  test('flips and quarter turns move pixels', async () => {
    const x = images([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]); // 1 2 3 above 4 5 6
    await expectClose(hold(flipLeftRight(x)), [3, 2, 1, 6, 5, 4]);
    await expectClose(hold(flipUpDown(x)), [4, 5, 6, 1, 2, 3]);
    const turned = hold(rotate90(x, 1));
    expect(turned.shape).toEqual([1, 3, 2, 1]);
    await expectClose(turned, [3, 6, 2, 5, 1, 4]);
    await expectClose(hold(rotate90(x, -1)), [4, 1, 5, 2, 6, 3]);
    await expectClose(hold(rotate90(x, 2)), [6, 5, 4, 3, 2, 1]);
    await expectClose(hold(rotate90(x, 4)), [1, 2, 3, 4, 5, 6]);
    const square = images([1, 2, 3, 4, 1, 2, 3, 4], [2, 2, 2, 1]);
    await expectClose(hold(rotate90(square, [0, 3])), [1, 2, 3, 4, 3, 1, 4, 2]);
    const channels = images([1, 10, 2, 20, 3, 30, 4, 40], [1, 2, 2, 2]);
    await expectClose(hold(rotate90(channels, 1)), [2, 20, 4, 40, 1, 10, 3, 30]);
    await expectClose(hold(flipUpDown(channels)), [3, 30, 4, 40, 1, 10, 2, 20]);
  });

  test('blur by hand: taps, reflection, a sigma per image and per axis', async () => {
    const tap = Math.exp(-0.5);
    const [side, middle] = [tap / (1 + 2 * tap), 1 / (1 + 2 * tap)];
    await expectClose(hold(gaussianBlur(row(0, 0, 1, 0, 0), { kernelSize: [3, 1], sigma: 1 })), [
      0,
      side,
      middle,
      side,
      0,
    ]);
    // the edge pixel's other neighbour is mirrored, not repeated
    await expectClose(hold(gaussianBlur(row(0, 1, 0), { kernelSize: [3, 1], sigma: 1 })), [2 * side, middle, 2 * side]);
    const two = images([0, 1, 0, 0, 1, 0], [2, 1, 3, 1]);
    await expectClose(hold(gaussianBlur(two, { kernelSize: [3, 1], sigma: [0, 1] })), [
      0,
      1,
      0,
      2 * side,
      middle,
      2 * side,
    ]);
    const cross = images([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 3, 3, 1]);
    await expectClose(hold(gaussianBlur(cross, { kernelSize: 3, sigma: [[1, 0]] })), [
      0,
      0,
      0,
      2 * side,
      middle,
      2 * side,
      0,
      0,
      0,
    ]);
    await expectClose(hold(gaussianBlur(cross, { kernelSize: 3, sigma: 1e-9 })), [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    await expectClose(hold(gaussianBlur(cross, { kernelSize: 1, sigma: 5 })), [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    // a kernel longer than XNNPACK's widest depthwise one, 25
    const long = row(...Array.from({ length: 32 }, (_, i) => (i === 16 ? 1 : 0)));
    const taps = Array.from({ length: 29 }, (_, i) => Math.exp(-0.5 * ((i - 14) / 6) ** 2));
    const total = taps.reduce((a, b) => a + b);
    const spread = Array.from({ length: 32 }, (_, i) => (i < 2 ? 0 : (taps[i - 2] as number) / total));
    const blurred = Array.from(await hold(gaussianBlur(long, { kernelSize: [29, 1], sigma: 6 })).data());
    await expectClose(blurred.slice(4, 28), spread.slice(4, 28));
  });

  test('colour planes are blurred like images, by either way', async () => {
    const x = uniforms<Tensor4D>(5, [3, 4, 6, 2]);
    const sigmas = [0.7, 0, 1.3];
    const blurred = hold(gaussianBlur(x, { kernelSize: [5, 3], sigma: sigmas }));
    for (const way of [
      (planes: Tensor3D) => blurPlanes(planes, x.shape, [5, 3], sigmas),
      (planes: Tensor3D) => blurByProducts(planes, [4, 6], [5, 3], sigmas),
    ]) {
      await expectClose(hold(tidy(() => fromPlanes(way(toPlanes(x)), x.shape))), blurred, { atol: 2e-6, rtol: 0 });
    }
  });

  test('a crop reads pixel centres, clamps at its own edge, and zeros outside the image', async () => {
    const x = row(9, 1, 3, 9); // 9 lies beside the crop and must not leak in
    await expectClose(hold(resizedCrop(x, [[0, 1, 1, 2]], [1, 4])), [1, 1.5, 2.5, 3]);
    await expectClose(hold(resizedCrop(x, [[0, 1, 1, 2]], [1, 1])), [2]);
    await expectClose(hold(resizedCrop(x, [[0, 1, 1, 2]], [1, 4], { interpolation: 'nearest' })), [1, 1, 3, 3]);
    await expectClose(hold(resizedCrop(x, [[0, -1, 1, 4]], [1, 4])), [0, 9, 1, 3]);
    await expectClose(hold(resizedCrop(x, [[0, 3, 1, 2]], [1, 4])), [9, 6.75, 2.25, 0]);
    await expectClose(hold(resizedCrop(x, [[-5, 0, 1, 4]], [1, 4])), [0, 0, 0, 0]);
    await expectClose(hold(resizedCrop(x, [[0, -30, 1, 60]], [1, 2])), [0, 0]);
    const two = images([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
    await expectClose(
      hold(
        resizedCrop(
          two,
          [
            [0, 0, 1, 2],
            [1, 1, 1, 1],
          ],
          [1, 2],
        ),
      ),
      [1, 2, 8, 8],
    );
    await expectClose(
      hold(
        resizedCrop(
          two,
          [
            [0, 0, 2, 2],
            [0, 0, 2, 2],
          ],
          2,
        ),
      ),
      [1, 2, 3, 4, 5, 6, 7, 8],
      { atol: 0, rtol: 0 },
    );
  });

  test('both ways to read places give the same', async () => {
    const x = uniforms<Tensor4D>(9, [3, 6, 1, 2]);
    const places = {
      size: [2, 2] as const,
      ys: Float32Array.from([0, 0.5, 5, 4.25, 0, 0, 2, 3.5, 1.75, 1, 0.1, 4]),
      xs: new Float32Array(12),
      weights: Float32Array.from([1, 1, 1, 0.5, 0, 0, 1, 1, 0.25, 1, 1, 1]),
    };
    const ways = [hold(tidy(() => byTaps(x, places))), hold(readPlaces(x, places, 'bilinear'))];
    await expectClose(ways[0] as Tensor, Array.from(await (ways[1] as Tensor).data()), { atol: 2e-6, rtol: 0 });
    // WebGL's own cropAndResize reads image i for box i, whatever boxInd says; should this fail, it was mended
    if (getBackend() === 'webgl') {
      const wrong = hold(tidy(() => byBoxes(x, places, 'bilinear')));
      await expect(expectClose(wrong, ways[0] as Tensor, { atol: 1e-3 })).rejects.toThrow();
    }
  });

  test('resize, with and without antialiasing', async () => {
    await expectClose(hold(resize(row(0, 0, 1, 1), [1, 2])), [0, 1]);
    await expectClose(hold(resize(row(0, 0, 1, 1), [1, 2], { antialias: true })), [1 / 7, 6 / 7]);
    await expectClose(hold(resize(row(0, 1), [1, 4])), [0, 0.25, 0.75, 1]);
    await expectClose(hold(resize(row(0, 1), [1, 4], { antialias: true })), [0, 0.25, 0.75, 1]);
    // height shrinks, width grows: only the height's filter widens
    const x = images([0, 8, 0, 8, 1, 8, 1, 8], [1, 4, 2, 1]);
    const mixed = hold(resize(x, [2, 4], { antialias: true }));
    await expectClose(mixed, [1 / 7, 0.75 / 7 + 2, 0.25 / 7 + 6, 8, 6 / 7, 4.5 / 7 + 2, 1.5 / 7 + 6, 8]);
    const flat = hold(resize(hold(fill([2, 9, 7, 3], 0.25)) as Tensor4D, [4, 3], { antialias: true }));
    expect(flat.shape).toEqual([2, 4, 3, 3]);
    await expectClose(flat, new Array(72).fill(0.25));
  });

  test('normalize moves and scales channel by channel', async () => {
    const x = images([0.5, 0.5, 1, 0], [1, 1, 2, 2]);
    await expectClose(hold(normalize(x, { mean: [0.5, 0.25], std: [0.5, 0.25] })), [0, 1, 1, -1]);
    await expectClose(hold(normalize(x, { mean: 0.5, std: 0.5 })), [0, 0, 1, -1]);
  });

  test('HSV there and back', async () => {
    await expectClose(hold(rgbToHsv(pixel(0, 0.5, 0))), [1 / 3, 1, 0.5]);
    await expectClose(hold(rgbToHsv(pixel(0.5, 0, 0.25))), [11 / 12, 1, 0.5]);
    await expectClose(hold(rgbToHsv(pixel(0.3, 0.3, 0.3))), [0, 0, 0.3]);
    await expectClose(hold(rgbToHsv(pixel(0, 0, 0))), [0, 0, 0]);
    await expectClose(hold(hsvToRgb(pixel(1, 1, 1))), [1, 0, 0]);
    const x = uniforms<Tensor4D>(4, [3, 5, 4, 3]);
    await expectClose(hold(hsvToRgb(hold(rgbToHsv(x)))), x);
  });

  test('one tensor each', () => {
    const x = uniforms<Tensor4D>(1, [2, 5, 5, 3]);
    const calls: (() => Tensor4D)[] = [
      () => adjustBrightness(x, 1),
      () => adjustContrast(x, 0.5),
      () => adjustSaturation(x, 0.5),
      () => adjustHue(x, 0.5),
      () => rgbToGrayscale(x),
      () => invert(x),
      () => solarize(x, 0.5),
      () => flipLeftRight(x),
      () => flipUpDown(x),
      () => rotate90(x, [0, 1]),
      () => rotate90(x, 0),
      () => gaussianBlur(x, { kernelSize: 3, sigma: 1 }),
      () => gaussianBlur(x, { kernelSize: 1, sigma: 1 }),
      () =>
        resizedCrop(
          x,
          [
            [0, 0, 5, 5],
            [0, 0, 5, 5],
          ],
          5,
        ),
      () =>
        resizedCrop(
          x,
          [
            [0, 0, 2, 2],
            [-1, 0, 5, 5],
          ],
          4,
        ),
      () => resize(x, 5),
      () => resize(x, 3),
      () => resize(x, 3, { antialias: true }),
      () => normalize(x, { mean: 0, std: 1 }),
      () => rgbToHsv(x),
      () => hsvToRgb(x),
    ];
    for (const call of calls) expectKept(1, call);
  });

  test('bad input is refused before a tensor is made', () => {
    const x = uniforms<Tensor4D>(1, [2, 5, 4, 3]);
    const gray = uniforms<Tensor4D>(1, [2, 5, 4, 1]);
    const two = uniforms<Tensor4D>(1, [2, 5, 4, 2]);
    const refused: [() => unknown, string][] = [
      [() => adjustBrightness(x, -1), 'adjustBrightness: factor must be a number >= 0, got -1'],
      [() => adjustBrightness(x, [1, Number.NaN]), 'adjustBrightness: factor[1] must be a number >= 0, got NaN'],
      [() => adjustBrightness(x, [1]), 'adjustBrightness: factor must have one entry per image (2), got 1'],
      [() => adjustContrast(two, 1), 'adjustContrast: images must have 1 or 3 channels, got shape [2, 5, 4, 2]'],
      [
        () => adjustSaturation(gray, 1),
        'adjustSaturation: images must have shape [batch, height, width, 3], got [2, 5, 4, 1]',
      ],
      [() => adjustHue(gray, 0), 'adjustHue: images must have shape [batch, height, width, 3], got [2, 5, 4, 1]'],
      [() => adjustHue(x, 0.6), 'adjustHue: factor must be a number >= -0.5 and <= 0.5, got 0.6'],
      [() => rgbToGrayscale(gray), 'rgbToGrayscale: images must have shape [batch, height, width, 3]'],
      [() => rgbToGrayscale(x, { channels: 0 }), 'rgbToGrayscale: channels must be an integer >= 1, got 0'],
      [() => rgbToHsv(gray), 'rgbToHsv: images must have shape'],
      [() => hsvToRgb(gray), 'hsvToRgb: images must have shape'],
      [() => solarize(x, -0.1), 'solarize: threshold must be a number >= 0, got -0.1'],
      [() => invert(3 as unknown as Tensor4D), 'invert: images must be a tensor, got 3'],
      [() => flipLeftRight(undefined as unknown as Tensor4D), 'flipLeftRight: images must be a tensor, got undefined'],
      [() => flipUpDown({ shape: [1] } as unknown as Tensor4D), 'flipUpDown: images must be a tensor'],
      [
        () => rotate90(x, [0, 1]),
        'rotate90: images must be square to turn by odd and even numbers of right angles, got [2, 5, 4, 3]',
      ],
      [() => rotate90(x, 0.5), 'rotate90: k[0] must be an integer'],
      [() => gaussianBlur(x, { kernelSize: 4, sigma: 1 }), 'gaussianBlur: kernelSize must be odd, got 4'],
      [
        () => gaussianBlur(x, { kernelSize: 9, sigma: 1 }),
        'gaussianBlur: kernelSize (width) must be an integer >= 1 and <= 7, got 9',
      ],
      [() => gaussianBlur(x, { kernelSize: 3, sigma: -1 }), 'gaussianBlur: sigma must be a number >= 0, got -1'],
      [
        () =>
          gaussianBlur(x, {
            kernelSize: 3,
            sigma: [
              [1, 1],
              [1, 1],
              [1, 1],
            ],
          }),
        'gaussianBlur: sigma must have 1 row or one per image (2), got 3',
      ],
      [
        () => gaussianBlur(x, undefined as unknown as { kernelSize: number; sigma: number }),
        'gaussianBlur: options must be an object, got undefined',
      ],
      [
        () => resizedCrop(x, [[0, 0, 1, 1]], 4),
        'resizedCrop: boxes must have one [top, left, height, width] per image (2)',
      ],
      [
        () =>
          resizedCrop(
            x,
            [
              [0, 0, 1, 1],
              [0, 0, 0, 1],
            ],
            4,
          ),
        'resizedCrop: boxes[1] height must be a number >= 1, got 0',
      ],
      [
        () =>
          resizedCrop(
            x,
            [
              [0, 0, 1, 1],
              [0, 0, 1],
            ],
            4,
          ),
        'resizedCrop: boxes[1] must be [top, left, height, width], got [0,0,1]',
      ],
      [
        () =>
          resizedCrop(
            x,
            [
              [0, 0, 1, 1],
              [0, 0, 1, 1],
            ],
            0,
          ),
        'resizedCrop: size (height) must be an integer >= 1, got 0',
      ],
      [() => resize(x, [3, 2.5]), 'resize: size (width) must be an integer >= 1, got 2.5'],
      [() => normalize(x, { mean: [0, 0], std: 1 }), 'normalize: mean must have one entry per channel (3), got 2'],
      [() => normalize(x, { mean: 0, std: 0 }), 'normalize: std[0] must be a number > 0, got 0'],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});
