import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { RangeError, ShapeError } from './errors.js';

/** One axis of an expected shape: a fixed size, or a name that stands for any size of at least 1. */
export type Axis = number | string;

/** True for anything with the three fields of a tensor that we read; `instanceof` would fail across two copies of tfjs. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'dtype' in value && 'rank' in value;
}

/** Kind of a value: 'Object', 'Array', 'Function', 'Promise', 'Float32Array', ... */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Text of a value for an error message, in one line. */
export function show(value: unknown, depth = 3): string {
  if (isTensor(value)) return `${value.dtype} [${value.shape}]`;
  const kind = kindOf(value);
  let text = kind;
  if (kind === 'Array' && depth > 0)
    text = `[${(value as unknown[]).slice(0, 41).map((entry) => show(entry, depth - 1))}]`;
  else if (kind === 'Function') text = 'a function';
  else if (kind === 'Object') text = `{${Object.keys(value as object)}}`;
  else if (kind === 'String') text = JSON.stringify(value);
  else if (Object(value) !== value) text = String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function refuse(
  Kind: typeof RangeError | typeof ShapeError,
  where: string,
  name: string,
  expected: string,
  value: string,
): never {
  throw new Kind(`${where}: ${name} must ${expected}, got ${value}.`);
}

/** Axes of a tensor that may have any rank, each of any size from 1. */
export function anyAxes(value: unknown, first = 0): string[] {
  return Array.from({ length: isTensor(value) ? value.rank - first : 0 }, (_, i) => `axis ${i + first}`);
}

/** Checks that a value is a tensor that still holds its values. */
export function checkTensor(where: string, name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) refuse(ShapeError, where, name, 'be a tensor', show(value));
  if (value.isDisposed) {
    refuse(ShapeError, where, name, 'be a tensor in use', `one that is disposed (${show(value)})`);
  }
}

/**
 * Checks rank and shape of tensors. A name in an expected shape stands for one size: where it occurs twice, the sizes
 * must be equal, and it is at least 1.
 */
export function checkShapes(where: string, tensors: Record<string, readonly [unknown, readonly Axis[]]>): void {
  const sizes = new Map<Axis, number>();
  for (const [name, [tensor, expected]] of Object.entries(tensors)) {
    checkTensor(where, name, tensor);
    const actual = tensor.shape;
    const wanted = expected.map((axis) => sizes.get(axis) ?? axis).join(', ');
    const fits =
      tensor.rank === expected.length &&
      expected.every((axis, i) => {
        const size = actual[i] as number;
        if (typeof axis === 'number') return size === axis;
        const known = sizes.get(axis) ?? size;
        sizes.set(axis, known);
        return size >= 1 && known === size;
      });
    if (!fits) refuse(ShapeError, where, name, `have shape [${wanted}]`, `[${actual.join(', ')}]`);
  }
}

/** Checks that tensors have one of the given dtypes. */
export function checkDtype(where: string, tensors: Record<string, unknown>, ...dtypes: readonly string[]): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(where, name, tensor);
    if (!dtypes.includes(tensor.dtype)) {
      refuse(ShapeError, where, name, `have dtype ${dtypes.join(' or ')}`, tensor.dtype);
    }
  }
}

/** Checks shape and that the dtype is float32. */
export function checkFloats(where: string, tensors: Record<string, readonly [unknown, readonly Axis[]]>): void {
  checkShapes(where, tensors);
  for (const [name, [tensor]] of Object.entries(tensors)) checkDtype(where, { [name]: tensor }, 'float32');
}

/** The tensor of so many axes. */
type OfRank<N extends number> = number extends N
  ? Tensor
  : [Scalar, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D, ...Tensor[]][N];

/** Checks shape and dtype, float32, of one tensor, which from then on has the type of its rank. */
export function checkFloat<const Axes extends readonly Axis[]>(
  where: string,
  name: string,
  value: unknown,
  axes: Axes,
): asserts value is OfRank<Axes['length']> {
  checkFloats(where, { [name]: [value, axes] });
}

/** Checks shape and dtype, float32, int32 or bool, of a mask, which from then on has the type of its rank. */
export function checkMask<const Axes extends readonly Axis[]>(
  where: string,
  name: string,
  value: unknown,
  axes: Axes,
): asserts value is OfRank<Axes['length']> {
  checkShapes(where, { [name]: [value, axes] });
  checkDtype(where, { [name]: value }, 'float32', 'int32', 'bool');
}

/** Checks float32 images `[batch, height, width, channels]`, every axis at least 1; `channels` fixes the last axis. */
export function checkImages(where: string, images: Tensor, channels: Axis = 'channels'): void {
  checkFloats(where, { images: [images, ['batch', 'height', 'width', channels]] });
}

/** Checks that a seed is a safe integer or a random key. */
export function checkSeed(where: string, seed: unknown, name = 'seed'): void {
  if (!isSeed(seed)) refuse(RangeError, where, name, 'be a safe integer or a RandomKey', show(seed));
}

/** Whether a value is a safe integer or two words of 32 bits. */
function isSeed(seed: unknown): boolean {
  if (typeof seed !== 'object' || seed === null) return Number.isSafeInteger(seed);
  const { high, low } = seed as { readonly high?: number; readonly low?: number };
  return Number(high) >>> 0 === high && Number(low) >>> 0 === low;
}

/** Numbers by name, each with the range that it must lie in, [min, max]; max defaults to infinity. */
type Numbers = Record<string, readonly [value: number, min: number, max?: number]>;

/** Checks that numbers are finite and inside their ranges; infinity itself never passes. */
export function checkNumbers(where: string, numbers: Numbers): void {
  checkRanges(where, numbers, 'a number ', Number.isFinite, Number.POSITIVE_INFINITY);
}

/** Checks that numbers are integers inside their ranges. */
export function checkIntegers(where: string, numbers: Numbers): void {
  checkRanges(where, numbers, 'an integer ', Number.isSafeInteger, Number.MAX_SAFE_INTEGER);
}

function checkRanges(where: string, numbers: Numbers, kind: string, is: (x: unknown) => boolean, most: number): void {
  for (const [name, [value, min, max = most]] of Object.entries(numbers)) {
    if (!is(value) || !(value >= min && value <= max)) {
      const low = min === Number.MIN_VALUE ? '> 0' : min === Number.NEGATIVE_INFINITY ? '' : `>= ${min}`;
      const high = max >= Number.MAX_SAFE_INTEGER ? '' : `<= ${max}`;
      const range = [low, high].filter(Boolean).join(' and ') || 'that is finite';
      refuse(RangeError, where, name, `be ${kind}${range}`, show(value));
    }
  }
}

/** Checks that a value is one of the allowed ones. */
export function checkChoice<T extends string | boolean>(
  where: string,
  name: string,
  value: T,
  allowed: readonly T[],
): void {
  if (!allowed.includes(value)) {
    const known = allowed.map((v) => (typeof v === 'string' ? `'${v}'` : v)).join(', ');
    refuse(RangeError, where, name, `be one of ${known}`, show(value));
  }
}

/** Checks that values are true or false. */
export function checkFlags(where: string, flags: Record<string, boolean>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (typeof value !== 'boolean') refuse(RangeError, where, name, 'be true or false', show(value));
  }
}
