import { dispose, type Tensor2D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { CLOSE, squaredDistanceOf } from './exactDistance.js';
import { columnMeans } from './gram.js';
import type { HostRows } from './hostRows.js';
import { matMul } from './matMul.js';

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
  /**
   * `'cosine'`: largest products of rows scaled to length 1. `'dot'`: largest products. `'euclidean'`: smallest distances;
   * scores are then squared distances with a minus.
   */
  readonly metric: 'cosine' | 'dot' | 'euclidean';
  /** Queries per block. @defaultValue 512 */
  readonly chunk?: number | undefined;
  /** Leaves row i out of the neighbours of query i: queries and bank are the same rows. @defaultValue false */
  readonly excludeSelf?: boolean;
  /** Most numbers of a block of rows or of products. @defaultValue 2 ** 22, which are 16 MiB */
  readonly block?: number;
}

/**
 * Exact nearest neighbours. Products of a block of queries with a block of the bank run on the backend and are read back;
 * the selection runs on the host, since `topk` is slow on WASM and limited on GPUs. The backend holds one block of each
 * and their products; many queries at a time, since WASM packs the block of the bank anew for each product.
 */
export async function nearest(queries: HostRows, bank: HostRows, options: NearestOptions): Promise<Nearest> {
  const { metric, chunk = 512, excludeSelf = false, block: most = 2 ** 22 } = options;
  const k = Math.min(options.k, bank.rows - (excludeSelf ? 1 : 0));
  const wide = Math.min(chunk, queries.rows, Math.max(1, Math.floor(most / bank.dim)));
  const deep = Math.max(1, Math.floor(most / Math.max(wide, bank.dim)));
  // Distances do not change when all rows are shifted, but float32 products lose less around the mean.
  const center = metric === 'euclidean' ? columnMeans(bank) : null;
  const lengths = center && { bank: squaredLengths(bank, center), queries: squaredLengths(queries, center) };
  const blockOf = (x: HostRows, start: number, end: number): Tensor2D => {
    const rows = { values: x.values.subarray(start * x.dim, end * x.dim), rows: end - start, dim: x.dim };
    return toTensor(metric === 'cosine' ? normalizedRows(rows) : rows, center);
  };
  const indices = new Int32Array(queries.rows * k);
  const scores = new Float32Array(queries.rows * k);
  for (let first = 0; first < bank.rows; first += deep) {
    const last = Math.min(bank.rows, first + deep);
    const columns = tidy(() => transpose(blockOf(bank, first, last))); // [dim, rows]
    try {
      for (let start = 0; start < queries.rows; start += wide) {
        const end = Math.min(queries.rows, start + wide);
        const product: Tensor2D = tidy(() => matMul(blockOf(queries, start, end), columns));
        const block = (await product.data()) as Float32Array;
        dispose(product);
        for (let q = start; q < end; q++) {
          const row = block.subarray((q - start) * (last - first), (q - start + 1) * (last - first));
          if (lengths) {
            const own = lengths.queries[q] as number;
            for (let i = 0; i < row.length; i++) {
              const both = (lengths.bank[first + i] as number) + own;
              const squared = both - 2 * (row[i] as number);
              row[i] = -(squared < CLOSE * both ? squaredDistanceOf(queries, q, bank, first + i) : squared);
            }
          }
          if (excludeSelf && q >= first && q < last) row[q - first] = Number.NEGATIVE_INFINITY;
          keepTop(row, first, indices.subarray(q * k, (q + 1) * k), scores.subarray(q * k, (q + 1) * k));
        }
      }
    } finally {
      columns.dispose();
    }
  }
  for (let at = 0; at < indices.length; at += k) sortTop(indices.subarray(at, at + k), scores.subarray(at, at + k));
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

/**
 * Offers values at the places `first`, `first` + 1, ... to the best so far, those of the places before `first`. Once all
 * entries are taken they are a heap, the worst on top; of equal values the earlier place is better.
 */
export function keepTop(values: Float32Array, first: number, indices: Int32Array, scores: Float32Array): void {
  const k = indices.length;
  let i = 0;
  if (first < k) {
    for (; i < values.length && first + i < k; i++) {
      indices[first + i] = first + i;
      scores[first + i] = values[i] as number;
    }
    if (first + i < k) return;
    for (let at = (k >> 1) - 1; at >= 0; at--) sink(indices, scores, at, k);
  }
  let floor = scores[0] as number;
  for (; i < values.length; i++) {
    const value = values[i] as number;
    if (value > floor) {
      indices[0] = first + i;
      scores[0] = value;
      sink(indices, scores, 0, k);
      floor = scores[0] as number;
    }
  }
}

/** Sorts what {@link keepTop} kept: values falling, equal ones by place. */
export function sortTop(indices: Int32Array, scores: Float32Array): void {
  for (let size = indices.length - 1; size > 0; size--) {
    const [index, score] = [indices[size] as number, scores[size] as number];
    indices[size] = indices[0] as number;
    scores[size] = scores[0] as number;
    indices[0] = index;
    scores[0] = score;
    sink(indices, scores, 0, size);
  }
}

/** Lets the entry at a place of the heap sink to where it belongs. */
function sink(indices: Int32Array, scores: Float32Array, from: number, size: number): void {
  const [index, score] = [indices[from] as number, scores[from] as number];
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    let worst = scores[child] as number;
    if (child + 1 < size) {
      const other = scores[child + 1] as number;
      if (other < worst || (other === worst && (indices[child + 1] as number) > (indices[child] as number))) {
        child++;
        worst = other;
      }
    }
    if (worst > score || (worst === score && (indices[child] as number) < index)) break;
    indices[at] = indices[child] as number;
    scores[at] = worst;
    at = child;
  }
  indices[at] = index;
  scores[at] = score;
}

function toTensor({ values, rows, dim }: HostRows, center: Float64Array | null): Tensor2D {
  const part = new Float32Array(values);
  if (center) for (let i = 0; i < part.length; i++) (part[i] as number) -= center[i % dim] as number;
  return tensor2d(part, [rows, dim], 'float32');
}

function squaredLengths({ values, rows, dim }: HostRows, center: Float64Array): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < dim; c++, i++) (out[r] as number) += ((values[i] as number) - (center[c] as number)) ** 2;
  }
  return out;
}
