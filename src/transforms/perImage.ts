import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';

/** A number for all images, or one number per image. */
export type PerImage = number | ArrayLike<number>;

/** One number per image, each checked to be finite and inside [min, max]. */
export function perImage(
  where: string,
  name: string,
  value: PerImage,
  batch: number,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): number[] {
  if (typeof value === 'number') {
    checkNumbers(where, { [name]: [value, min, max] });
    return new Array<number>(batch).fill(value);
  }
  if (typeof value !== 'object' || value === null || typeof value.length !== 'number') {
    throw new RangeError(`${where}: ${name} must be a number or one number per image, got ${show(value)}.`);
  }
  if (value.length !== batch) {
    throw new ShapeError(`${where}: ${name} must have one entry per image (${batch}), got ${value.length}.`);
  }
  const values = Array.from(value);
  for (const [i, v] of values.entries()) checkNumbers(where, { [`${name}[${i}]`]: [v, min, max] });
  return values;
}

/** One number per image as a column [batch, 1], which broadcasts over [batch, ...] and [channels, batch, ...]. */
export function column(values: readonly number[] | Float32Array): Tensor2D {
  return tensor2d(values as number[], [values.length, 1], 'float32');
}

/** A range as a checked pair: [min, max], or what a single number stands for. */
export function rangePair(
  where: string,
  name: string,
  range: readonly [number, number],
  min: number,
  max = Number.POSITIVE_INFINITY,
): [number, number] {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new RangeError(`${where}: ${name} must be [min, max], got ${show(range)}.`);
  }
  const [low, high] = range as unknown as [number, number];
  checkNumbers(where, { [`${name}[0]`]: [low, min, max], [`${name}[1]`]: [high, low, max] });
  return [low, high];
}

/** A pair `[x, y]` per image, of one pair for all or one per image, each number inside [min, max]. */
export function perImagePair(
  where: string,
  name: string,
  value: readonly [number, number] | readonly (readonly [number, number])[],
  batch: number,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): [number, number][] {
  if (!Array.isArray(value))
    throw new RangeError(`${where}: ${name} must be [x, y] or one per image, got ${show(value)}.`);
  const one = value.length === 2 && value.every((v) => typeof v === 'number');
  const pairs = one ? new Array<[number, number]>(batch).fill(value as unknown as [number, number]) : value;
  if (pairs.length !== batch) {
    throw new ShapeError(`${where}: ${name} must have one entry per image (${batch}), got ${pairs.length}.`);
  }
  return pairs.map((pair, i) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new ShapeError(`${where}: ${name}[${i}] must be [x, y], got ${show(pair)}.`);
    }
    const [x, y] = pair as [number, number];
    checkNumbers(where, { [`${name}[${i}][0]`]: [x, min, max], [`${name}[${i}][1]`]: [y, min, max] });
    return [x, y];
  });
}

/** A range [-value, value] of a number >= 0, or the checked range itself. */
export function symmetricRange(
  where: string,
  name: string,
  value: number | readonly [number, number],
): [number, number] {
  if (typeof value !== 'number') return rangePair(where, name, value, Number.NEGATIVE_INFINITY);
  checkNumbers(where, { [name]: [value, 0] });
  return [-value, value];
}

/** A number, or a range, as a checked pair [min, max]. */
export function numberOrRange(
  where: string,
  name: string,
  value: number | readonly [number, number],
  min: number,
  max = Number.POSITIVE_INFINITY,
): [number, number] {
  if (typeof value !== 'number') return rangePair(where, name, value, min, max);
  checkNumbers(where, { [name]: [value, min, max] });
  return [value, value];
}
