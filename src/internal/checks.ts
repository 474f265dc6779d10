import type { Tensor } from '@tensorflow/tfjs-core';
import { RangeError, ShapeError } from './errors.js';

/** One axis of an expected shape: a fixed size, or a name that stands for any size of at least 1. */
export type Axis = number | string;

/** True for anything with the three fields of a tensor that we read; `instanceof` would fail across two copies of tfjs. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value && 'rank' in value;
}

/** Text of a value for an error message. */
export function show(value: unknown): string {
  if (isTensor(value)) return `${value.dtype} [${value.shape}]`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'function') return 'a function'; // its source has lines
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = typeof value === 'object' ? 'an object that is no JSON' : undefined; // a bigint, or what holds itself
  }
  return text === undefined ? String(value) : text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Checks that a value is a tensor that still holds its values. */
export function checkTensor(where: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new ShapeError(`${where}: ${name} must be a tensor, got ${show(value)}.`);
  if (value.isDisposed) {
    throw new ShapeError(`${where}: ${name} must be a tensor in use, got one that is disposed (${show(value)}).`);
  }
}

/**
 * Checks rank and shape of tensors. A name in an expected shape stands for one size: where it occurs twice, the sizes
 * must be equal, and it is at least 1.
 */
export function checkShapes(where: string, tensors: Record<string, readonly [Tensor, readonly Axis[]]>): void {
  const sizes = new Map<string, number>();
  for (const [name, [tensor, expected]] of Object.entries(tensors)) {
    checkTensor(where, name, tensor);
    const actual = tensor.shape;
    const before = new Map(sizes);
    const fits =
      tensor.rank === expected.length &&
      expected.every((axis, i) => {
        const size = actual[i] as number;
        if (typeof axis === 'number') return size === axis;
        const known = sizes.get(axis);
        if (known === undefined) sizes.set(axis, size);
        return size >= 1 && (known ?? size) === size;
      });
    if (!fits) {
      const wanted = expected.map((axis) => (before.has(String(axis)) ? before.get(String(axis)) : axis));
      throw new ShapeError(`${where}: ${name} must have shape [${wanted.join(', ')}], got [${actual.join(', ')}].`);
    }
  }
}

/** Checks that tensors have one of the given dtypes. */
export function checkDtype(where: string, tensors: Record<string, Tensor>, ...dtypes: readonly string[]): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(where, name, tensor);
    if (!dtypes.includes(tensor.dtype)) {
      throw new ShapeError(`${where}: ${name} must have dtype ${dtypes.join(' or ')}, got ${tensor.dtype}.`);
    }
  }
}

/** Checks shape and that the dtype is float32. */
export function checkFloats(where: string, tensors: Record<string, readonly [Tensor, readonly Axis[]]>): void {
  checkShapes(where, tensors);
  checkDtype(where, Object.fromEntries(Object.entries(tensors).map(([name, [tensor]]) => [name, tensor])), 'float32');
}

/** Checks float32 images `[batch, height, width, channels]`, every axis at least 1; `channels` fixes the last axis. */
export function checkImages(where: string, images: Tensor, channels: Axis = 'channels'): void {
  checkFloats(where, { images: [images, ['batch', 'height', 'width', channels]] });
}

/** Checks that numbers are finite and inside [min, max] (max defaults to infinity, but infinity itself never passes). */
export function checkNumbers(where: string, numbers: Record<string, readonly [number, number, number?]>): void {
  for (const [name, [value, min, max = Number.POSITIVE_INFINITY]] of Object.entries(numbers)) {
    if (typeof value !== 'number' || !Number.isFinite(value) || !(value >= min) || !(value <= max)) {
      throw new RangeError(`${where}: ${name} must be a number ${bounds(min, max)}, got ${show(value)}.`);
    }
  }
}

/** Checks that numbers are integers inside [min, max]. */
export function checkIntegers(where: string, numbers: Record<string, readonly [number, number, number?]>): void {
  for (const [name, [value, min, max = Number.MAX_SAFE_INTEGER]] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || !(value >= min) || !(value <= max)) {
      throw new RangeError(`${where}: ${name} must be an integer ${bounds(min, max)}, got ${show(value)}.`);
    }
  }
}

/** Checks that a value is one of the allowed ones. */
export function checkChoice<T extends string>(where: string, name: string, value: T, allowed: readonly T[]): void {
  if (!allowed.includes(value)) {
    throw new RangeError(
      `${where}: ${name} must be one of ${allowed.map((v) => `'${v}'`).join(', ')}, got ${show(value)}.`,
    );
  }
}

function bounds(min: number, max: number): string {
  const low = min === Number.MIN_VALUE ? '> 0' : min === Number.NEGATIVE_INFINITY ? '' : `>= ${min}`;
  const high = max >= Number.MAX_SAFE_INTEGER ? '' : `<= ${max}`;
  return [low, high].filter(Boolean).join(' and ') || 'that is finite';
}
