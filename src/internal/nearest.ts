import { dispose, matMul, type Tensor2D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { columnMeans } from './gram.js';
import type { HostRows } from './hostRows.js';

/** The best rows of the bank for each query, best first; equal ones in the order of the bank. */
export interface Nearest {
  /** `[queries, k]` rows of the bank. */
  readonly indices: Int32Array;
  /** `[queries, k]` scores, falling. */
  readonly scores: Float32Array;
  readonly k: number;
}

/** Options of {@link nearest}. */
export interface NearestOptions {
  readonly k: number;
  /** `'dot'`: largest products. `'euclidean'`: smallest distances; scores are then squared distances with a minus. */
  readonly metric: 'dot' | 'euclidean';
  /** Queries per block. @defaultValue so many that a block holds 2^22 numbers */
  readonly chunk?: number | undefined;
  /** Leaves row i out of the neighbours of query i: queries and bank are the same rows. @defaultValue false */
  readonly excludeSelf?: boolean;
}

const BLOCK = 2 ** 22;

/**
 * Exact nearest neighbours. Products of a block of queries with the whole bank run on the backend and are read back; the
 * selection runs on the host, since `topk` is slow on WASM and limited on GPUs. Memory: the bank and one block.
 */
export async function nearest(queries: HostRows, bank: HostRows, options: NearestOptions): Promise<Nearest> {
  const { metric, chunk = Math.max(1, Math.floor(BLOCK / bank.rows)), excludeSelf = false } = options;
  const k = Math.min(options.k, bank.rows - (excludeSelf ? 1 : 0));
  const euclidean = metric === 'euclidean';
  // Distances do not change when all rows are shifted, but float32 products lose less around the mean.
  const center = euclidean ? columnMeans(bank) : null;
  const indices = new Int32Array(queries.rows * k);
  const scores = new Float32Array(queries.rows * k);
  const lengths = euclidean ? squaredLengths(bank, center) : null;
  const columns = tidy(() => transpose(toTensor(bank, 0, bank.rows, center))); // [dim, rows]
  try {
    for (let start = 0; start < queries.rows; start += chunk) {
      const end = Math.min(queries.rows, start + chunk);
      const product: Tensor2D = tidy(() => matMul(toTensor(queries, start, end, center), columns));
      const block = (await product.data()) as Float32Array;
      dispose(product);
      for (let q = start; q < end; q++) {
        const row = block.subarray((q - start) * bank.rows, (q - start + 1) * bank.rows);
        if (lengths) {
          const own = squaredLength(queries, q, center);
          for (let i = 0; i < row.length; i++) {
            row[i] = Math.min(0, 2 * (row[i] as number) - (lengths[i] as number) - own);
          }
        }
        if (excludeSelf) row[q] = Number.NEGATIVE_INFINITY;
        selectTop(row, k, indices.subarray(q * k, (q + 1) * k), scores.subarray(q * k, (q + 1) * k));
      }
    }
  } finally {
    columns.dispose();
  }
  return { indices, scores, k };
}

/** Rows scaled to length 1; a row of zeros stays zero. */
export function normalizedRows({ values, rows, dim }: HostRows): HostRows {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    let [largest, sum] = [0, 0];
    for (let i = r * dim; i < (r + 1) * dim; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    if (largest === 0) continue;
    for (let i = r * dim; i < (r + 1) * dim; i++) sum += ((values[i] as number) / largest) ** 2;
    const length = Math.sqrt(sum);
    for (let i = r * dim; i < (r + 1) * dim; i++) out[i] = (values[i] as number) / largest / length;
  }
  return { values: out, rows, dim };
}

/** Writes the k largest values and their places, falling; equal values in ascending order of place. */
export function selectTop(values: Float32Array, k: number, indices: Int32Array, scores: Float32Array): void {
  // A heap of the k best so far, the worst on top.
  const worse = (a: number, b: number): boolean => {
    const [x, y] = [values[a] as number, values[b] as number];
    return x < y || (x === y && a > b);
  };
  const heap = indices;
  const sink = (from: number, size: number): void => {
    const item = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && worse(heap[child + 1] as number, heap[child] as number)) child++;
      if (!worse(heap[child] as number, item)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = item;
  };
  for (let i = 0; i < k; i++) heap[i] = i;
  for (let i = (k >> 1) - 1; i >= 0; i--) sink(i, k);
  let floor = values[heap[0] as number] as number;
  for (let i = k; i < values.length; i++) {
    if ((values[i] as number) > floor) {
      heap[0] = i;
      sink(0, k);
      floor = values[heap[0] as number] as number;
    }
  }
  for (let size = k - 1; size > 0; size--) {
    const last = heap[size] as number;
    heap[size] = heap[0] as number;
    heap[0] = last;
    sink(0, size);
  }
  for (let i = 0; i < k; i++) scores[i] = values[heap[i] as number] as number;
}

function toTensor({ values, dim }: HostRows, start: number, end: number, center: Float64Array | null): Tensor2D {
  const part = Float32Array.from(values.subarray(start * dim, end * dim));
  if (center) for (let i = 0; i < part.length; i++) (part[i] as number) -= center[i % dim] as number;
  return tensor2d(part, [end - start, dim], 'float32');
}

function squaredLengths(x: HostRows, center: Float64Array | null): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, r) => squaredLength(x, r, center));
}

function squaredLength({ values, dim }: HostRows, row: number, center: Float64Array | null): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += ((values[row * dim + i] as number) - (center?.[i] ?? 0)) ** 2;
  return sum;
}
