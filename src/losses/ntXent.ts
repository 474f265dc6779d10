import { concat, type Scalar, split, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { checkChunkSize } from './blocks.js';
import { meanCrossEntropy, pairLogits } from './contrast.js';
import type { LossInput } from './lossInput.js';
import { otherSamples } from './otherSamples.js';

/** Options of {@link ntXentLoss}. */
export interface NtXentOptions {
  /** Divides the cosines, >= 1e-8. @defaultValue 0.5, as in lightly; the SimCLR paper's ImageNet runs use 0.1 */
  readonly temperature?: number;
  /**
   * Rows of similarities at a time, an integer \>= 1: bounds memory by chunkSize * 2N instead of 4N^2 numbers, at the same
   * value and gradient, in up to twice the time. @defaultValue all at once
   */
  readonly chunkSize?: number;
}

/**
 * NT-Xent, the loss of SimCLR: each of the 2N rows must pick its other view among the 2N - 1 other rows,
 * mean_i of -log(exp(cos(z_i, z_j) / T) / sum_{k != i} exp(cos(z_i, z_k) / T)).
 *
 * Both views are L2-normalised here. The mean goes over all 2N rows, as in lightly and in the paper; Google's SimCLR code
 * adds the means of the two views and so gives twice this. With one pair there is nothing to tell apart: the loss is 0.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - The temperature and the chunk size.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs. ln(2N - 1) if all rows are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
 * arXiv:2002.05709, section 2.1 and Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { ntXentLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * ntXentLoss(zA, zB, { temperature: 0.1 }).print();
 * ```
 */
export function ntXentLoss(zA: LossInput, zB: LossInput, options: NtXentOptions = {}): Scalar {
  const { temperature = 0.5, chunkSize } = checkOptions('ntXentLoss', options, ['temperature', 'chunkSize']);
  checkFloat('ntXentLoss', 'zA', zA, ['batch', 'dim']);
  checkFloat('ntXentLoss', 'zB', zB, zA.shape);
  checkNumbers('ntXentLoss', { temperature: [temperature, 1e-8] });
  checkChunkSize('ntXentLoss', chunkSize);
  return tidy(() => {
    const z = l2Normalize<Tensor2D>(concat([zA, zB]));
    const [a, b] = split(z, 2) as [Tensor2D, Tensor2D];
    const positives = pairLogits(a, b, temperature);
    const negatives = otherSamples(z, temperature, chunkSize);
    return meanCrossEntropy(concat([positives, positives]) as Tensor1D, negatives);
  });
}
