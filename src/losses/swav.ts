import { type Scalar, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { checkCrops, crossCropEntropy } from './crops.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link swavLoss}. */
export interface SwavOptions {
  /** Divides the scores, \>= 1e-8. @defaultValue 0.1, as in the authors' code */
  readonly temperature?: number;
}

/**
 * SwAV: the cross-entropy of softmax(scores_v / T) against the codes of crop i, the mean over the pairs of a crop i with
 * codes and a crop v other than i, and over the batch. Predict one view's cluster from another.
 *
 * @param scores - Inner products of L2-normalised projections and prototypes, one float32 `[batch, prototypes]` per crop,
 * at least 2.
 * @param codes - Codes of the first of these crops (the large ones), same shape, from {@link sinkhorn}; targets: no gradient.
 * @param options - The temperature.
 * @returns Scalar; the caller disposes it. Differentiable in the scores. ln(prototypes) when all scores are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if there are too few or too many crops, or the temperature is out
 * of range.
 * @see Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", NeurIPS 2020,
 * arXiv:2006.09882, equation 2 and section 3.2.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { sinkhorn, swavLoss } from 'selfsup/losses';
 * const scores = [1, 2, 3].map(() => randomUniform<Rank.R2>([8, 4], -1, 1));
 * swavLoss(scores, scores.slice(0, 2).map((large) => sinkhorn(large))).print();
 * ```
 */
export function swavLoss(scores: readonly LossInput[], codes: readonly LossInput[], options: SwavOptions = {}): Scalar {
  const { temperature = 0.1 } = checkOptions('swavLoss', options, ['temperature']);
  checkCrops('swavLoss', ['scores', scores], ['codes', codes]);
  checkNumbers('swavLoss', { temperature: [temperature, 1e-8] });
  return tidy(() => crossCropEntropy(scores as readonly Tensor2D[], codes as readonly Tensor2D[], temperature));
}
