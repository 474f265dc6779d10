import { type Tensor, type Tensor4D, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as t from '../../src/transforms/index.js';
import { onEveryBackend } from '../helpers/index.js';
import { expectMisuseIsNamed, type RightCall, uncovered } from '../helpers/misuse.js';

const f = (...shape: number[]): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 + 0.5 * Math.sin(i * i + 1)),
    shape,
  );
const rgb = [2, 8, 8, 3];
const x = (): Tensor => f(...rgb);

const plain = (
  [
    'autocontrast',
    'equalize',
    'flipLeftRight',
    'flipUpDown',
    'hsvToRgb',
    'invert',
    'labToRgb',
    'rgbToHsv',
    'rgbToLab',
    'standardize',
  ] as const
).map((name): RightCall => ({ name, call: Reflect.get(t, name), args: () => [x()] }));
const withNumber = (
  [
    'adjustBrightness',
    'adjustContrast',
    'adjustHue',
    'adjustSaturation',
    'adjustSharpness',
    'posterize',
    'rotate90',
    'solarize',
  ] as const
).map((name): RightCall => ({ name, call: Reflect.get(t, name), args: () => [x(), name === 'adjustHue' ? 0.2 : 1] }));
const withOptions = (['affine', 'dilate', 'erode', 'hog', 'rgbToGrayscale', 'sobel'] as const).map(
  (name): RightCall => ({
    name,
    call: Reflect.get(t, name),
    args: () => [x(), name === 'hog' ? { cellSize: 4 } : {}],
    options: 1,
  }),
);

const operations: readonly RightCall[] = [
  ...plain,
  ...withNumber,
  ...withOptions,
  { name: 'cutmix', call: t.cutmix, args: () => [x(), [1, 0], [0, 0, 2, 2]] },
  { name: 'erase', call: t.erase, args: () => [x(), [0, 0, 2, 2], 0] },
  { name: 'mixup', call: t.mixup as RightCall['call'], args: () => [x(), [1, 0], 0.5] },
  {
    name: 'gaussianBlur',
    call: t.gaussianBlur,
    args: () => [x(), { kernelSize: 3, sigma: 1 }],
    options: 1,
    optional: false,
  },
  {
    name: 'logMelSpectrogram',
    call: t.logMelSpectrogram,
    args: () => [f(2, 256), { sampleRate: 1000, fftLength: 64, hopLength: 32, melBins: 4 }],
    options: 1,
    optional: false,
  },
  { name: 'normalize', call: t.normalize, args: () => [x(), { mean: 0, std: 1 }], options: 1, optional: false },
  { name: 'resample', call: t.resample, args: () => [x(), [], {}], options: 2 },
  { name: 'resize', call: t.resize, args: () => [x(), 4, {}], options: 2 },
  {
    name: 'resizedCrop',
    call: t.resizedCrop,
    args: () => [
      x(),
      [
        [0, 0, 4, 4],
        [1, 1, 4, 4],
      ],
      4,
      {},
    ],
    options: 3,
  },
  { name: 'rotate', call: t.rotate, args: () => [x(), 20, {}], options: 2 },
];

interface Factory {
  readonly name: string;
  readonly make: (options: never) => unknown;
  readonly options: object;
  /** Whether there are options that must be given. @defaultValue false */
  readonly needed?: boolean;
  readonly shape?: readonly number[];
}

