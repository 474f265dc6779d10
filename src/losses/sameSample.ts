import { reshape, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { marked, upTo } from '../internal/marked.js';

/** `[to - from, rows]` with `value` where both rows belong to one sample (itself and its other view), else 0. */
export function sameSample([from, to]: readonly [number, number], rows: number, value: number): Tensor2D {
  const half = rows / 2;
  // Each row is two of half the width, one after the other.
  const columns = upTo(2 * (to - from)).map((i) => (from + (i >> 1)) % half);
  return tidy(() => reshape(marked(columns, half, value, 0), [to - from, rows]));
}
