import { concat, type Tensor2D } from '@tensorflow/tfjs-core';
import { marked, upTo } from '../internal/marked.js';

/** `[to - from, rows]` with `value` where both rows belong to one sample (itself and its other view), else 0. */
export function sameSample([from, to]: readonly [number, number], rows: number, value: number): Tensor2D {
  const half = marked(
    upTo(rows)
      .subarray(from, to)
      .map((i) => i % (rows / 2)),
    rows / 2,
    value,
    0,
  );
  return concat([half, half], 1);
}
