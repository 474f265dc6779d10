import { describe, expect, test } from 'vitest';
import { foldIn, randomKey } from '../../src/random/index.js';
import { beta } from '../../src/transforms/beta.js';
import {
  cutmixBoxes,
  randomAdjustSharpness,
  randomAutocontrast,
  randomChannelDrop,
  randomCutmix,
  randomEqualize,
  randomErasing,
  randomGaussianNoise,
  randomInvert,
  randomMixup,
  randomPosterize,
  randomSobel,
} from '../../src/transforms/index.js';

const many = [2000, 40, 60, 3];
const share = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('draws of pixel-wise transforms', () => {
  test('draws of seed 7 stay what they are: a change is a change of every user run', () => {
    const shape = [3, 40, 60, 3];
    expect(randomGaussianNoise({ std: [0, 1], p: 0.7 }).sample(shape, 7)).toEqual(PINNED.noise);
    expect(randomPosterize().sample([8, 4, 4, 1], 7)).toEqual(PINNED.posterize);
    expect(randomAdjustSharpness({ factor: [0, 3], p: 0.7 }).sample(shape, 7)).toEqual(PINNED.sharpness);
    expect(randomErasing({ p: 0.7 }).sample(shape, 7)).toEqual(PINNED.erasing);
    expect(randomChannelDrop({ drop: 2, p: 0.7 }).sample(shape, 7)).toEqual(PINNED.drop);
    expect(randomMixup({ perImage: true }).sample(shape, 7)).toEqual(PINNED.mixup);
    expect(randomCutmix().sample(shape, 7)).toEqual(PINNED.cutmix);
  });

  test('chances are kept', () => {
    const close = (values: number[], p: number): void => expect(Math.abs(share(values) - p)).toBeLessThan(0.04);
    close(randomPosterize({ p: 0.3 }).sample(many, 1).posterize, 0.3);
    close(randomEqualize().sample(many, 1).equalize, 0.5);
    close(randomAutocontrast({ p: 0.8 }).sample(many, 1).autocontrast, 0.8);
    close(randomInvert().sample(many, 1).invert, 0.5);
    close(randomSobel({ p: 0.1 }).sample(many, 1).sobel, 0.1);
    const std = randomGaussianNoise({ std: [0.2, 0.4], p: 0.6 }).sample(many, 1).std;
    close(
      std.map((s) => (s > 0 ? 1 : 0)),
      0.6,
    );
    expect(std.every((s) => s === 0 || (s >= 0.2 && s < 0.4))).toBe(true);
    expect(new Set(randomGaussianNoise({ std: 0.3, p: 1 }).sample(many, 1).std)).toEqual(new Set([0.3]));
    const factor = randomAdjustSharpness({ factor: [2, 3], p: 0.6 }).sample(many, 1).factor;
    close(
      factor.map((f) => (f === 1 ? 0 : 1)),
      0.6,
    );
    expect(factor.every((f) => f === 1 || (f >= 2 && f < 3))).toBe(true);
  });

  test('erased boxes lie inside, with area and ratio in their ranges', () => {
    const { boxes } = randomErasing({ p: 0.8, scale: [0.1, 0.2], ratio: [0.5, 2] }).sample(many, 3);
    const drawn = boxes.filter(([, , h = 0]) => h > 0);
    expect(Math.abs(drawn.length / 2000 - 0.8)).toBeLessThan(0.04);
    for (const [top = 0, left = 0, h = 0, w = 0] of drawn) {
      expect(top >= 0 && left >= 0 && top + h <= 40 && left + w <= 60 && h < 40 && w < 60).toBe(true);
      expect((h * w) / 2400 > 0.09 && (h * w) / 2400 < 0.22).toBe(true);
      expect(h / w > 0.45 && h / w < 2.2).toBe(true);
    }
    expect(Math.abs(share(drawn.map(([, , h = 0, w = 0]) => (h * w) / 2400)) - 0.15)).toBeLessThan(0.005);
    expect(Math.abs(share(drawn.map(([, , h = 0, w = 0]) => Math.log(h / w))))).toBeLessThan(0.03);
    // places are uniform: the middle of the free stretch on average, both ends reached
    const place = drawn.map(([top = 0, , h = 0]) => top / (40 - h));
    expect(Math.abs(share(place) - 0.5)).toBeLessThan(0.03);
    expect([Math.min(...place), Math.max(...place)]).toEqual([0, 1]);
    // a box that never fits is not drawn
    expect(randomErasing({ p: 1, scale: [1, 1] }).sample([3, 8, 8, 1], 1).boxes).toEqual(
      new Array(3).fill([0, 0, 0, 0]),
    );
  });

  test('as many channels go as asked, each as often', () => {
    const { keep, noise } = randomChannelDrop({ drop: 2, p: 0.75, fill: 'noise' }).sample([2000, 4, 4, 5], 1);
    const counts = keep.map((row) => row.reduce((a, b) => a + b, 0));
    expect(counts.every((n) => n === 5 || n === 3)).toBe(true);
    expect(Math.abs(share(counts.map((n) => (n === 3 ? 1 : 0))) - 0.75)).toBeLessThan(0.04);
    for (let c = 0; c < 5; c++) expect(Math.abs(share(keep.map((row) => row[c] as number)) - 0.7)).toBeLessThan(0.04);
    expect(new Set(noise?.map(String)).size).toBe(2000);
    expect(randomChannelDrop().sample(many, 1)).not.toHaveProperty('noise');
  });

  test('the Beta sampler follows its distribution', () => {
    const draws = (a: number, b: number): number[] =>
      Array.from({ length: 4000 }, (_, i) => beta(foldIn(5, i), a, b)).sort((x, y) => x - y);
    const distributions: [number, number, (x: number) => number][] = [
      [1, 1, (x) => x],
      [2, 1, (x) => x * x],
      [1, 0.3, (x) => 1 - (1 - x) ** 0.3],
      [0.5, 0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
      [3, 2, (x) => x ** 3 * (4 - 3 * x)],
    ];
    for (const [a, b, cumulative] of distributions) {
      const gaps = draws(a, b).map((x, i) => Math.abs(cumulative(x) - (i + 0.5) / 4000));
      expect(Math.max(...gaps), `Beta(${a}, ${b})`).toBeLessThan(0.026); // Kolmogorov's bound at 1 % is 0.0258
    }
    const small = draws(0.01, 0.01); // nearly all at the ends, half at each
    expect(small.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(Math.abs(share(small) - 0.5)).toBeLessThan(0.04);
  });

  test('the boxes of CutMix by hand', () => {
    // half as wide and high: 4 x 3, even lengths only; the exact area counts
    expect(cutmixBoxes([1, 6, 8, 3], [4, 3], 0.75)).toEqual({ boxes: [[2, 2, 2, 4]], lambda: [1 - 8 / 48] });
    const each = cutmixBoxes(
      [3, 8, 8, 1],
      [
        [0, 0],
        [7, 4],
        [3, 3],
      ],
      [0.75, 0, 1],
    );
    expect(each).toEqual({
      boxes: [
        [0, 0, 2, 2],
        [0, 3, 8, 5],
        [3, 3, 0, 0],
      ],
      lambda: [0.9375, 0.375, 1],
    });
  });

  test('mixing draws partners, and one share for the batch or one for each image', () => {
    for (const mixing of [randomMixup, randomCutmix]) {
      const { permutation, lambda } = mixing({ alpha: 0.4 }).sample([64, 16, 16, 3], 3);
      expect([...permutation].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
      expect(new Set(lambda).size).toBe(1);
      const each = mixing({ perImage: true }).sample([64, 16, 16, 3], 3).lambda;
      expect(new Set(each).size).toBeGreaterThan(25);
      expect(mixing({ perImage: true }).sample([16, 16, 16, 3], 3).lambda).toEqual(each.slice(0, 16));
      expect(mixing({ alpha: 0 }).sample([3, 16, 16, 3], 3).lambda).toEqual([1, 1, 1]);
      const params = mixing().sample([8, 16, 16, 3], 3);
      expect(mixing().sample([8, 16, 16, 3], randomKey(3))).toEqual(params);
      expect(JSON.parse(JSON.stringify(params))).toEqual(params);
      const seeds = new Set([1, 2, 3, 4].map((seed) => JSON.stringify(mixing().sample([8, 16, 16, 3], seed))));
      expect(seeds.size).toBe(4);
    }
    const { boxes, lambda } = randomCutmix({ perImage: true }).sample([500, 30, 20, 3], 1);
    for (const [i, [top = 0, left = 0, h = 0, w = 0]] of boxes.entries()) {
      expect(top >= 0 && left >= 0 && top + h <= 30 && left + w <= 20).toBe(true);
      expect(lambda[i]).toBeCloseTo(1 - (h * w) / 600, 12);
    }
    const wide = boxes.map(([, , h = 0]) => h);
    expect([Math.min(...wide), Math.max(...wide) > 20]).toEqual([0, true]);
  });

  test('options out of range are refused', () => {
    const refused: [() => unknown, string][] = [
      [() => randomGaussianNoise({ std: -1 }), 'randomGaussianNoise: std must be a number >= 0, got -1'],
      [() => randomGaussianNoise({ std: [1, 0] }), 'randomGaussianNoise: std[1] must be a number >= 1, got 0'],
      [() => randomGaussianNoise({ p: 2 }), 'randomGaussianNoise: p must be a number >= 0 and <= 1, got 2'],
      [() => randomPosterize({ bits: 9 }), 'randomPosterize: bits must be an integer >= 0 and <= 8, got 9'],
      [() => randomPosterize({ p: -1 }), 'randomPosterize: p must be'],
      [() => randomEqualize({ p: Number.NaN }), 'randomEqualize: p must be a number >= 0 and <= 1, got NaN'],
      [() => randomAutocontrast({ p: 2 }), 'randomAutocontrast: p must be'],
      [() => randomInvert({ p: 2 }), 'randomInvert: p must be'],
      [() => randomSobel({ p: 2 }), 'randomSobel: p must be'],
      [() => randomSobel({ variant: 'x' as 'kornia' }), "randomSobel: variant must be one of 'kornia', 'skimage'"],
      [() => randomAdjustSharpness({ factor: -1 }), 'randomAdjustSharpness: factor must be a number >= 0, got -1'],
      [() => randomAdjustSharpness({ p: 2 }), 'randomAdjustSharpness: p must be'],
      [() => randomErasing({ p: 2 }), 'randomErasing: p must be a number >= 0 and <= 1, got 2'],
      [() => randomErasing({ scale: [0, 2] }), 'randomErasing: scale[1] must be a number >= 0 and <= 1, got 2'],
      [() => randomErasing({ ratio: [0, 1] }), 'randomErasing: ratio[0] must be a number > 0, got 0'],
      [
        () => randomErasing({ value: [0, Number.NaN] }),
        'randomErasing: value[1] must be a number that is finite, got NaN',
      ],
      [() => randomChannelDrop({ drop: 0 }), 'randomChannelDrop: drop must be an integer >= 1, got 0'],
      [
        () => randomChannelDrop({ fill: 'x' as 'zero' }),
        "randomChannelDrop: fill must be one of 'zero', 'noise', got \"x\"",
      ],
      [() => randomChannelDrop({ p: 2 }), 'randomChannelDrop: p must be'],
      [() => randomMixup({ alpha: -1 }), 'randomMixup: alpha must be a number >= 0, got -1'],
      [() => randomCutmix({ alpha: Number.NaN }), 'randomCutmix: alpha must be a number >= 0, got NaN'],
      [
        () => randomMixup().sample([2, 4, 4], 1),
        'randomMixup: shape must be [batch, height, width, channels], got [2, 4, 4]',
      ],
      [
        () => cutmixBoxes([2, 4, 4], [0, 0], 1),
        'cutmixBoxes: shape must be [batch, height, width, channels], got [2, 4, 4]',
      ],
      [() => cutmixBoxes([2, 4, 4, 3], [4, 0], 1), 'cutmixBoxes: centers x must be an integer >= 0 and <= 3, got 4'],
      [
        () =>
          cutmixBoxes(
            [2, 4, 4, 3],
            [
              [0, 0],
              [0, 0.5],
            ],
            1,
          ),
        'cutmixBoxes: centers[1] y must be an integer >= 0 and <= 3, got 0.5',
      ],
      [() => cutmixBoxes([2, 4, 4, 3], [[0, 0]], 1), 'cutmixBoxes: centers must have one entry per image (2), got 1'],
      [() => cutmixBoxes([2, 4, 4, 3], [0, 0], [0, 2]), 'cutmixBoxes: lambda[1] must be a number >= 0 and <= 1, got 2'],
    ];
    for (const [call, message] of refused) expect(call).toThrow(message);
  });
});

// Whoever changes these changes the augmentation of every recorded run: only with a major version.
const PINNED = {
  noise: {
    std: [0.9634566307067871, 0.07016187906265259, 0.5872768759727478],
    noise: [
      [3305813617, 3740195919],
      [2358544620, 396319014],
      [4273083200, 2372781109],
    ],
  },
  posterize: { posterize: [0, 1, 1, 1, 0, 1, 0, 1] },
  sharpness: { factor: [2.8903698921203613, 0.21048563718795776, 1.7618306279182434] },
  erasing: {
    boxes: [
      [13, 16, 14, 33],
      [9, 14, 25, 14],
      [0, 22, 37, 16],
    ],
  },
  drop: {
    keep: [
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ],
  },
  mixup: { permutation: [1, 0, 2], lambda: [0.2709681594601665, 0.8688054723432741, 0.05106858178650414] },
  cutmix: {
    permutation: [1, 0, 2],
    boxes: [
      [0, 9, 23, 50],
      [0, 9, 23, 50],
      [0, 9, 23, 50],
    ],
    lambda: [0.5208333333333333, 0.5208333333333333, 0.5208333333333333],
  },
};
