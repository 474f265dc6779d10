import {
  add,
  cast,
  div,
  equal,
  expandDims,
  mean,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkFloat, checkMask, checkNumbers } from '../internal/checks.js';
import { patchMoments } from '../internal/patchMoments.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link maskedReconstructionLoss}. */
export interface MaskedReconstructionOptions {
  /**
   * Whether each target patch is standardised by its own mean and deviation first, which the paper finds better; needs
   * patches of at least 2 numbers. @defaultValue false, as in the authors' code, whose recipe sets it
   */
  readonly normalizePatches?: boolean;
  /** Added to the variance of a patch, \> 0. @defaultValue 1e-6, as in the authors' code */
  readonly epsilon?: number;
}

/**
 * Reconstruction loss of masked autoencoders: the squared error of each hidden patch, averaged over its numbers, then over
 * the hidden patches of the whole batch; visible patches don't count. 0 if nothing is hidden.
 *
 * @param prediction - Predicted patches, float32 `[batch, patches, size]`.
 * @param target - True patches, same shape; a target: no gradient.
 * @param mask - 1 where hidden, 0 where visible, float32, int32 or bool `[batch, patches]`; no gradient.
 * @param options - Whether to normalise patches (by the unbiased variance, as the authors' code does).
 * @returns Scalar; the caller disposes it. Differentiable in the prediction.
 * @throws ShapeError on a wrong shape or dtype; RangeError if epsilon is not positive or a patch to be normalised has one
 * number.
 * @see He et al., "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022, arXiv:2111.06377, section 3.
 * @example
 * ```ts
 * import { randomUniform, type Rank, tensor2d } from '@tensorflow/tfjs-core';
 * import { maskedReconstructionLoss } from 'selfsup/losses';
 * const [prediction, target] = [randomUniform<Rank.R3>([1, 4, 48]), randomUniform<Rank.R3>([1, 4, 48])];
 * const mask = tensor2d([[1, 0, 1, 1]]);
 * maskedReconstructionLoss(prediction, target, mask, { normalizePatches: true }).print();
 * ```
 */
export function maskedReconstructionLoss(
  prediction: LossInput,
  target: LossInput,
  mask: LossInput,
  options: MaskedReconstructionOptions = {},
): Scalar {
  const where = 'maskedReconstructionLoss';
  const { normalizePatches = false, epsilon = 1e-6 } = checkOptions('maskedReconstructionLoss', options, [
    'normalizePatches',
    'epsilon',
  ]);
  const shape = ['batch', 'patches', 'size'] as const;
  checkFloat(where, 'prediction', prediction, shape);
  checkFloat(where, 'target', target, prediction.shape);
  checkMask(where, 'mask', mask, prediction.shape.slice(0, 2));
  const size = prediction.shape[2];
  checkNumbers(where, { epsilon: [epsilon, Number.MIN_VALUE], size: [size, normalizePatches ? 2 : 1] });
  checkFlags(where, { normalizePatches });
  return tidy(() =>
    withGradient<Scalar>([prediction], (save) => {
      const hidden = cast(mask, 'float32');
      const count = sum(hidden);
      const weights = div(hidden, add(count, cast(equal(count, 0), 'float32'))); // they add up to 1
      const error = sub(prediction, normalizePatches ? normalizeRows(target, epsilon) : target);
      const weighted = mul(error, expandDims(div(weights, size), 2));
      save([weighted]);
      return {
        value: sum<Scalar>(mul(weights, mean(square(error), 2))),
        gradient: (dy, saved) => [mul(mul(saved[0] as Tensor3D, 2), dy)],
      };
    }),
  );
}

/** Minus the mean, over the root of the unbiased variance. */
function normalizeRows(x: Tensor3D, epsilon: number): Tensor3D {
  const { center, deviation } = patchMoments(x, epsilon);
  return div(sub(x, center), deviation);
}
