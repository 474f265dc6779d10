import {
  argMax,
  expandDims,
  gather,
  mean,
  mul,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloat } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';

/**
 * Colourisation by classification: the cross-entropy of each pixel's colour bins against soft bins, times the weight of the
 * pixel's likeliest bin, averaged over pixels. Rare colours count more.
 *
 * The authors' Caffe code weighs the gradient and reports the loss unweighted; the gradient is the same. The paper's formula
 * sums over pixels, which is this times their number.
 *
 * @param logits - float32 `[batch, height, width, bins]`.
 * @param softBins - Probabilities of the true bins, same shape; a target: no gradient.
 * @param weights - Weight of each bin, float32 `[bins]`, or null for 1 each; no gradient.
 * @returns Scalar; the caller disposes it. Differentiable in the logits. ln(bins) when all logits are equal, with weights that
 * average 1 over the pixels.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Zhang, Isola and Efros, "Colorful Image Colorization", ECCV 2016, arXiv:1603.08511, equations 2 and 3.
 * @example
 * ```ts
 * import { ones, randomNormal, type Rank, softmax } from '@tensorflow/tfjs-core';
 * import { colorCrossEntropyLoss } from 'selfsup/losses';
 * const [logits, softBins] = [randomNormal<Rank.R4>([1, 4, 4, 8]), softmax(randomNormal<Rank.R4>([1, 4, 4, 8]))];
 * colorCrossEntropyLoss(logits, softBins, ones<Rank.R1>([8])).print();
 * ```
 */
export function colorCrossEntropyLoss(
  logits: LossInput,
  softBins: LossInput,
  weights: LossInput | null = null,
): Scalar {
  const shape = ['batch', 'height', 'width', 'bins'] as const;
  checkFloat('colorCrossEntropyLoss', 'logits', logits, shape);
  checkFloat('colorCrossEntropyLoss', 'softBins', softBins, logits.shape);
  const bins = logits.shape[3];
  if ((weights ?? null) !== null) checkFloat('colorCrossEntropyLoss', 'weights', weights, [bins]);
  const rows = (x: Tensor4D): Tensor2D => reshape(x, [-1, bins]);
  return tidy(() => {
    const targets = constant<Tensor2D>(() => {
      const given = rows(softBins);
      return weights ? mul(given, expandDims(gather(weights as Tensor, argMax(given, 1)), 1)) : given;
    });
    return mean<Scalar>(softCrossEntropyRows(rows(logits), targets));
  });
}
