import {
  colorJitter,
  compose,
  randAugment,
  randomAdjustSharpness,
  randomAffine,
  randomApply,
  randomAutocontrast,
  randomChannelDrop,
  randomChoice,
  randomCrop,
  randomEqualize,
  randomErasing,
  randomGaussianBlur,
  randomGaussianNoise,
  randomGrayscale,
  randomHorizontalFlip,
  randomInvert,
  randomOrder,
  randomPerspective,
  randomPosterize,
  randomResizedCrop,
  randomRotation,
  randomRotation90,
  randomSobel,
  randomSolarize,
  randomVerticalFlip,
  simclrPolicy,
  type Transform,
} from '../../src/transforms/index.js';

/** One transform for the laws that all of them share. */
export interface Row {
  readonly name: string;
  readonly transform: Transform<unknown>;
  /** Shape of the images; the batch is 4. */
  readonly shape: [number, number, number, number];
  /** Shape of the result, where it differs. */
  readonly out?: [number, number, number, number];
  /** A shape that it refuses, and why. */
  readonly refuses?: readonly [shape: number[], message: string];
}

const rgb: [number, number, number, number] = [4, 7, 6, 3];

/** A new transform adds a row. */
export const table: readonly Row[] = [
  {
    name: 'randomResizedCrop',
    transform: randomResizedCrop({ size: [5, 8] }),
    shape: [4, 9, 12, 2],
    out: [4, 5, 8, 2],
  },
  {
    name: 'randomCrop',
    transform: randomCrop({ size: [4, 3], padding: [1, 2] }),
    shape: [4, 5, 6, 4],
    out: [4, 4, 3, 4],
    refuses: [[4, 5, 0, 4], 'randomCrop: shape must be [batch, height, width, channels], got [4, 5, 0, 4]'],
  },
  {
    name: 'randomCrop without padding',
    transform: randomCrop({ size: 4 }),
    shape: [4, 5, 6, 1],
    out: [4, 4, 4, 1],
    refuses: [[4, 3, 6, 1], 'randomCrop: images with their padding must be at least 4 x 4, got 3 x 6'],
  },
  {
    name: 'randomResizedCrop, antialiased',
    transform: randomResizedCrop({ size: [3, 4], antialias: true, minSide: 3 }),
    shape: [4, 9, 12, 2],
    out: [4, 3, 4, 2],
  },
  { name: 'randomRotation', transform: randomRotation({ degrees: 60 }), shape: [4, 6, 7, 2] },
  {
    name: 'randomRotation90',
    transform: randomRotation90(),
    shape: [4, 5, 5, 2],
    refuses: [[4, 5, 6, 2], 'randomRotation90: images must be square, got 5 x 6'],
  },
  {
    name: 'randomAffine',
    transform: randomAffine({
      degrees: [-30, 60],
      translate: [0.3, 0.2],
      scale: [0.5, 2],
      shear: [-20, 20, -10, 10],
      border: 'edge',
    }),
    shape: [4, 6, 7, 1],
  },
  { name: 'randomPerspective', transform: randomPerspective({ p: 0.8 }), shape: [4, 8, 7, 3] },
  {
    name: 'a chain of geometric transforms',
    transform: compose(
      randomAffine({ degrees: 20, scale: [0.8, 1.2] }),
      randomResizedCrop({ size: [6, 5] }),
      randomApply(randomHorizontalFlip({ p: 1 })),
      randomChoice([randomVerticalFlip(), randomRotation({ degrees: 10, border: 'edge' })]),
    ),
    shape: [4, 8, 7, 2],
    out: [4, 6, 5, 2],
  },
  { name: 'randomHorizontalFlip', transform: randomHorizontalFlip(), shape: [4, 3, 5, 2] },
  { name: 'randomVerticalFlip', transform: randomVerticalFlip(), shape: [4, 5, 3, 1] },
  {
    name: 'colorJitter',
    transform: colorJitter(),
    shape: rgb,
    refuses: [
      [4, 7, 6, 1],
      'colorJitter: images must have 3 channels (saturation and hue are on), got shape [4, 7, 6, 1]',
    ],
  },
  {
    name: 'colorJitter of one channel',
    transform: colorJitter({ saturation: 0, hue: 0 }),
    shape: [4, 7, 6, 1],
    refuses: [[4, 7, 6, 2], 'colorJitter: images must have 1 or 3 channels (contrast is on), got shape [4, 7, 6, 2]'],
  },
  {
    name: 'colorJitter of brightness',
    transform: colorJitter({ contrast: 0, saturation: 0, hue: 0 }),
    shape: [4, 7, 6, 5],
  },
  {
    name: 'randomGrayscale',
    transform: randomGrayscale({ p: 0.5 }),
    shape: rgb,
    refuses: [[4, 7, 6, 1], 'randomGrayscale: shape must be [batch, height, width, 3], got [4, 7, 6, 1]'],
  },
  { name: 'randomGaussianBlur', transform: randomGaussianBlur({ kernelSize: [5, 3] }), shape: rgb },
  { name: 'randomGaussianBlur by height', transform: randomGaussianBlur({ p: 1 }), shape: [4, 21, 3, 2] },
  { name: 'randAugment', transform: randAugment({ n: 2, magnitude: 20 }), shape: rgb },
  { name: 'randomSolarize', transform: randomSolarize({ p: 0.5 }), shape: [4, 7, 6, 2] },
  { name: 'randomGaussianNoise', transform: randomGaussianNoise({ std: [0.05, 0.3] }), shape: [4, 3, 5, 2] },
  { name: 'randomPosterize', transform: randomPosterize(), shape: [4, 3, 5, 2] },
  { name: 'randomEqualize', transform: randomEqualize(), shape: [4, 18, 17, 1] },
  { name: 'randomAutocontrast', transform: randomAutocontrast(), shape: [4, 3, 5, 2] },
  { name: 'randomAdjustSharpness', transform: randomAdjustSharpness({ factor: [0, 3] }), shape: rgb },
  { name: 'randomInvert', transform: randomInvert(), shape: [4, 3, 5, 2] },
  {
    name: 'randomErasing',
    transform: randomErasing({ value: [0.25, 0.5] }),
    shape: [4, 9, 8, 2],
    refuses: [[4, 9, 8, 3], 'randomErasing: value must have one entry per channel (3), got 2'],
  },
  { name: 'randomErasing of noise', transform: randomErasing({ p: 1, value: 'random' }), shape: [4, 9, 8, 2] },
  { name: 'randomSobel', transform: randomSobel({ variant: 'skimage' }), shape: [4, 3, 5, 2] },
  {
    name: 'randomChannelDrop',
    transform: randomChannelDrop({ drop: 1 }),
    shape: [4, 3, 5, 2],
    refuses: [[4, 3, 5, 1], 'randomChannelDrop: images must have more than 1 channels, got shape [4, 3, 5, 1]'],
  },
  { name: 'randomChannelDrop with noise', transform: randomChannelDrop({ drop: 2, fill: 'noise' }), shape: rgb },
  {
    name: 'compose',
    transform: compose(randomResizedCrop({ size: 6 }), randomHorizontalFlip(), colorJitter()),
    shape: rgb,
    out: [4, 6, 6, 3],
  },
  {
    name: 'randomApply',
    transform: randomApply(randomSolarize({ p: 1 })),
    shape: rgb,
    refuses: [[4, 7, 6], 'randomSolarize: shape must be [batch, height, width, channels], got [4, 7, 6]'],
  },
  {
    name: 'randomChoice',
    transform: randomChoice([randomVerticalFlip({ p: 1 }), randomSolarize({ p: 1 })]),
    shape: rgb,
  },
  {
    name: 'randomOrder',
    transform: randomOrder([colorJitter(), randomSolarize({ p: 1 }), randomGaussianBlur({ kernelSize: 3 })]),
    shape: rgb,
  },
  {
    name: 'simclrPolicy',
    transform: simclrPolicy({ size: 8, blur: { kernelSize: 3 } }),
    shape: [4, 12, 10, 3],
    out: [4, 8, 8, 3],
  },
  { name: 'simclrPolicy at 40', transform: simclrPolicy({ size: 40 }), shape: [4, 24, 24, 3], out: [4, 40, 40, 3] },
];
