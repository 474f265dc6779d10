import {
  argMax,
  cast,
  expandDims,
  greaterEqual,
  max,
  mean,
  mul,
  type Scalar,
  softmax,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link pseudoLabelLoss}. */
export interface PseudoLabelOptions {
  /** Predictions less sure than this count as 0, 0 to 1. @defaultValue 0, all count, as in the paper */
  readonly threshold?: number;
}

/**
 * Pseudo-labels: the cross-entropy of each prediction against its own likeliest class, averaged over the batch. The label and
 * the choice of rows are constants.
 *
 * The paper turns its weight up from 0 over the epochs. For a label from another view see {@link consistencyLoss}.
 *
 * @param logits - Of unlabelled data, float32 `[batch, classes]`.
 * @param options - The threshold.
 * @returns Scalar; the caller disposes it. Differentiable in the logits. ln(classes) when all logits are equal and the
 * threshold is 0.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the threshold is out of range.
 * @see Lee, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks", ICML workshop
 * 2013, equation 15.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { pseudoLabelLoss } from 'selfsup/losses';
 * pseudoLabelLoss(randomNormal<Rank.R2>([8, 10]), { threshold: 0.5 }).print();
 * ```
 */
export function pseudoLabelLoss(logits: LossInput, options: PseudoLabelOptions = {}): Scalar {
  const { threshold = 0 } = checkOptions('pseudoLabelLoss', options, ['threshold']);
  checkFloat('pseudoLabelLoss', 'logits', logits, ['batch', 'classes']);
  checkNumbers('pseudoLabelLoss', { threshold: [threshold, 0, 1] });
  return tidy(() => {
    const labels = constant(() => hardLabels(logits, threshold));
    return mean<Scalar>(softCrossEntropyRows(logits, labels));
  });
}

/** 1 at the likeliest class of each row whose probability reaches the threshold, else 0. */
export function hardLabels(logits: Tensor2D, threshold: number): Tensor2D {
  return mul(oneHotRows(argMax(logits, 1), logits.shape[1]), sure(logits, threshold));
}

/** 1 for rows whose likeliest class reaches the threshold, `[rows, 1]`. */
export function sure(logits: Tensor2D, threshold: number): Tensor2D {
  return expandDims(cast(greaterEqual(max(softmax(logits), 1), threshold), 'float32'), 1);
}
