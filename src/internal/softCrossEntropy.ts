import { div, expandDims, mul, softmax, sub, sum, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { constant } from './constant.js';
import { softmaxRows } from './logSumExp.js';
import { withGradient } from './withGradient.js';

/**
 * Cross-entropy of each row of logits against a row of target weights: -sum_k t_k log softmax(s)_k, `[rows]`. The targets
 * are constants and may add up to anything.
 */
export function softCrossEntropyRows(logits: Tensor2D, targets: Tensor2D): Tensor1D {
  return tidy(() =>
    withGradient<Tensor1D>([logits], (save) => {
      const { probabilities, logSumExp } = softmaxRows(logits);
      save([sub(mul(probabilities, sum(targets, 1, true)), targets)]);
      return {
        value: sum<Tensor1D>(mul(targets, sub(logSumExp, logits)), 1),
        gradient: (dy, saved) => [mul(saved[0] as Tensor2D, expandDims(dy, 1))],
      };
    }),
  );
}

/** softmax(logits / temperature) of each row, a constant. */
export function targetProbabilities(logits: Tensor2D, temperature: number): Tensor2D {
  return constant(() => softmax(div<Tensor2D>(logits, temperature)));
}
