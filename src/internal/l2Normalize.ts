import {
  abs,
  add,
  cast,
  div,
  equal,
  expandDims,
  max,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/** A row is `unit * length * largest`; the last two, one number per row, are 1 for a row of zeros. */
interface Rows<T> {
  readonly unit: T;
  readonly length: Tensor;
  readonly largest: Tensor;
}

/** Divides by the largest magnitude before squaring, so that nothing overflows or vanishes, not even in half precision. */
function splitRows<T extends Tensor>(x: T): Rows<T> {
  const size = max(abs(x), -1, true);
  const empty = cast(equal(size, 0), 'float32');
  const largest = add(size, empty);
  const scaled = div(x, largest);
  const length = add(sqrt(sum(square(scaled), -1, true)), empty);
  return { unit: div(scaled, length), length, largest };
}

/**
 * Rows (along the last axis) divided by their length, at any scale and without an epsilon. A row of zeros stays zero, and
 * its gradient is that of a row of length 1.
 */
export function l2Normalize<T extends Tensor>(x: T): T {
  return tidy(() =>
    withGradient<T>([x], (save) => {
      const { unit, length, largest } = splitRows(x);
      save([unit, length, largest]);
      return {
        value: unit,
        gradient: (dy, saved) => {
          const [u, r, m] = saved as [Tensor, Tensor, Tensor];
          return [div(div(sub(dy, mul(u, sum(mul(dy, u), -1, true))), r), m)];
        },
      };
    }),
  );
}

/** Length of each row along the last axis, which is dropped. The gradient at a row of zeros is 0. */
export function rowNorms(x: Tensor): Tensor {
  return tidy(() =>
    withGradient<Tensor>([x], (save) => {
      const { unit } = splitRows(x);
      save([unit]);
      return {
        value: sum(mul(unit, x), -1),
        gradient: (dy, saved) => [mul(saved[0] as Tensor, expandDims(dy, -1))],
      };
    }),
  );
}
