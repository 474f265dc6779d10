import { concat, getBackend, max, min, slice, sub, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  flipLeftRight,
  flipUpDown,
  gaussianBlur,
  invert,
  normalize,
  resize,
  resizedCrop,
  rgbToGrayscale,
  rotate90,
  solarize,
} from '../../src/transforms/index.js';
import { expectClose, hold, onEveryBackend, uniforms } from '../helpers/index.js';
import { table } from './table.js';

// A GPU compiles its programs anew for every shape: three shapes there, any small one elsewhere.
const gpu = getBackend().startsWith('webg');
const side = fc.integer({ min: 1, max: 7 });
const shapes: fc.Arbitrary<[number, number, number]> = gpu
  ? fc.constantFrom([1, 1, 1], [2, 5, 4], [3, 2, 7])
  : fc.tuple(fc.integer({ min: 1, max: 3 }), side, side);
const seeds = fc.integer({ min: 0, max: 1e6 });
/** RGB images of any small size, one pixel too. */
const images = fc.tuple(seeds, shapes).map(
  ([seed, [batch, height, width]]) =>
    () =>
      uniforms<Tensor4D>(seed, [batch, height, width, 3]),
);
const numbers = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
const exact = { atol: 0, rtol: 0 };
const near = { atol: 1e-5, rtol: 0 };
type Operation = (x: Tensor4D) => Tensor4D;

/** Asserts a law for drawn images. */
const forAll = <T>(drawn: fc.Arbitrary<T>, law: (x: Tensor4D, value: T) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(images, drawn, (make, value) => law(make(), value)),
    { numRuns: gpu ? 6 : 20 },
  );

const pixelwise: [string, Operation][] = [
  ['invert', invert],
  ['solarize', (x) => solarize(x, 0.4)],
  ['adjustBrightness', (x) => adjustBrightness(x, 1.4)],
  ['adjustSaturation', (x) => adjustSaturation(x, 0.3)],
  ['adjustHue', (x) => adjustHue(x, 0.2)],
  ['rgbToGrayscale', (x) => rgbToGrayscale(x)],
  ['normalize', (x) => normalize(x, { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] })],
];

