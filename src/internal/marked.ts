import { cast, getBackend, oneHot, type Tensor2D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';

/**
 * `[columns.length, width]`, float32: the integer `on` at column `columns[i]` of row i, the integer `off` elsewhere. On
 * tfjs's WASM backend by way of int32, because `oneHot` in float32 writes the bits of integers there.
 */
export function marked(columns: Int32Array, width: number, on: number, off: number): Tensor2D {
  if (width === 1)
    return tensor2d(
      Float32Array.from(columns, (column) => (column === 0 ? on : off)),
      [columns.length, 1],
    );
  const dtype = getBackend() === 'wasm' ? 'int32' : 'float32';
  return tidy(() => cast(oneHot(tensor1d(columns, 'int32'), width, on, off, dtype), 'float32') as Tensor2D);
}

/** 0, 1, ..., n - 1. */
export function upTo(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