const clip = [2, 6, 8, 8, 3];
const factories: readonly Factory[] = [
  { name: 'barlowTwinsPolicy', make: t.barlowTwinsPolicy, options: { size: 8 }, needed: true },
  { name: 'byolPolicy', make: t.byolPolicy, options: { size: 8 }, needed: true },
  { name: 'colorJitter', make: t.colorJitter, options: {} },
  { name: 'cvrlPolicy', make: t.cvrlPolicy, options: { size: 8, frames: 2, stride: 1 }, needed: true, shape: clip },
  { name: 'dinoPolicy', make: t.dinoPolicy, options: { size: 8 }, needed: true },
  { name: 'maePolicy', make: t.maePolicy, options: { size: 8 }, needed: true },
  { name: 'mocoV2Policy', make: t.mocoV2Policy, options: { size: 8 }, needed: true },
  { name: 'multiCrop', make: t.multiCrop, options: { crops: [{ count: 2, size: 4 }] }, needed: true },
  { name: 'randAugment', make: t.randAugment, options: {} },
  { name: 'randomAdjustSharpness', make: t.randomAdjustSharpness, options: {} },
  { name: 'randomAffine', make: t.randomAffine, options: {} },
  { name: 'randomAudioNoise', make: t.randomAudioNoise, options: {}, shape: [2, 64] },
  { name: 'randomAutocontrast', make: t.randomAutocontrast, options: {} },
  { name: 'randomChannelDrop', make: t.randomChannelDrop, options: {} },
  { name: 'randomCrop', make: t.randomCrop, options: { size: 4 }, needed: true },
  { name: 'randomCutmix', make: t.randomCutmix, options: {} },
  { name: 'randomEqualize', make: t.randomEqualize, options: {} },
  { name: 'randomErasing', make: t.randomErasing, options: {} },
  { name: 'randomGain', make: t.randomGain, options: {}, shape: [2, 64] },
  { name: 'randomGaussianBlur', make: t.randomGaussianBlur, options: {} },
  { name: 'randomGaussianNoise', make: t.randomGaussianNoise, options: {} },
  { name: 'randomGrayscale', make: t.randomGrayscale, options: {} },
  { name: 'randomHorizontalFlip', make: t.randomHorizontalFlip, options: {} },
  { name: 'randomInvert', make: t.randomInvert, options: {} },
  { name: 'randomMixup', make: t.randomMixup, options: {} },
  { name: 'randomPerspective', make: t.randomPerspective, options: {} },
  { name: 'randomPosterize', make: t.randomPosterize, options: {} },
  { name: 'randomResizedCrop', make: t.randomResizedCrop, options: { size: 4 }, needed: true },
  { name: 'randomRotation', make: t.randomRotation, options: { degrees: 10 }, needed: true },
  { name: 'randomSobel', make: t.randomSobel, options: {} },
  { name: 'randomSolarize', make: t.randomSolarize, options: {} },
  { name: 'randomTimeShift', make: t.randomTimeShift, options: { maxShift: 4 }, needed: true, shape: [2, 64] },
  { name: 'randomVerticalFlip', make: t.randomVerticalFlip, options: {} },
  { name: 'simclrPolicy', make: t.simclrPolicy, options: { size: 8 }, needed: true },
  { name: 'specAugment', make: t.specAugment, options: {}, shape: [2, 40, 40] },
  { name: 'swavPolicy', make: t.swavPolicy, options: { size: 8 }, needed: true },
  { name: 'temporalCrop', make: t.temporalCrop, options: { frames: 2 }, needed: true, shape: clip },
  { name: 'temporalStride', make: t.temporalStride, options: { frames: 2, stride: 1 }, needed: true, shape: clip },
];
const factoryCalls = factories.map(
  ({ name, make, options, needed = false }): RightCall => ({
    name,
    call: make,
    args: () => [options],
    options: 0,
    optional: !needed,
  }),
);

const flip = t.randomHorizontalFlip();
/** Those without options of their own. */
const combined = [
  { name: 'clipTransform', transform: t.clipTransform(flip), shape: clip },
  { name: 'compose', transform: t.compose(flip, t.colorJitter()), shape: rgb },
  { name: 'randomApply', transform: t.randomApply(flip), shape: rgb },
  { name: 'randomChoice', transform: t.randomChoice([flip, t.colorJitter()]), shape: rgb },
  { name: 'randomOrder', transform: t.randomOrder([flip, t.colorJitter()]), shape: rgb },
  { name: 'randomRotation90', transform: t.randomRotation90(), shape: rgb },
];
/** What is called on images: `[message, transform, shape]`. */
const drawn = [
  ...combined,
  ...factories
    .filter(({ name }) => !/Policy|multiCrop/.test(name))
    .map(({ name, make, options, shape = rgb }) => ({ name, transform: make(options as never), shape })),
  { name: 'compose of simclrPolicy', transform: t.simclrPolicy({ size: 8 }), shape: rgb },
] as unknown as readonly { name: string; transform: t.Transform<unknown, Tensor>; shape: number[] }[];
const transformCalls = drawn.flatMap(({ name, transform, shape }): RightCall[] => {
  const mixing = /Mixup|Cutmix/i.test(name);
  const params = (): unknown => JSON.parse(JSON.stringify(transform.sample(shape, 1)));
  return [
    { name, call: transform as RightCall['call'], args: () => [f(...shape), 1], seed: 1 },
    { name: `${name} sample`, call: transform.sample as RightCall['call'], args: () => [shape, 1], seed: 1 },
    {
      name: `${name} apply`,
      call: transform.apply as RightCall['call'],
      args: () => (mixing ? [f(...shape), params()] : [f(...shape), params(), {}]),
      ...(mixing ? {} : { options: 2 }),
    },
  ];
});

