import type { Tensor } from '@tensorflow/tfjs-core';
import { checkData, type Data, isTensorData } from './arrayData.js';
import { show } from './checks.js';
import { RangeError, ShapeError } from './errors.js';

/** Numbers of any shape: a tensor, an array, a typed array, nested arrays. */
export type Numbers = Tensor | ArrayLike<number> | ArrayLike<Numbers>;

/** A class per sample: a tensor or an array of integers \>= 0. */
export type Labels = Tensor | ArrayLike<number>;

/** A row per sample: a tensor, `{data, shape}`, or an array of rows. */
export type RowData = Data | ArrayLike<ArrayLike<number>>;

/** Rows of numbers on the host. */
export interface HostRows {
  readonly values: Float32Array | Float64Array;
  readonly rows: number;
  readonly dim: number;
}

const isTensor = (x: unknown): x is Tensor => typeof x === 'object' && x !== null && 'dtype' in x && 'shape' in x;

/** All numbers of a tensor or of nested arrays, row-major. */
export async function readNumbers(where: string, name: string, x: Numbers): Promise<ArrayLike<number>> {
  if (isTensor(x)) return x.data();
  if (ArrayBuffer.isView(x)) return x as unknown as ArrayLike<number>;
  if (typeof x !== 'object' || x === null || !('length' in x)) {
    throw new ShapeError(`${where}: ${name} must be a tensor or an array, got ${show(x)}.`);
  }
  if (typeof x[0] === 'number' || x.length === 0) return x as ArrayLike<number>;
  const out: number[] = [];
  for (const part of Array.from(x as ArrayLike<Numbers>)) {
    const numbers = await readNumbers(where, name, part);
    for (let i = 0; i < numbers.length; i++) out.push(numbers[i] as number);
  }
  return out;
}

/** Integers \>= 0, `count` of them where given. */
export async function readLabels(where: string, name: string, labels: Numbers, count?: number): Promise<Int32Array> {
  const numbers = await readNumbers(where, name, labels);
  if (count !== undefined && numbers.length !== count) {
    throw new ShapeError(`${where}: ${name} must have ${count} entries, got ${numbers.length}.`);
  }
  const out = new Int32Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(numbers[i]);
    if (!Number.isInteger(value) || !(value >= 0) || !(value < 2 ** 31)) {
      throw new RangeError(`${where}: ${name} must be integers >= 0, got ${show(numbers[i])} at ${i}.`);
    }
    out[i] = value;
  }
  return out;
}

/** One more than the largest label, or the number of classes asked for, which must hold them all. */
export function countClasses(where: string, classes: number | undefined, ...labels: readonly Int32Array[]): number {
  let most = 0;
  for (const list of labels) for (const label of list) if (label + 1 > most) most = label + 1;
  if (classes === undefined) return Math.max(most, 1);
  if (!Number.isSafeInteger(classes) || !(classes >= 1)) {
    throw new RangeError(`${where}: classes must be an integer >= 1, got ${show(classes)}.`);
  }
  if (most > classes) throw new RangeError(`${where}: labels must be below classes = ${classes}, got ${most - 1}.`);
  return classes;
}

/**
 * Rows on the host, every axis after the first flattened, bytes as numbers in [0, 1]. Throws where a number is not
 * finite. The array may be the caller's own: never write to it.
 */
export async function readRows(where: string, name: string, data: RowData): Promise<HostRows> {
  const result = await rowsOf(where, name, data);
  const { values, dim } = result;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      const at = `row ${Math.floor(i / dim)}, column ${i % dim}`;
      throw new RangeError(`${where}: ${name} must be finite, got ${values[i]} at ${at}.`);
    }
  }
  return result;
}

async function rowsOf(where: string, name: string, data: RowData): Promise<HostRows> {
  if (typeof data === 'object' && data !== null && 'length' in data) {
    const rows = data.length;
    const dim = data[0]?.length ?? 0;
    if (!(rows >= 1) || !(dim >= 1)) throw new ShapeError(`${where}: ${name} must have at least one row and column.`);
    const values = new Float64Array(rows * dim);
    for (let r = 0; r < rows; r++) {
      const row = data[r] as ArrayLike<number>;
      if (row.length !== dim) {
        throw new ShapeError(`${where}: ${name} must have rows of ${dim} numbers, got ${row.length} in row ${r}.`);
      }
      values.set(row, r * dim);
    }
    return { values, rows, dim };
  }
  checkData(where, name, data);
  if (data.shape.length < 2) {
    throw new ShapeError(`${where}: ${name} must have shape [rows, dim], got [${data.shape.join(', ')}].`);
  }
  const rows = data.shape[0] as number;
  const dim = data.shape.slice(1).reduce((product, n) => product * n, 1);
  const raw = isTensorData(data) ? await data.data() : data.data;
  if (raw instanceof Float32Array) return { values: raw, rows, dim };
  const divisor = raw instanceof Uint8Array && !isTensorData(data) ? 255 : 1;
  const values = new Float32Array(raw.length); // a loop: Float32Array.from with a function is 50 times slower
  for (let i = 0; i < values.length; i++) values[i] = (raw[i] as number) / divisor;
  return { values, rows, dim };
}

/** Chosen rows. */
export function pickRows({ values, dim }: HostRows, rows: ArrayLike<number>): HostRows {
  const out = new (values.constructor as Float64ArrayConstructor)(rows.length * dim);
  for (let i = 0; i < rows.length; i++) {
    const start = (rows[i] as number) * dim;
    out.set(values.subarray(start, start + dim), i * dim);
  }
  return { values: out, rows: rows.length, dim };
}

/** The rows in parts of at most `count`, one after the other: views, no copies. */
export function* rowParts({ values, rows, dim }: HostRows, count: number): Generator<HostRows & { start: number }> {
  for (let start = 0; start < rows; start += count) {
    const end = Math.min(rows, start + count);
    yield { values: values.subarray(start * dim, end * dim), rows: end - start, dim, start };
  }
}
