import { div, mul, reshape, softmax, sub, type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkIntegers, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { softmaxRows } from '../internal/logSumExp.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link sinkhorn}. */
export interface SinkhornOptions {
  /** Divides the scores: the smaller, the harder the assignment, \>= 1e-8. @defaultValue 0.05, as in the authors' code */
  readonly epsilon?: number;
  /** Rounds, an integer \>= 0. @defaultValue 3, as in the authors' code */
  readonly iterations?: number;
}

/**
 * Soft assignment of samples to prototypes that uses all prototypes about equally: exp(scores / epsilon), scaled in turn so
 * that every prototype gets as much as every other, then so that every sample has one to give. The codes of SwAV.
 *
 * In the log domain: no score and no epsilon gives NaN (the authors' code overflows for scores beyond 88 epsilon). The step
 * over samples comes last, so rows add up to 1 exactly and columns to about batch / prototypes. For codes from a queue
 * append its scores as rows and keep the first ones; stable-pretraining puts both views into one matrix.
 *
 * @param scores - Inner products of samples and prototypes, float32 `[batch, prototypes]`; a target: no gradient.
 * @param options - Epsilon and rounds.
 * @returns Codes, float32 `[batch, prototypes]`; the caller disposes them. With 0 iterations exp(scores / epsilon) over its
 * sum, times batch.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", NeurIPS 2020,
 * arXiv:2006.09882, section 3.1; Cuturi, NeurIPS 2013, arXiv:1306.0895.
 * @example
 * ```ts
 * import { randomNormal, type Rank, sum } from '@tensorflow/tfjs-core';
 * import { sinkhorn } from 'selfsup/losses';
 * sum(sinkhorn(randomNormal<Rank.R2>([8, 4])), 1).print(); // all 1
 * ```
 */
export function sinkhorn(scores: LossInput, options: SinkhornOptions = {}): Tensor2D {
  const { epsilon = 0.05, iterations = 3 } = checkOptions('sinkhorn', options, ['epsilon', 'iterations']);
  checkFloat('sinkhorn', 'scores', scores, ['batch', 'prototypes']);
  checkNumbers('sinkhorn', { epsilon: [epsilon, 1e-8] });
  checkIntegers('sinkhorn', { iterations: [iterations, 0] });
  return tidy(() => constant(() => sinkhornOf(div(scores, epsilon), iterations)));
}

/** The codes of logits `[batch, prototypes]`. */
export function sinkhornOf(logits: Tensor2D, iterations: number): Tensor2D {
  const [batch, prototypes] = logits.shape;
  if (iterations === 0) {
    return mul(reshape(softmax(reshape(logits, [1, batch * prototypes])), [batch, prototypes]), batch);
  }
  const columns = transpose(logits);
  let [byPrototype, byColumn] = [logits, columns];
  for (let i = 0; i < iterations; i++) {
    if (i > 0) byColumn = sub(columns, transpose(softmaxRows(byPrototype).logSumExp));
    byPrototype = sub(logits, transpose(softmaxRows(byColumn).logSumExp));
  }
  return softmax(byPrototype);
}
