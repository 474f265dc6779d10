import { div, mean, mul, type Scalar, softmax, sub, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';
import { hardLabels, sure } from './pseudoLabel.js';

/** Options of {@link consistencyLoss}. */
export interface ConsistencyOptions {
  /** `'soft'`: the sharpened probabilities (UDA); `'hard'`: the likeliest class (FixMatch). @defaultValue 'soft' */
  readonly labels?: 'soft' | 'hard';
  /** Divides the target's logits, \>= 1e-8; of use only with soft labels. @defaultValue 0.4, as in UDA */
  readonly temperature?: number;
  /** Targets less sure than this (before sharpening) count as 0, 0 to 1. @defaultValue 0.8 (UDA), 0.95 (FixMatch) */
  readonly threshold?: number;
}

/**
 * Consistency between two views of unlabelled data: KL(target || softmax(logits)), averaged over the batch, unsure targets
 * counting as 0.
 *
 * UDA with soft labels, FixMatch with hard ones, for which it is a cross-entropy. Both divide by the whole batch, not by the
 * number of sure rows. The weight (1 in both papers) is the caller's.
 *
 * @param logits - Of the strongly augmented view, float32 `[batch, classes]`.
 * @param target - Logits of the weakly augmented (or the clean) view, same shape; a target: no gradient.
 * @param options - Labels, sharpening, threshold.
 * @returns Scalar; the caller disposes it. Differentiable in `logits`. 0 if no target is sure, as when all logits are equal: no
 * sign of learning by itself.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Xie et al., "Unsupervised Data Augmentation for Consistency Training", NeurIPS 2020, arXiv:1904.12848, section 2; Sohn et
 * al., "FixMatch", NeurIPS 2020, arXiv:2001.07685, equation 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { consistencyLoss } from 'selfsup/losses';
 * const [strong, weak] = [randomNormal<Rank.R2>([8, 10], 0, 5), randomNormal<Rank.R2>([8, 10], 0, 5)];
 * consistencyLoss(strong, weak).print(); // UDA
 * consistencyLoss(strong, weak, { labels: 'hard' }).print(); // FixMatch
 * ```
 */
export function consistencyLoss(logits: LossInput, target: LossInput, options: ConsistencyOptions = {}): Scalar {
  const where = 'consistencyLoss';
  const { labels = 'soft', temperature = 0.4 } = checkOptions('consistencyLoss', options, [
    'labels',
    'temperature',
    'threshold',
  ]);
  const { threshold = labels === 'hard' ? 0.95 : 0.8 } = options;
  checkFloat(where, 'logits', logits, ['batch', 'classes']);
  checkFloat(where, 'target', target, logits.shape);
  checkChoice(where, 'labels', labels, ['soft', 'hard']);
  checkNumbers(where, { temperature: [temperature, 1e-8], threshold: [threshold, 0, 1] });
  return tidy(() => {
    if (labels === 'hard')
      return mean<Scalar>(
        softCrossEntropyRows(
          logits,
          constant(() => hardLabels(target, threshold)),
        ),
      );
    const sharp = constant<Tensor2D>(() => div(target, temperature));
    const weighed = constant<Tensor2D>(() => mul(softmax(sharp), sure(target, threshold)));
    const least = constant(() => softCrossEntropyRows(sharp, weighed));
    return mean<Scalar>(sub(softCrossEntropyRows(logits, weighed), least));
  });
}
