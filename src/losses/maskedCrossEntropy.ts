import {
  cast,
  div,
  maximum,
  mul,
  onesLike,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkDtype, checkFloat, checkMask, checkShapes } from '../internal/checks.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';

/**
 * Cross-entropy of masked tokens, the mean over the hidden ones of the whole batch: the loss of BERT (words) and BEiT (visual
 * words). 0 if nothing is hidden.
 *
 * @param logits - float32 `[batch, tokens, classes]`.
 * @param targets - True classes, int32 `[batch, tokens]`, 0 to classes - 1; no gradient. What stands at visible tokens does
 * not matter.
 * @param mask - 1 where hidden, 0 where visible, float32, int32 or bool `[batch, tokens]`; no gradient.
 * @returns Scalar; the caller disposes it. Differentiable in the logits. ln(classes) when all logits are equal.
 * @throws ShapeError on a wrong shape or dtype.
 * @see Devlin et al., "BERT", NAACL 2019, arXiv:1810.04805, section 3.1; Bao et al., "BEiT", ICLR 2022, arXiv:2106.08254,
 * equation 2.
 * @example
 * ```ts
 * import { randomNormal, type Rank, tensor2d } from '@tensorflow/tfjs-core';
 * import { maskedCrossEntropyLoss } from 'selfsup/losses';
 * const targets = tensor2d([[3, 0, 7]], [1, 3], 'int32');
 * maskedCrossEntropyLoss(randomNormal<Rank.R3>([1, 3, 10]), targets, tensor2d([[1, 0, 1]])).print();
 * ```
 */
export function maskedCrossEntropyLoss(logits: LossInput, targets: LossInput, mask: LossInput): Scalar {
  const where = 'maskedCrossEntropyLoss';
  checkFloat(where, 'logits', logits, ['batch', 'tokens', 'classes']);
  const [batch, tokens, classes] = logits.shape;
  checkShapes(where, { targets: [targets, [batch, tokens]] });
  checkMask(where, 'mask', mask, [batch, tokens]);
  checkDtype(where, { targets }, 'int32');
  const rows = batch * tokens;
  return tidy(() => {
    const hidden = reshape(cast(mask, 'float32'), [rows]);
    const count = sum(hidden);
    const weights = div(hidden, maximum(count, onesLike(count)));
    const words = oneHotRows(reshape(targets as Tensor, [rows]) as Tensor1D, classes);
    return sum<Scalar>(mul(softCrossEntropyRows(reshape(logits, [rows, classes]), words), weights));
  });
}
