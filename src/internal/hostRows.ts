import type { Tensor } from '@tensorflow/tfjs-core';
import { byteScale, checkData, type Data, isNumeric, isTensorData, typedArrayName } from './arrayData.js';
import { checkTensor, isTensor, show } from './checks.js';
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

/**
 * All numbers of a tensor or of nested arrays, row-major. Nothing else counts as a number: JSON turns NaN into null, and
 * `Number(null)`, `Number('')`, `Number(false)` and `Number([])` are 0.
 */
export async function readNumbers(where: string, name: string, x: Numbers): Promise<ArrayLike<number>> {
  return numbersOf(where, name, x, []);
}

async function numbersOf(where: string, name: string, x: Numbers, path: readonly number[]): Promise<ArrayLike<number>> {
  if (isTensor(x)) {
    checkTensor(where, name, x);
    if (!isNumeric(x)) throw new ShapeError(`${where}: ${name} must hold numbers, got ${show(x)}.`);
    return x.data();
  }
  const at = path.length > 0 ? ` at ${position(path)}` : '';
  if (isNumberArray(x)) return x;
  if (!isArrayLike(x)) {
    const expected = path.length > 0 ? 'hold numbers' : 'be a tensor or an array';
    throw new (path.length > 0 ? RangeError : ShapeError)(`${where}: ${name} must ${expected}, got ${tell(x)}${at}.`);
  }
  const parts = x as ArrayLike<unknown>;
  if (path.length > 0 && parts.length === 0) {
    throw new ShapeError(`${where}: ${name} must hold numbers, got []${at}.`);
  }
  if (!isTensor(parts[0]) && !isArrayLike(parts[0])) {
    for (let i = 0; i < parts.length; i++) {
      if (typeof parts[i] === 'number') continue;
      throw new RangeError(`${where}: ${name} must hold numbers, got ${tell(parts[i])} at ${position([...path, i])}.`);
    }
    return parts as ArrayLike<number>;
  }
  const out: number[] = [];
  for (let part = 0; part < parts.length; part++) {
    const numbers = await numbersOf(where, name, parts[part] as Numbers, [...path, part]);
    for (let i = 0; i < numbers.length; i++) out.push(numbers[i] as number);
  }
  return out;
}

/** Index of an entry: that of a list, or those of nested ones. */
const position = (path: readonly number[]): string => (path.length === 1 ? String(path[0]) : `[${path.join(', ')}]`);

/** Text of what is no number. */
function tell(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  const kind = typedArrayName(value);
  if (kind !== undefined) return `a ${kind} of ${(value as ArrayLike<unknown>).length}`;
  return Array.isArray(value) && value.length > 20 ? `an array of ${value.length}` : show(value);
}

const isArrayLike = (x: unknown): x is ArrayLike<unknown> =>
  typeof x === 'object' &&
  x !== null &&
  Number.isSafeInteger((x as ArrayLike<unknown>).length) &&
  (x as ArrayLike<unknown>).length >= 0 &&
  !isBigInts(x);

const isBigInts = (x: object): boolean => /^Big/.test(typedArrayName(x) ?? '');

/** A typed array of numbers, which needs no look at its entries. */
const isNumberArray = (x: unknown): x is Exclude<ArrayLike<number>, readonly number[]> =>
  typeof x === 'object' && x !== null && typedArrayName(x) !== undefined && !isBigInts(x);

/** Integers \>= 0, `count` of them where given. */
export async function readLabels(where: string, name: string, labels: Numbers, count?: number): Promise<Int32Array> {
  const numbers = await readNumbers(where, name, labels);
  if (count !== undefined && numbers.length !== count) {
    throw new ShapeError(`${where}: ${name} must have ${count} entries, got ${numbers.length}.`);
  }
  const out = new Int32Array(numbers.length);
  for (let i = 0; i < out.length; i++) {
    const value = numbers[i] as number;
    if (!Number.isInteger(value) || !(value >= 0)) {
      throw new RangeError(`${where}: ${name} must be integers >= 0, got ${show(value)} at ${i}.`);
    }
    if (!(value < 2 ** 31)) throw new RangeError(`${where}: ${name} must be below 2^31, got ${value} at ${i}.`);
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
 * Rows on the host, every axis after the first flattened, bytes as numbers in [0, 1] (int32 images and clips too). Throws
 * where an entry is no number or not finite. The array may be the caller's own: never write to it.
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
  if (!isTensor(data) && isArrayLike(data)) return listedRows(where, name, data);
  checkData(where, name, data);
  if (data.shape.length < 2) {
    throw new ShapeError(`${where}: ${name} must have shape [rows, dim], got [${data.shape.join(', ')}].`);
  }
  const rows = data.shape[0] as number;
  const dim = data.shape.slice(1).reduce((product, n) => product * n, 1);
  const raw = isTensorData(data) ? await data.data() : data.data;
  if (raw instanceof Float32Array) return { values: raw, rows, dim };
  const divisor = isTensorData(data) ? byteScale(data.dtype, data.shape) : byteScale(typedArrayName(raw), data.shape);
  const values = new Float32Array(raw.length); // a loop: Float32Array.from with a function is 50 times slower
  for (let i = 0; i < values.length; i++) values[i] = (raw[i] as number) / divisor;
  return { values, rows, dim };
}

/** Rows given as an array of arrays. */
function listedRows(where: string, name: string, data: ArrayLike<unknown>): HostRows {
  const rows = data.length;
  const first = data[0];
  const dim = isArrayLike(first) ? first.length : 0;
  if (!(rows >= 1) || !(dim >= 1)) {
    const got = rows >= 1 ? `${tell(first)} as row 0` : 'none';
    throw new ShapeError(`${where}: ${name} must have at least one row and column of numbers, got ${got}.`);
  }
  const values = new Float64Array(rows * dim);
  for (let r = 0; r < rows; r++) {
    const row = data[r];
    if (!isArrayLike(row)) throw new ShapeError(`${where}: ${name} must hold rows, got ${tell(row)} as row ${r}.`);
    if (row.length !== dim) {
      throw new ShapeError(`${where}: ${name} must have rows of ${dim} numbers, got ${row.length} in row ${r}.`);
    }
    for (let c = 0; c < dim; c++) {
      const value = row[c];
      if (typeof value !== 'number') {
        throw new RangeError(`${where}: ${name} must hold numbers, got ${tell(value)} at row ${r}, column ${c}.`);
      }
      values[r * dim + c] = value;
    }
  }
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
