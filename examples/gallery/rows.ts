import { div, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import * as t from 'selfsup/transforms';
import { DRAWS, type Row } from './draw.js';

const size = 96;

/** Names of transforms with what draws them. */
function rows(list: Readonly<Record<string, readonly [string, t.Transform<unknown> | t.Views]>>): Row[] {
  return Object.entries(list).map(([name, [caption, draw]]) => ({ name, caption, apply: (x, seed) => draw(x, seed) }));
}

export const policyRows: readonly Row[] = rows({
  simclrPolicy: ['strength 1: crop, flip, strong colours, grey, blur', t.simclrPolicy({ size })],
  mocoV2Policy: ['milder colours, crops of 20 % and more', t.mocoV2Policy({ size })],
  byolPolicy: ['first view always blurred (left four), second sometimes solarised', t.byolPolicy({ size })],
  barlowTwinsPolicy: ["BYOL's views", t.barlowTwinsPolicy({ size })],
  swavPolicy: ['two global views, six local ones', t.swavPolicy({ size })],
  dinoPolicy: ['two global views, six of the eight local ones', t.dinoPolicy({ size, localCount: 6 })],
  maePolicy: ['crop and flip alone', t.maePolicy({ size })],
});

export const transformRows: readonly Row[] = rows({
  randomResizedCrop: ['area 8 to 100 %', t.randomResizedCrop({ size })],
  'randomResizedCrop, antialias': [
    'to 32 pixels, antialiased',
    t.randomResizedCrop({ size: 32, scale: [0.5, 1], antialias: true }),
  ],
  'randomResizedCrop, not antialiased': ['to 32 pixels', t.randomResizedCrop({ size: 32, scale: [0.5, 1] })],
  randomCrop: ['padding 12', t.randomCrop({ size, padding: 12 })],
  randomHorizontalFlip: ['half of them', t.randomHorizontalFlip()],
  randomVerticalFlip: ['half of them', t.randomVerticalFlip()],
  randomRotation: ['up to 30 degrees', t.randomRotation({ degrees: 30 })],
  'randomRotation, border edge': ['the edge continued', t.randomRotation({ degrees: 30, border: 'edge' })],
  randomRotation90: ['quarter turns', t.randomRotation90()],
  randomAffine: [
    'turn, move, scale, shear',
    t.randomAffine({ degrees: 20, translate: [0.1, 0.1], scale: [0.7, 1.2], shear: 15 }),
  ],
  randomPerspective: ['distortion 0.5, all of them', t.randomPerspective({ p: 1 })],
  'a chain in one resampling': [
    'rotation, perspective, crop, flip',
    t.compose(
      t.randomRotation({ degrees: 20 }),
      t.randomPerspective({ distortion: 0.3, p: 1 }),
      t.randomResizedCrop({ size, scale: [0.3, 0.8] }),
      t.randomHorizontalFlip(),
    ),
  ],
  colorJitter: ["SimCLR's, all of them", t.colorJitter({ p: 1 })],
  randomGrayscale: ['half of them', t.randomGrayscale({ p: 0.5 })],
  randomGaussianBlur: ['sigma 0.1 to 2, all of them', t.randomGaussianBlur({ p: 1 })],
  randomGaussianNoise: ['deviation 0.1', t.randomGaussianNoise({ std: 0.1, p: 1 })],
  randomInvert: ['half of them', t.randomInvert({ p: 0.5 })],
  randomAutocontrast: ['half of them', t.randomAutocontrast({ p: 0.5 })],
  randomAdjustSharpness: ['factor 4, half of them', t.randomAdjustSharpness({ factor: 4, p: 0.5 })],
  randomSolarize: ['half of them', t.randomSolarize({ p: 0.5 })],
  randomPosterize: ['2 bits', t.randomPosterize({ bits: 2, p: 1 })],
  randomEqualize: ['half of them', t.randomEqualize({ p: 0.5 })],
  randomErasing: ['all of them', t.randomErasing({ p: 1 })],
  randomSobel: ['half of them', t.randomSobel({ p: 0.5 })],
  randomChannelDrop: ['all of them', t.randomChannelDrop({ p: 1 })],
  randAugment: ['two operations, magnitude 9', t.randAugment()],
  'randAugment, magnitude 25': ['two operations', t.randAugment({ magnitude: 25 })],
});

/** One value for each of the eight copies. */
const steps = (from: number, to: number): number[] =>
  Array.from({ length: DRAWS }, (_, i) => from + ((to - from) * i) / (DRAWS - 1));

/** A map of any range, shown from black (its least) to white. */
const shown = (x: Tensor4D, least: number, most: number): Tensor4D => tidy(() => div(sub(x, least), most - least));

export const operationRows: readonly Row[] = [
  { name: 'adjustBrightness', caption: 'factor 0 to 2', apply: (x) => t.adjustBrightness(x, steps(0, 2)) },
  { name: 'adjustContrast', caption: 'factor 0 to 2', apply: (x) => t.adjustContrast(x, steps(0, 2)) },
  { name: 'adjustSaturation', caption: 'factor 0 to 2', apply: (x) => t.adjustSaturation(x, steps(0, 2)) },
  { name: 'adjustHue', caption: 'from -0.5 to 0.5 of a turn', apply: (x) => t.adjustHue(x, steps(-0.5, 0.5)) },
  { name: 'adjustSharpness', caption: 'factor 0 to 8', apply: (x) => t.adjustSharpness(x, steps(0, 8)) },
  { name: 'solarize', caption: 'threshold 0 to 1', apply: (x) => t.solarize(x, steps(0, 1)) },
  { name: 'posterize', caption: '1 to 8 bits', apply: (x) => t.posterize(x, steps(1, 8)) },
  { name: 'invert', caption: '', apply: (x) => t.invert(x) },
  { name: 'autocontrast', caption: '', apply: (x) => t.autocontrast(x) },
  { name: 'equalize', caption: '', apply: (x) => t.equalize(x) },
  { name: 'rgbToGrayscale', caption: '', apply: (x) => t.rgbToGrayscale(x) },
  {
    name: 'gaussianBlur',
    caption: 'sigma 0 to 4, kernel 23',
    apply: (x) => t.gaussianBlur(x, { kernelSize: 23, sigma: steps(0, 4) }),
  },
  { name: 'rotate', caption: '-90 to 90 degrees, anticlockwise', apply: (x) => t.rotate(x, steps(-90, 90)) },
  {
    name: 'affine',
    caption: 'shear -30 to 30 degrees',
    apply: (x) => t.affine(x, { shear: steps(-30, 30).map((s) => [s, 0] as const) }),
  },
  {
    name: 'rotate90',
    caption: '0 to 3 quarter turns, anticlockwise',
    apply: (x) => t.rotate90(x, [0, 1, 2, 3, 0, 1, 2, 3]),
  },
  { name: 'dilate', caption: '', apply: (x) => t.dilate(x) },
  { name: 'erode', caption: '', apply: (x) => t.erode(x) },
  {
    name: 'sobel',
    caption: "kornia's variant, 4 times as bright",
    apply: (x) => shown(t.sobel(x, { variant: 'kornia' }), 0, 0.25),
  },
];
