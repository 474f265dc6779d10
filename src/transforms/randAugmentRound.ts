import type { Tensor4D } from '@tensorflow/tfjs-core';
import { adjustSharpness } from './adjustSharpness.js';
import { affineMatrix } from './affineMatrix.js';
import { autocontrast } from './autocontrast.js';
import { type Blend, blend, brightnessBlend, contrastBlend, KEEP, saturationBlend } from './blend.js';
import { type Border, keepSize } from './border.js';
import { equalize } from './equalize.js';
import { inTurn } from './inTurn.js';
import { IDENTITY } from './placement.js';
import { fromPlanes, toPlanes } from './planes.js';
import { posterize } from './posterize.js';
import { resample } from './resample.js';
import { selectImages } from './selectImages.js';
import { solarize } from './solarize.js';
import type { ApplyOptions } from './transform.js';

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

/** One operation for every image; those that an operation does not concern pass through it unchanged. */
export function applyRound(
  x: Tensor4D,
  drawn: readonly Drawn[],
  border: Border,
  options: Required<ApplyOptions>,
): Tensor4D {
  const [, height, width] = x.shape;
  const valuesOf = (operation: Operation, otherwise: number): number[] =>
    drawn.map((d) => (d.operation === operation ? d.value : otherwise));
  const some = (...operations: Operation[]): boolean => drawn.some((d) => operations.includes(d.operation));
  const chosen = (operation: Operation, change: (y: Tensor4D) => Tensor4D) => (y: Tensor4D) =>
    selectImages(
      drawn.map((d) => (d.operation === operation ? 1 : 0)),
      [() => y, () => change(y)],
    );
  const matrices = (): readonly (readonly number[])[] => drawn.map((d) => matrixOf(d, [height, width]));
  const steps: [boolean, (y: Tensor4D) => Tensor4D][] = [
    [
      some('shearX', 'shearY', 'translateX', 'translateY', 'rotate'),
      (y) => resample(y, [keepSize(y.shape, matrices(), border)], options),
    ],
    [some('brightness', 'color', 'contrast'), (y) => fromPlanes(blend(toPlanes(y), drawn.map(blendOf)), y.shape)],
    [some('sharpness'), (y) => adjustSharpness(y, valuesOf('sharpness', 1))],
    [some('solarize'), (y) => solarize(y, valuesOf('solarize', 2))],
    [some('posterize'), chosen('posterize', (y) => posterize(y, valuesOf('posterize', 8)))],
    [some('autocontrast'), chosen('autocontrast', autocontrast)],
    [some('equalize'), chosen('equalize', equalize)],
  ];
  const [first, ...rest] = steps.filter(([needed]) => needed).map(([, step]) => step);
  return first === undefined ? x : inTurn(() => first(x), ...rest);
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
