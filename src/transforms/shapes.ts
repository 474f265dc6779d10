import type { Tensor } from '@tensorflow/tfjs-core';
import { type Axis, checkDtype, checkIntegers, checkShapes, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

/** Height and width, or one number for both. */
export type Size = number | readonly [height: number, width: number];

/** Axes of a batch of images. */
export const IMAGES: readonly Axis[] = ['batch', 'height', 'width', 'channels'];
/** Axes of a batch of RGB images. */
export const RGB: readonly Axis[] = ['batch', 'height', 'width', 3];
/** Axes of a batch of clips. */
export const CLIPS: readonly Axis[] = ['batch', 'frames', 'height', 'width', 'channels'];
/** Axes of a batch of waveforms. */
export const WAVEFORMS: readonly Axis[] = ['batch', 'samples'];

/** Checks a shape: integers of at least 1, and where axes are given, as many and with the fixed sizes among them. */
export function checkShape(where: string, shape: readonly number[], axes: readonly Axis[] | null): void {
  const fits =
    Array.isArray(shape) &&
    shape.length >= 1 &&
    shape.every((n) => Number.isSafeInteger(n) && n >= 1) &&
    (axes === null ||
      (shape.length === axes.length && axes.every((axis, i) => axis === shape[i] || typeof axis === 'string')));
  if (!fits) {
    const wanted = axes === null ? 'integers >= 1' : `[${axes.join(', ')}]`;
    const got = Array.isArray(shape) ? `[${shape.join(', ')}]` : show(shape);
    throw new ShapeError(`${where}: shape must be ${wanted}, got ${got}.`);
  }
}

/** Checks a float32 tensor of these axes, or of any. */
export function checkInput(where: string, x: Tensor, axes: readonly Axis[] | null): void {
  const name = axes === null || axes.length === 4 ? 'images' : 'x';
  if (axes !== null) checkShapes(where, { [name]: [x, axes] });
  checkDtype(where, { [name]: x }, 'float32');
  if (axes === null) checkShape(where, x.shape, null);
}

/** Height and width as a pair of integers of at least 1. */
export function sizePair(where: string, size: Size): [number, number] {
  const pair = typeof size === 'number' ? [size, size] : size;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`${where}: size must be an integer or [height, width], got ${show(size)}.`);
  }
  const [height, width] = pair as [number, number];
  checkIntegers(where, { 'size (height)': [height, 1], 'size (width)': [width, 1] });
  return [height, width];
}

/** Checks float32 images with one channel or three. */
export function checkGrayOrRgb(where: string, x: Tensor): void {
  checkInput(where, x, IMAGES);
  checkGrayOrRgbShape(where, x.shape);
}

/** Checks a shape of images with one channel or three. */
export function checkGrayOrRgbShape(where: string, shape: readonly number[]): void {
  if (shape[3] !== 1 && shape[3] !== 3) {
    throw new ShapeError(`${where}: images must have 1 or 3 channels, got shape [${shape.join(', ')}].`);
  }
}

/** Checks that every list among parameters has one entry per image. */
export function checkEntries(name: string, params: unknown, shape: readonly number[]): void {
  const batch = shape[0] as number;
  for (const [key, value] of Object.entries(params as object)) {
    if (Array.isArray(value) && value.length !== batch) {
      throw new ShapeError(
        `${name}: params.${key} must have one entry per image (${batch}), got ${value.length}; they were drawn for another batch.`,
      );
    }
  }
}
