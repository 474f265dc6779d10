import { add, mean, mul, type Scalar, softplus, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkFloats, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { marked, upTo } from '../internal/marked.js';
import { timesTransposed } from '../internal/products.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link sigLipLoss}. Numbers, or float32 scalars that are then learnt. */
export interface SigLipOptions {
  /** Factor of the cosines; a number must be in (0, 1e8]. @defaultValue 10, where SigLIP's starts */
  readonly logitScale?: number | Tensor;
  /** Added to them. @defaultValue -10, where SigLIP's starts */
  readonly logitBias?: number | Tensor;
}

/**
 * The loss of SigLIP: each of the batch² pairs is a question of its own, is it a match or not? With logits
 * x_ij = s cos(a_i, b_j) + t it is 1/batch times the sum of log(1 + exp(-x_ii)) and, for i != j, log(1 + exp(x_ij)).
 *
 * Both inputs are L2-normalised here. As in the paper and open_clip the sum is divided by batch, not by batch².
 *
 * @param a - Embeddings of one kind (images), float32 `[batch, dim]`.
 * @param b - Embeddings of the other (texts), same shape; row i belongs to row i of `a`.
 * @param options - Scale and bias.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs, scale and bias. With the defaults it is batch * ln 2
 * if all rows are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Zhai et al., "Sigmoid Loss for Language Image Pre-Training", ICCV 2023, arXiv:2303.15343, Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank, scalar, variable } from '@tensorflow/tfjs-core';
 * import { sigLipLoss } from 'selfsup/losses';
 * const [images, texts] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * const logitBias = variable(scalar(-10));
 * sigLipLoss(images, texts, { logitBias }).print();
 * ```
 */
export function sigLipLoss(a: LossInput, b: LossInput, options: SigLipOptions = {}): Scalar {
  const { logitScale = 10, logitBias = -10 } = checkOptions('sigLipLoss', options, ['logitScale', 'logitBias']);
  checkFloat('sigLipLoss', 'a', a, ['batch', 'dim']);
  checkFloat('sigLipLoss', 'b', b, a.shape);
  if (typeof logitScale === 'number') checkNumbers('sigLipLoss', { logitScale: [logitScale, Number.MIN_VALUE, 1e8] });
  else checkFloats('sigLipLoss', { logitScale: [logitScale, []] });
  if (typeof logitBias === 'number') checkNumbers('sigLipLoss', { logitBias: [logitBias, -1e8, 1e8] });
  else checkFloats('sigLipLoss', { logitBias: [logitBias, []] });
  const batch = a.shape[0];
  return tidy(() => {
    const logits = add(timesTransposed(mul(l2Normalize(a), logitScale), l2Normalize(b)), logitBias);
    const signs = marked(upTo(batch), batch, -1, 1);
    return mean<Scalar>(sum(softplus(mul(logits, signs)), 1));
  });
}
