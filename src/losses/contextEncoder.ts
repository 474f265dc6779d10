import {
  add,
  clone,
  mean,
  mul,
  neg,
  type Scalar,
  softplus,
  square,
  sub,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { anyAxes, checkFloat, checkIntegers, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { ShapeError } from '../internal/errors.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link contextEncoderTerms}. */
export interface ContextEncoderTermsOptions {
  /** Width in pixels of the border where the prediction overlaps what is seen, an integer \>= 0. @defaultValue 4 */
  readonly overlap?: number;
  /** How much more errors weigh there, \>= 0. @defaultValue 10, as in the paper */
  readonly overlapWeight?: number;
}

/** Options of {@link contextEncoderLoss}. */
export interface ContextEncoderOptions extends ContextEncoderTermsOptions {
  /** Share of the adversarial term, 0 to 1; the reconstruction has the rest. @defaultValue 0.001, as in the paper */
  readonly adversarial?: number;
}

/** The two parts of {@link contextEncoderLoss}, unweighted; the caller disposes both. */
export interface ContextEncoderTerms {
  /** Mean squared error, the border weighted. */
  readonly reconstruction: Scalar;
  /** ln(1 + e^-score), averaged: how well the discriminator sees through the prediction. */
  readonly adversarial: Scalar;
}

/**
 * Context encoder (inpainting): (1 - adversarial) * the mean of w (prediction - target)² + adversarial * ln(1 + e^-score), with
 * w = overlapWeight in a border that overlaps the context and 1 inside.
 *
 * @param prediction - The filled-in region, float32 `[batch, height, width, channels]`.
 * @param target - What was there, same shape; a target: no gradient.
 * @param scores - The discriminator's scores of the prediction, before any sigmoid, float32, any shape, or null for the
 * reconstruction alone, in full.
 * @param options - The border and the weights.
 * @returns Scalar; the caller disposes it. Differentiable in prediction and scores.
 * @throws ShapeError on a wrong shape or dtype, or if the border is wider than half the region; RangeError if an option is out
 * of range.
 * @see Pathak et al., "Context Encoders: Feature Learning by Inpainting", CVPR 2016, arXiv:1604.07379, section 3.2. The
 * authors' code weighs the gradient and reports the loss without the border's weight.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { contextEncoderLoss } from 'selfsup/losses';
 * const [prediction, target] = [randomUniform<Rank.R4>([1, 16, 16, 3]), randomUniform<Rank.R4>([1, 16, 16, 3])];
 * contextEncoderLoss(prediction, target, null, { overlap: 2 }).print();
 * ```
 */
export function contextEncoderLoss(
  prediction: LossInput,
  target: LossInput,
  scores: LossInput | null,
  options: ContextEncoderOptions = {},
): Scalar {
  const { adversarial = 0.001 } = checkOptions('contextEncoderLoss', options, [
    'adversarial',
    'overlap',
    'overlapWeight',
  ]);
  check('contextEncoderLoss', prediction, target, scores, options);
  checkNumbers('contextEncoderLoss', { adversarial: [adversarial, 0, 1] });
  return tidy(() => {
    const error = reconstruction(prediction as Tensor4D, target as Tensor4D, options);
    return scores ? add<Scalar>(mul(error, 1 - adversarial), mul(passing(scores as Tensor), adversarial)) : error;
  });
}

/**
 * The two parts of {@link contextEncoderLoss}, for logging or for weights of one's own.
 *
 * @param prediction - float32 `[batch, height, width, channels]`.
 * @param target - Same shape; no gradient.
 * @param scores - The discriminator's scores of the prediction, float32, any shape.
 * @param options - The border.
 * @returns Two scalars; the caller disposes them. Differentiable in prediction and scores.
 * @throws ShapeError on a wrong shape or dtype, or if the border is too wide; RangeError if an option is out of range.
 * @see {@link contextEncoderLoss}
 * @example
 * ```ts
 * import { ones, type Rank, tensor1d, zeros } from '@tensorflow/tfjs-core';
 * import { contextEncoderTerms } from 'selfsup/losses';
 * const shape: [number, number, number, number] = [1, 16, 16, 3];
 * contextEncoderTerms(ones<Rank.R4>(shape), zeros<Rank.R4>(shape), tensor1d([0])).adversarial.print(); // ln 2
 * ```
 */
export function contextEncoderTerms(
  prediction: LossInput,
  target: LossInput,
  scores: LossInput,
  options: ContextEncoderTermsOptions = {},
): ContextEncoderTerms {
  checkOptions('contextEncoderTerms', options, ['overlap', 'overlapWeight']);
  check('contextEncoderTerms', prediction, target, scores, options);
  return tidy(() => ({
    reconstruction: reconstruction(prediction as Tensor4D, target as Tensor4D, options),
    adversarial: passing(scores as Tensor),
  }));
}

function check(
  where: string,
  prediction: LossInput,
  target: LossInput,
  scores: LossInput | null,
  { overlap = 4, overlapWeight = 10 }: ContextEncoderTermsOptions,
): void {
  const shape = ['batch', 'height', 'width', 'channels'] as const;
  checkFloat(where, 'prediction', prediction, shape);
  checkFloat(where, 'target', target, prediction.shape);
  if ((scores ?? null) !== null || where === 'contextEncoderTerms')
    checkFloat(where, 'scores', scores, anyAxes(scores));
  checkIntegers(where, { overlap: [overlap, 0] });
  checkNumbers(where, { overlapWeight: [overlapWeight, 0] });
  const [, height, width] = prediction.shape;
  if (2 * overlap > Math.min(height, width)) {
    throw new ShapeError(
      `${where}: prediction must be at least ${2 * overlap} pixels wide and high, got ${height} x ${width}.`,
    );
  }
}

function reconstruction(
  prediction: Tensor4D,
  target: Tensor4D,
  { overlap = 4, overlapWeight = 10 }: ContextEncoderTermsOptions,
): Scalar {
  const [, height, width] = prediction.shape;
  const weights = Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return Math.min(y, x, height - 1 - y, width - 1 - x) < overlap ? overlapWeight : 1;
  });
  const truth = constant(() => clone(target));
  return mean<Scalar>(mul(square(sub(prediction, truth)), tensor4d(weights, [1, height, width, 1])));
}

function passing(scores: Tensor): Scalar {
  return mean(softplus(neg(scores)));
}
