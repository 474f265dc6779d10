import {
  abs,
  add,
  cast,
  div,
  equal,
  expandDims,
  max,
  mul,
  pow,
  squeeze,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { rowNorms } from './l2Normalize.js';
import { withGradient } from './withGradient.js';

/** p-norm, p \>= 1, of each row along the last axis, which is dropped. The gradient at a row of zeros is 0. */
export function pNorms(x: Tensor, p: number): Tensor {
  if (p === 2) return rowNorms(x);
  return tidy(() =>
    withGradient<Tensor>([x], (save) => {
      const orOne = (t: Tensor): Tensor => add(t, cast(equal(t, 0), 'float32'));
      const size = abs(x);
      const largest = max(size, -1, true);
      const share = div(size, orOne(largest)); // so that no power overflows
      const root = pow(sum(pow(share, p), -1, true), 1 / p);
      const sign = div(x, orOne(size));
      save([p === 1 ? sign : mul(sign, pow(div(share, orOne(root)), p - 1))]);
      return {
        value: squeeze(mul(root, largest), [-1]),
        gradient: (dy, saved) => [mul(saved[0] as Tensor, expandDims(dy, -1))],
      };
    }),
  );
}
