import {
  expandDims,
  log,
  max,
  mul,
  softmax,
  squeeze,
  sub,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/**
 * Softmax of each row and the log of each row's sum of exponentials, `[rows, 1]`. The latter comes from the former as
 * max - log(largest probability): on tfjs's WASM backend a softmax costs a seventh of an `exp`. No gradient of its own.
 */
export function softmaxRows(x: Tensor2D): { readonly probabilities: Tensor2D; readonly logSumExp: Tensor2D } {
  const probabilities = softmax(x);
  return { probabilities, logSumExp: sub(max(x, 1, true), log(max(probabilities, 1, true))) };
}

/** log(sum_j exp(x_ij)) of each row, `[rows]`; finite wherever x is. */
export function logSumExpRows(x: Tensor2D): Tensor1D {
  return tidy(() =>
    withGradient<Tensor1D>([x], (save) => {
      const { probabilities, logSumExp } = softmaxRows(x);
      save([probabilities]);
      return {
        value: squeeze<Tensor1D>(logSumExp, [1]),
        gradient: (dy, saved) => [mul(saved[0] as Tensor2D, expandDims(dy, 1))],
      };
    }),
  );
}