const wrong = (value: unknown): never => value as never;

onEveryBackend('misuse of transforms', () => {
  test('every export has a call', () => {
    const others = [...combined, { name: 'views' }, { name: 'makeTransform' }, { name: 'cutmixBoxes' }];
    expect(uncovered(t, [...operations, ...factories, ...others])).toEqual([]);
  });
  describe.each([...operations, ...factoryCalls, ...transformCalls])('$name', (right) => {
    test('says which argument is wrong before it makes a tensor', () => expectMisuseIsNamed(right));
  });
  test('views say what is wrong with images and seed', () => {
    const both = t.views(flip, 2);
    const images = x() as Tensor4D;
    expect(() => both(images, wrong('1'))).toThrow('views: seed must be a safe integer or a RandomKey, got "1"');
    expect(() => both(wrong([images]), 1)).toThrow(
      'randomHorizontalFlip: images must be a tensor, got [float32 [2,8,8,3]]',
    );
    images.dispose();
    expect(() => both(images, 1)).toThrow('randomHorizontalFlip: images must be a tensor in use');
  });
  test('params that are none are named', () => {
    const bad: string[] = [];
    for (const { transform, shape } of drawn) {
      const images = zeros(shape);
      for (const params of [null, undefined, 5, 'text', [], {}]) {
        let text = '';
        try {
          transform.apply(images, params).dispose();
        } catch (error) {
          text = String(error);
        }
        if (params === null || typeof params !== 'object') expect(text).toMatch(/^ShapeError: \w+: params must be /);
        else if (/TypeError/.test(text)) bad.push(`${transform.name} ${JSON.stringify(params)} ${text}`);
      }
      images.dispose();
    }
    expect(bad).toEqual([]);
  });
  test('nested options say where the misspelt name stands', () => {
    for (const [call, message] of [
      [
        () => t.multiCrop({ crops: [{ count: 1, size: 4 }, wrong({ count: 1, size: 4, scal: [0.1, 1] })] }),
        "multiCrop: crops[1] has no 'scal', did you mean 'scale'?",
      ],
      [() => t.multiCrop({ crops: [wrong(null)] }), 'multiCrop: crops[0] must be an object, got null'],
      [
        () => t.simclrPolicy({ size: 8, blur: wrong({ sigm: 1 }) }),
        "simclrPolicy: blur has no 'sigm', did you mean 'sigma'?",
      ],
      [() => t.simclrPolicy({ size: 8, blur: wrong('yes') }), 'simclrPolicy: blur must be an object, got "yes"'],
      [
        () => t.cvrlPolicy({ size: 8, blur: wrong({ sigm: 1 }) }),
        "cvrlPolicy: blur has no 'sigm', did you mean 'sigma'?",
      ],
      [
        () => t.byolPolicy({ size: 8, antialias: wrong('no') }),
        'byolPolicy: antialias must be true or false, got "no"',
      ],
      [() => t.compose(wrong({})), 'compose: transforms[0] must be a transform'],
      [() => t.compose(wrong(null)), 'compose: transforms[0] must be a transform'],
      [() => t.randomApply(wrong(undefined)), 'randomApply: transforms[0] must be a transform'],
      [() => t.randomApply(flip, wrong({ P: 1 })), "randomApply: options has no 'P', did you mean 'p'?"],
      [() => t.randomApply(flip, wrong(0.5)), 'randomApply: options must be an object, got 0.5'],
      [() => t.views(wrong(3), 2), 'views: transforms[0] must be a transform'],
      [() => t.clipTransform(wrong(null)), 'clipTransform: transforms[0] must be a transform'],
      [() => t.makeTransform('mine', wrong({ sampl: () => ({}) })), "makeTransform: parts has no 'sampl'"],
      [() => t.makeTransform('mine', wrong(null)), 'makeTransform: parts must be an object, got null'],
    ] as const)
      expect(call, message).toThrow(message);
  });
});
