import { reshape, type Tensor2D, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';
import { sharpenPlanes } from './adjustSharpness.js';
import { affineMatrix } from './affineMatrix.js';
import { stretchRows } from './autocontrast.js';
import { type Blend, blend, brightnessBlend, contrastBlend, KEEP, saturationBlend } from './blend.js';
import { type Border, keepSize } from './border.js';
import { cacheSized, changeImages, partsOf } from './changeImages.js';
import { equalizeRows } from './equalize.js';
import { inTurn } from './inTurn.js';
import { IDENTITY } from './placement.js';
import { fromPlanes, toPlanes } from './planes.js';
import { dropBits } from './posterize.js';
import { resample } from './resample.js';
import { invertBright } from './solarize.js';
import type { ApplyOptions } from './transform.js';
import { partsPay } from './ways.js';

/** Operations of {@link randAugment}, in the numbering of its parameters (torchvision's order). */
export const OPERATIONS = [
  'identity',
  'shearX',
  'shearY',
  'translateX',
  'translateY',
  'rotate',
  'brightness',
  'color',
  'contrast',
  'sharpness',
  'posterize',
  'solarize',
  'autocontrast',
  'equalize',
] as const;
/** Name of one of them. */
export type Operation = (typeof OPERATIONS)[number];

/** What one image goes through in one round. */
export interface Drawn {
  readonly operation: Operation;
  readonly value: number;
}

/** The value of an operation at a strength from 0 to 1. */
export function valueOf(
  operation: Operation,
  strength: number,
  sign: number,
  [, height = 0, width = 0]: readonly number[],
): number {
  switch (operation) {
    case 'shearX':
    case 'shearY':
      return sign * 0.3 * strength;
    case 'translateX':
      return Math.trunc(sign * (150 / 331) * width * strength) + 0;
    case 'translateY':
      return Math.trunc(sign * (150 / 331) * height * strength) + 0;
    case 'rotate':
      return sign * 30 * strength;
    case 'brightness':
    case 'color':
    case 'contrast':
    case 'sharpness':
      return 1 + sign * 0.9 * strength;
    case 'posterize':
      return 8 - Math.round(4 * strength);
    case 'solarize':
      return 1 - strength;
    default:
      return 0;
  }
}

/** One operation for every image: moves by one resampling, changes of colour on the same planes, each of its own images. */
export function applyRound(
  x: Tensor4D,
  drawn: readonly Drawn[],
  border: Border,
  options: Required<ApplyOptions>,
): Tensor4D {
  const moved = imagesOf(drawn, MOVES);
  const colors = COLORS.map(({ operations, change }) => ({ images: imagesOf(drawn, operations), change }));
  const steps = [
    ...(moved.length > 0 ? [(y: Tensor4D) => move(y, moved, drawn, border, options)] : []),
    ...(colors.some(({ images }) => images.length > 0) ? [(y: Tensor4D) => recolor(y, colors, drawn)] : []),
  ];
  const [first, ...rest] = steps;
  return first === undefined ? x : inTurn(() => first(x), ...rest);
}

const MOVES: readonly Operation[] = ['shearX', 'shearY', 'translateX', 'translateY', 'rotate'];

/** Changes planes [channels, images, pixels], every image by its own value. */
type Change = (planes: Tensor3D, drawn: readonly Drawn[], size: readonly [number, number]) => Tensor3D;

/** Changes of colour, those together that are one operation. */
const COLORS: readonly { readonly operations: readonly Operation[]; readonly change: Change }[] = [
  { operations: ['brightness', 'color', 'contrast'], change: (planes, drawn) => blend(planes, drawn.map(blendOf)) },
  { operations: ['sharpness'], change: (planes, drawn, size) => sharpenPlanes(planes, size, drawn.map(valueIn)) },
  { operations: ['posterize'], change: (planes, drawn) => dropBits(planes, drawn.map(valueIn)) },
  { operations: ['solarize'], change: (planes, drawn) => invertBright(planes, drawn.map(valueIn)) },
  { operations: ['autocontrast'], change: eachChannel(stretchRows) },
  { operations: ['equalize'], change: eachChannel(equalizeRows) },
];

function eachChannel(change: (rows: Tensor2D) => Tensor2D): Change {
  return (planes) => {
    const [channels, images, pixels] = planes.shape;
    return reshape(change(reshape(planes, [channels * images, pixels])), planes.shape);
  };
}

const valueIn = ({ value }: Drawn): number => value;

function imagesOf(drawn: readonly Drawn[], operations: readonly Operation[]): number[] {
  return Array.from(drawn.keys()).filter((i) => operations.includes((drawn[i] as Drawn).operation));
}

const entries = <T>(list: readonly T[], images: readonly number[]): T[] => images.map((i) => list[i] as T);

function recolor(
  x: Tensor4D,
  colors: readonly { readonly images: readonly number[]; readonly change: Change }[],
  drawn: readonly Drawn[],
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const groups = colors.flatMap(({ images, change }) =>
    partsOf(images, batch, height * width * channels).map((part) => ({
      images: part,
      change: (planes: Tensor3D) => change(planes, entries(drawn, part), [height, width]),
    })),
  );
  return fromPlanes(
    inTurn(
      () => toPlanes(x),
      (planes) => changeImages(planes, groups),
    ),
    x.shape,
  );
}

/** A GPU moves all images at once, those that stay by nothing. */
function move(
  x: Tensor4D,
  moved: readonly number[],
  drawn: readonly Drawn[],
  border: Border,
  options: Required<ApplyOptions>,
): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const matrices = drawn.map((d) => matrixOf(d, [height, width]));
  if (!partsPay()) return resample(x, [keepSize(x.shape, matrices, border)], options);
  const numbers = height * width * channels;
  const whole: Tensor3D = reshape(x, [1, batch, numbers]);
  const groups = cacheSized(moved, numbers).map((images) => ({
    images,
    change: (part: Tensor3D): Tensor3D => {
      const some: Tensor4D = reshape(part, [images.length, height, width, channels]);
      return reshape(resample(some, [keepSize(some.shape, entries(matrices, images), border)], options), part.shape);
    },
  }));
  return reshape(changeImages(whole, groups), x.shape);
}

function matrixOf({ operation, value }: Drawn, size: readonly [number, number]): readonly number[] {
  const still = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] } as const;
  const degrees = (Math.atan(value) * 180) / Math.PI;
  switch (operation) {
    case 'shearX':
      return affineMatrix({ ...still, shear: [degrees, 0] }, size, 'corner');
    case 'shearY':
      return affineMatrix({ ...still, shear: [0, degrees] }, size, 'corner');
    case 'translateX':
      return affineMatrix({ ...still, translate: [value, 0] }, size);
    case 'translateY':
      return affineMatrix({ ...still, translate: [0, value] }, size);
    case 'rotate':
      return affineMatrix({ ...still, angle: -value }, size);
    default:
      return IDENTITY;
  }
}

function blendOf({ operation, value }: Drawn): Blend {
  switch (operation) {
    case 'brightness':
      return brightnessBlend(value);
    case 'color':
      return saturationBlend(value);
    case 'contrast':
      return contrastBlend(value);
    default:
      return KEEP;
  }
}
