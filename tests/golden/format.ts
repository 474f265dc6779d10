import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core';

/** Numbers of a case, as ../shared/golden/README.md describes them. */
export interface GoldenArray {
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly data: number[];
}

/** |actual - expected| <= abs + rel * |expected|; integers and booleans must be equal. */
export interface GoldenTolerance {
  readonly abs: number;
  readonly rel: number;
}

/** One case of an operation. */
export interface GoldenCase {
  readonly name: string;
  // Parameters differ by operation; each adapter knows its own.
  // biome-ignore lint/suspicious/noExplicitAny: plain JSON
  readonly params: Record<string, any>;
  readonly tolerance?: GoldenTolerance;
  readonly inputs: Record<string, GoldenArray>;
  readonly outputs: Record<string, GoldenArray>;
  readonly grads?: Record<string, GoldenArray>;
}

/** One case file. */
export interface GoldenFile {
  readonly op: string;
  readonly group: string;
  readonly notes?: string;
  readonly tolerance: GoldenTolerance;
  readonly cases: GoldenCase[];
}

/** The tensor of stored numbers. */
export function toTensor({ shape, dtype, data }: GoldenArray): Tensor {
  return tensor(data, shape, dtype as DataType);
}

/** Error as a share of the tolerance (a pass is <= 1), or Infinity where count, or an integer, differs. */
export function errorShare(actual: ArrayLike<number>, expected: GoldenArray, { abs, rel }: GoldenTolerance): number {
  if (actual.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [Number(actual[i]), Number(expected.data[i])];
    const error = Math.abs(a - e);
    const share =
      expected.dtype === 'float32' ? error / (abs + rel * Math.abs(e)) : error === 0 ? 0 : Number.POSITIVE_INFINITY;
    worst = Number.isNaN(share) ? Number.POSITIVE_INFINITY : Math.max(worst, share);
  }
  return worst;
}
