import {
  abs,
  cast,
  concat,
  denseBincount,
  floor,
  getBackend,
  mul,
  relu,
  reshape,
  slice,
  sub,
  type Tensor2D,
  type Tensor3D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { matMul } from '../internal/matMul.js';

/** How often each whole number 0 to 255 occurs in every row of [rows, length]: [rows, 256], float32. */
export function byteCounts(bytes: Tensor2D): Tensor2D {
  // denseBincount of tfjs 4.22 reads back on WebGL, stops after rows * 256 numbers on WebGPU, and is missing in tfjs-node.
  const bins = ['cpu', 'wasm'].includes(getBackend());
  return tidy(() => (bins ? byBins(bytes) : byProducts(bytes)));
}

/** With tfjs's own kernel, by far the fastest on WASM. */
export function byBins(bytes: Tensor2D): Tensor2D {
  return denseBincount(cast(bytes, 'int32') as Tensor2D, [], 256);
}

/** As the product of the high and low half-bytes, each as 16 marks; so many rows at once that the marks stay small. */
export function byProducts(bytes: Tensor2D): Tensor2D {
  const [count, length] = bytes.shape;
  const together = Math.max(1, Math.floor(MARKS / (16 * length)));
  const parts: Tensor2D[] = [];
  for (let start = 0; start < count; start += together) {
    parts.push(
      tidy(() => {
        const some = slice(bytes, [start, 0], [Math.min(together, count - start), length]);
        const high = floor<Tensor2D>(mul<Tensor2D>(some, 1 / 16));
        const low = sub<Tensor2D>(some, mul(high, 16));
        return reshape(matMul<Tensor3D>(marks(high), marks(low), true), [some.shape[0], 256]);
      }),
    );
  }
  return concat(parts);
}

/** How many marks are held at once: 16 MiB of them. */
const MARKS = 2 ** 22;

/** [rows, length, 16]: 1 at the half-byte of each number, else 0. */
function marks(half: Tensor2D): Tensor3D {
  // Not a vector: WebGPU reads those through shared memory.
  const digits = tensor3d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [1, 1, 16], 'float32');
  return relu(sub<Tensor3D>(1, abs(sub(reshape(half, [...half.shape, 1]), digits))));
}