onEveryBackend('properties of transforms', () => {
  const identities: [string, Operation, { atol: number; rtol: number }][] = [
    ['brightness 1', (x) => adjustBrightness(x, 1), exact],
    ['contrast 1', (x) => adjustContrast(x, 1), exact],
    ['saturation 1', (x) => adjustSaturation(x, 1), exact],
    ['hue 0', (x) => adjustHue(x, 0), { atol: 1e-6, rtol: 0 }],
    ['threshold above 1', (x) => solarize(x, 1.01), exact],
    ['sigma 0', (x) => gaussianBlur(x, { kernelSize: 1, sigma: 0 }), exact],
    ['no turn', (x) => rotate90(x, 0), exact],
    ['mean 0, std 1', (x) => normalize(x, { mean: 0, std: 1 }), exact],
    ['same size', (x) => resize(x, [x.shape[1], x.shape[2]]), exact],
    ['same size, antialiased', (x) => resize(x, [x.shape[1], x.shape[2]], { antialias: true }), exact],
    ['the whole as a crop', (x) => resizedCrop(x, whole(x), [x.shape[1], x.shape[2]]), exact],
    ['two inversions', (x) => invert(hold(invert(x))), { atol: 1e-6, rtol: 0 }],
    ['two flips left right', (x) => flipLeftRight(hold(flipLeftRight(x))), exact],
    ['two flips up down', (x) => flipUpDown(hold(flipUpDown(x))), exact],
    [
      'four quarter turns',
      (x) =>
        rotate90(
          [1, 2, 3].reduce((y) => hold(rotate90(y, 1)), x),
          1,
        ),
      exact,
    ],
    ['a turn and back', (x) => rotate90(hold(rotate90(x, 1)), -1), exact],
    ['a hue and back', (x) => adjustHue(hold(adjustHue(x, 0.31)), -0.31), near],
    ['a turn is two flips', (x) => rotate90(hold(flipUpDown(hold(flipLeftRight(x)))), 2), exact],
  ];
  for (const [name, operation, tolerance] of identities) {
    test(`identity: ${name}`, () => forAll(fc.constant(0), async (x) => expectClose(hold(operation(x)), x, tolerance)));
  }

  for (const [name, operation] of pixelwise) {
    test(`${name} works pixel by pixel: it commutes with moving pixels`, () =>
      forAll(fc.constantFrom(0, 1, 2, 3), async (x, k) => {
        const top = Math.floor(x.shape[1] / 2);
        const [height, width] = [x.shape[1] - top, x.shape[2]];
        const moves: Operation[] = [
          (y) => rotate90(y, k),
          flipLeftRight,
          flipUpDown,
          (y) => resizedCrop(y, new Array(y.shape[0]).fill([top, 0, height, width]), [height, width]),
        ];
        for (const move of moves) {
          await expectClose(hold(operation(hold(move(x)))), hold(move(hold(operation(x)))), near);
        }
      }));
  }

  test('brightness, saturation and contrast grow with their factor', () =>
    forAll(fc.tuple(numbers(0, 2), numbers(0, 2)), async (x, [a, b]) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const darker = hold(sub(hold(adjustBrightness(x, low)), hold(adjustBrightness(x, high))));
      expect(Math.max(...(await darker.data()))).toBeLessThanOrEqual(1e-6);
      const spread = async (y: Tensor4D): Promise<number> => {
        const all = await hold(y).data();
        return Math.max(...all) - Math.min(...all);
      };
      expect(await spread(adjustContrast(x, low))).toBeLessThanOrEqual((await spread(adjustContrast(x, high))) + 1e-5);
      const chroma = async (y: Tensor4D): Promise<number> => {
        const range = hold(sub(hold(max(hold(y), 3)), hold(min(y, 3))));
        return Array.from(await range.data()).reduce((total, c) => total + c, 0);
      };
      expect(await chroma(adjustSaturation(x, low))).toBeLessThanOrEqual(
        (await chroma(adjustSaturation(x, high))) + 1e-4,
      );
    }));

  test('hue keeps the largest and the smallest channel', () =>
    forAll(numbers(-0.5, 0.5), async (x, factor) => {
      const y = hold(adjustHue(x, factor));
      await expectClose(hold(max(y, 3)), hold(max(x, 3)), near);
      await expectClose(hold(min(y, 3)), hold(min(x, 3)), near);
    }));

  test('a number for all is the same number for each', () =>
    forAll(numbers(0, 0.5), async (x, value) => {
      const each = new Array<number>(x.shape[0]).fill(value);
      const calls: ((v: number | number[]) => Tensor4D)[] = [
        (v) => adjustBrightness(x, v),
        (v) => adjustContrast(x, v),
        (v) => adjustSaturation(x, v),
        (v) => adjustHue(x, v),
        (v) => solarize(x, v),
        (v) => gaussianBlur(x, { kernelSize: [1, 1], sigma: v }),
      ];
      for (const call of calls) await expectClose(hold(call(each)), hold(call(value)), exact);
    }));

  test('blur keeps a flat image, stays in range, and commutes with a flip', () =>
    fc.assert(
      fc.asyncProperty(seeds, numbers(0, 4), async (seed, sigma) => {
        const x = uniforms<Tensor4D>(seed, [2, 6, 5, 2]);
        const y = await hold(gaussianBlur(x, { kernelSize: [5, 7], sigma })).data();
        const [low, high] = [Math.min(...(await x.data())), Math.max(...(await x.data()))];
        expect(y.every((v) => v >= low - 1e-6 && v <= high + 1e-6)).toBe(true);
        const flipped = hold(flipLeftRight(hold(gaussianBlur(hold(flipLeftRight(x)), { kernelSize: [5, 7], sigma }))));
        await expectClose(flipped, Array.from(y), near);
        const flat = uniforms<Tensor4D>(seed, [1, 4, 4, 1], 0.37, 0.37);
        await expectClose(hold(gaussianBlur(flat, { kernelSize: 7, sigma })), flat, near);
      }),
      { numRuns: 15 },
    ));

  test('resize and crop stay inside the range of what they read', () =>
    forAll(
      gpu
        ? fc.constantFrom<[number, number, boolean]>([3, 9, true], [1, 1, true], [8, 2, false])
        : fc.tuple(side, side, fc.boolean()),
      async (x, [h, w, antialias]) => {
        const [low, high] = [Math.min(...(await x.data())) - 1e-6, Math.max(...(await x.data())) + 1e-6];
        const whole_ = hold(resizedCrop(x, whole(x), [h, w]));
        for (const y of [hold(resize(x, [h, w], { antialias })), whole_]) {
          expect((await y.data()).every((v) => v >= low && v <= high)).toBe(true);
        }
        await expectClose(hold(resize(x, [h, w])), whole_, near); // two ways to the same
      },
    ));

  for (const { name, transform, shape } of table) {
    test(`${name}: parameters stay with their image when the batch is reordered`, () =>
      fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const [, ...rest] = shape;
          const x = uniforms<Tensor4D>(seed, [2, ...rest] as [number, number, number, number]);
          const swapped = hold(concat([hold(slice(x, 1, 1)), hold(slice(x, 0, 1))])) as Tensor4D;
          const params = transform.sample(x.shape, seed);
          const y = hold(transform.apply(x, params));
          const back = hold(transform.apply(swapped, swap(params)));
          await expectClose(hold(concat([hold(slice(back, 1, 1)), hold(slice(back, 0, 1))])), y, {
            atol: 2e-6,
            rtol: 0,
          });
        }),
        { numRuns: 5 },
      ));

    test(`${name}: the draws of a batch begin those of a larger one`, () =>
      fc.assert(
        fc.property(seeds, (seed) => {
          const draw = (batch: number): unknown => transform.sample([batch, ...shape.slice(1)], seed);
          expect(cut(draw(9), 5)).toEqual(cut(draw(5), 5));
        }),
        { numRuns: 20 },
      ));
  }
});

function whole(x: Tensor4D): number[][] {
  return new Array(x.shape[0]).fill([0, 0, x.shape[1], x.shape[2]]);
}

/** Parameters with the entries of their two images exchanged. */
function swap(params: unknown): unknown {
  return onEntries(params, (entries) => [...entries].reverse());
}

/** Parameters of the first images. */
function cut(params: unknown, count: number): unknown {
  return onEntries(params, (entries) => entries.slice(0, count));
}

function onEntries(params: unknown, change: (entries: unknown[]) => unknown[]): unknown {
  return Object.fromEntries(
    Object.entries(params as Record<string, unknown[]>).map(([key, entries]) => [
      key,
      key === 'steps' ? entries.map((step) => onEntries(step, change)) : change(entries),
    ]),
  );
}
