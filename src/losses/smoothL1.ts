import {
  abs,
  add,
  clipByValue,
  div,
  mean,
  mul,
  type Scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { anyAxes, checkFlags, checkFloat, checkNumbers } from '../internal/checks.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1Options {
  /** Where the parabola becomes a line, \> 0. @defaultValue 1, as in I-JEPA; data2vec has 2 for images */
  readonly beta?: number;
  /** Whether the target is layer-normalised over its last axis first, as in I-JEPA. @defaultValue false */
  readonly normalizeTarget?: boolean;
  /** Added to the (biased) variance of the target, \> 0. @defaultValue 1e-5, as in PyTorch's layer_norm */
  readonly epsilon?: number;
}

/**
 * Smooth L1 (Huber over beta): the mean over all entries of d² / (2 beta) where |d| \< beta and |d| - beta / 2 elsewhere, d the
 * difference. The loss of I-JEPA and data2vec on features.
 *
 * @param prediction - float32, any shape.
 * @param target - Same shape; a target: no gradient.
 * @param options - Beta, and whether to normalise the target.
 * @returns Scalar; the caller disposes it. Differentiable in the prediction. 0 if all rows of both are equal, unless the
 * target is normalised.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is not positive.
 * @see Assran et al., "Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture", CVPR 2023,
 * arXiv:2301.08243; Baevski et al., "data2vec", ICML 2022, arXiv:2202.03555, equation 2.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { smoothL1Loss } from 'selfsup/losses';
 * const [prediction, target] = [randomNormal<Rank.R3>([2, 4, 16]), randomNormal<Rank.R3>([2, 4, 16])];
 * smoothL1Loss(prediction, target, { normalizeTarget: true }).print();
 * ```
 */
export function smoothL1Loss(prediction: LossInput, target: LossInput, options: SmoothL1Options = {}): Scalar {
  const {
    beta = 1,
    normalizeTarget = false,
    epsilon = 1e-5,
  } = checkOptions('smoothL1Loss', options, ['beta', 'normalizeTarget', 'epsilon']);
  checkFloat('smoothL1Loss', 'prediction', prediction, anyAxes(prediction));
  checkFloat('smoothL1Loss', 'target', target, prediction.shape);
  checkNumbers('smoothL1Loss', { beta: [beta, Number.MIN_VALUE], epsilon: [epsilon, Number.MIN_VALUE] });
  checkFlags('smoothL1Loss', { normalizeTarget });
  return tidy(() =>
    withGradient<Scalar>([prediction], (save) => {
      const difference = sub(prediction as Tensor, normalizeTarget ? normalizeRows(target as Tensor, epsilon) : target);
      const size = abs(difference);
      const inner = clipByValue(size, 0, beta);
      save([div(clipByValue(difference, -beta, beta), beta * prediction.size)]);
      return {
        value: div(mean(mul(inner, sub(size, div(inner, 2)))), beta),
        gradient: (dy, saved) => [mul(saved[0] as Tensor, dy)],
      };
    }),
  );
}

/** Minus the mean, over the root of the biased variance, along the last axis. */
function normalizeRows(x: Tensor, epsilon: number): Tensor {
  const centered = sub(x, mean(x, -1, true));
  return div(centered, sqrt(add(mean(square(centered), -1, true), epsilon)));
}
