import { dispose, getBackend, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { HostRows } from './hostRows.js';
import { matMul } from './matMul.js';

/** A matrix of rows X, made ready to be multiplied many times. */
export interface RowProducts {
  readonly rows: number;
  readonly dim: number;
  /** X Wᵀ: `weights` is `[count, dim]`, the result `[rows, count]`. */
  times(weights: Float64Array, count: number): Promise<Float64Array>;
  /** Gᵀ X: `residuals` is `[rows, count]`, the result `[count, dim]`. */
  transposedTimes(residuals: Float64Array, count: number): Promise<Float64Array>;
  dispose(): void;
}

/** Up to here plain loops in float64 beat the way to the backend and back. */
const HOST_SIZE = 2 ** 17;
/** Numbers of one tensor on the backend: 64 MiB. */
const CHUNK_SIZE = 2 ** 24;

/** Products with rows: on the backend in float32 where they are many, else on the host in float64. */
export function rowProducts(x: HostRows, where: 'auto' | 'host' | 'backend' = 'auto'): RowProducts {
  const host = where === 'auto' ? x.rows * x.dim <= HOST_SIZE || getBackend() === 'cpu' : where === 'host';
  if (host) return hostProducts(x);
  const step = Math.max(1, Math.floor(CHUNK_SIZE / x.dim));
  const parts: RowProducts[] = [];
  for (let start = 0; start < x.rows; start += step) {
    const rows = Math.min(step, x.rows - start);
    parts.push(backendProducts(x.values.subarray(start * x.dim, (start + rows) * x.dim), rows, x.dim));
  }
  return joinProducts(parts);
}

/** Products with the rows of several matrices, one below the other. It owns its parts. */
export function joinProducts(parts: readonly RowProducts[]): RowProducts {
  const [first] = parts;
  if (first === undefined) throw new Error('joinProducts: no parts');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    rows,
    dim: first.dim,
    async times(weights, count) {
      const out = new Float64Array(rows * count);
      let at = 0;
      for (const part of parts) {
        out.set(await part.times(weights, count), at);
        at += part.rows * count;
      }
      return out;
    },
    async transposedTimes(residuals, count) {
      const out = new Float64Array(count * first.dim);
      let at = 0;
      for (const part of parts) {
        const product = await part.transposedTimes(residuals.subarray(at, at + part.rows * count), count);
        for (let i = 0; i < out.length; i++) (out[i] as number) += product[i] as number;
        at += part.rows * count;
      }
      return out;
    },
    dispose: () => {
      for (const part of parts) part.dispose();
    },
  };
}

function hostProducts({ values, rows, dim }: HostRows): RowProducts {
  return {
    rows,
    dim,
    async times(weights, count) {
      const out = new Float64Array(rows * count);
      for (let r = 0; r < rows; r++) {
        const row = values.subarray(r * dim, (r + 1) * dim);
        for (let c = 0; c < count; c++) {
          const base = c * dim;
          let sum = 0;
          for (let j = 0; j < dim; j++) sum += (row[j] as number) * (weights[base + j] as number);
          out[r * count + c] = sum;
        }
      }
      return out;
    },
    async transposedTimes(residuals, count) {
      const out = new Float64Array(count * dim);
      for (let r = 0; r < rows; r++) {
        const row = values.subarray(r * dim, (r + 1) * dim);
        for (let c = 0; c < count; c++) {
          const factor = residuals[r * count + c] as number;
          const base = c * dim;
          for (let j = 0; j < dim; j++) (out[base + j] as number) += factor * (row[j] as number);
        }
      }
      return out;
    },
    dispose: () => undefined,
  };
}

function backendProducts(values: HostRows['values'], rows: number, dim: number): RowProducts {
  const x = tensor2d(Float32Array.from(values), [rows, dim], 'float32');
  const read = async (product: Tensor2D): Promise<Float64Array> => {
    try {
      return Float64Array.from(await product.data());
    } finally {
      dispose(product);
    }
  };
  return {
    rows,
    dim,
    // Both products leave their operands as they lie: transposed ones are several times slower on WASM.
    times: (weights, count) =>
      read(tidy(() => matMul(x, tensor2d(transposed(weights, count, dim), [dim, count], 'float32')))),
    transposedTimes: (residuals, count) =>
      read(tidy(() => matMul(tensor2d(transposed(residuals, rows, count), [count, rows], 'float32'), x))),
    dispose: () => x.dispose(),
  };
}

function transposed(values: Float64Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  }
  return out;
}
