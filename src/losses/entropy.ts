import {
  expandDims,
  mean,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloat } from '../internal/checks.js';
import { softmaxRows } from '../internal/logSumExp.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/**
 * Mean entropy of the predicted classes, mean_i of -sum_k p_ik ln p_ik, in nats: to minimise it on unlabelled data makes
 * predictions sure. Alone it is smallest, 0, when everything is one class.
 *
 * @param logits - float32 `[batch, classes]`.
 * @returns Scalar in [0, ln(classes)]; the caller disposes it. Differentiable in the logits. ln(classes) when all logits are
 * equal.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Grandvalet and Bengio, "Semi-supervised Learning by Entropy Minimization", NeurIPS 2004.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { entropyLoss } from 'selfsup/losses';
 * entropyLoss(tensor2d([[0, 0], [0, 0]])).print(); // ln 2
 * ```
 */
export function entropyLoss(logits: LossInput): Scalar {
  checkFloat('entropyLoss', 'logits', logits, ['batch', 'classes']);
  return tidy(() => mean<Scalar>(entropies(logits)));
}

/** Entropy of the softmax of each row, `[rows]`. */
export function entropies(logits: Tensor2D): Tensor1D {
  return withGradient<Tensor1D>([logits], (save) => {
    const { probabilities, logSumExp } = softmaxRows(logits);
    const surprise = sub<Tensor2D>(logSumExp, logits);
    const value = sum<Tensor1D>(mul(probabilities, surprise), 1);
    save([mul(probabilities, sub(surprise, expandDims(value, 1)))]);
    return { value, gradient: (dy, saved) => [mul(saved[0] as Tensor2D, expandDims(dy, 1))] };
  });
}
