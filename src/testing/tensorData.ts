import { type Rank, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { toStringMethod } from 'fast-check';

/** A tensor as plain data: nothing to dispose while fast-check shrinks it. `tensor(data, shape, dtype)` makes it live. */
export interface TensorData<Shape extends readonly number[] = readonly number[]> {
  /** Sizes of the axes. */
  readonly shape: Shape;
  /** Its numbers, row by row. */
  readonly data: Float32Array | Int32Array | readonly number[];
  /** @defaultValue 'float32' */
  readonly dtype?: 'float32' | 'int32';
}

/** What {@link images}, {@link clips} and {@link embeddings} draw. */
export interface Drawn<Shape extends readonly number[] = readonly number[]> extends TensorData<Shape> {
  /** Its numbers, row by row. */
  readonly data: Float32Array;
  /** How it was filled. */
  readonly fill: string;
  /** Seed of what is random in it. */
  readonly seed: number;
}

/** Numbers of a counterexample that are worth printing. */
const SHOWN = 12;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A number as in a message: as many digits as float32 has. */
export function digits(x: number): string {
  return String(Number(x.toPrecision(7)));
}

/** The first numbers of a list, or the one that they all are. */
export function listed(values: ArrayLike<number>): string {
  const [first = 0] = Array.from(values).slice(0, 1);
  if (values.length > 1 && Array.from(values).every((v) => v === first)) return `all ${digits(first)}`;
  const shown = Array.from(values).slice(0, SHOWN).map(digits).join(', ');
  return values.length > SHOWN ? `${shown}, ... (${values.length} numbers)` : shown;
}

/** Drawn data that prints in one line. */
export function drawn<Shape extends readonly number[]>(
  shape: Shape,
  data: Float32Array,
  fill: string,
  seed: number,
): Drawn<Shape> {
  const text = (): string => `[${shape.join(', ')}] '${fill}', seed ${seed}: ${listed(data)}`;
  const value = { shape, data, fill, seed };
  for (const key of [toStringMethod, 'toString']) Object.defineProperty(value, key, { value: text });
  return value;
}

/** A line about any tensor data. */
export function describeData(x: TensorData): string {
  if (toStringMethod in x) return String(x);
  const dtype = x.dtype ?? 'float32';
  return `${dtype} [${x.shape.join(', ')}]: ${listed(x.data)}`;
}

/** The tensor of some data, which may do with it as it likes; the caller disposes it. */
export function toTensor<T extends Tensor<Rank> = Tensor>({ shape, data, dtype = 'float32' }: TensorData): T {
  const copy = dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data);
  return tensor(copy, [...shape], dtype) as T;
}

/** The first `count` entries of a batch. */
export function firstEntries<T extends Pick<TensorData, 'shape' | 'data'>>(x: T, count: number): T {
  const [batch = 1, ...rest] = x.shape;
  return { ...x, shape: [count, ...rest], data: x.data.slice(0, (x.data.length / batch) * count) };
}
