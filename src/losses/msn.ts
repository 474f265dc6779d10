import {
  add,
  concat,
  div,
  exp,
  mean,
  mul,
  reshape,
  type Scalar,
  softmax,
  sub,
  sum,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkIntegers, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { ShapeError } from '../internal/errors.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { logSumExpRows, softmaxRows } from '../internal/logSumExp.js';
import { timesTransposed } from '../internal/products.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import type { LossInput } from './lossInput.js';
import { sinkhornOf } from './sinkhorn.js';

/** Options of {@link msnTerms}. */
export interface MsnTermsOptions {
  /** Divides the cosines, \>= 1e-8. @defaultValue 0.1, as in the authors' code */
  readonly temperature?: number;
  /** Temperature that sharpens the targets, \>= 1e-8 (1 leaves them). @defaultValue 0.25, as in the authors' code */
  readonly sharpenTemperature?: number;
  /** Rounds of Sinkhorn over the targets, an integer \>= 0. @defaultValue 3, as in lightly */
  readonly iterations?: number;
}

/** Options of {@link msnLoss}. */
export interface MsnOptions extends MsnTermsOptions {
  /** Weight of the mean-entropy term, \>= 0. @defaultValue 1, as in the paper */
  readonly regularization?: number;
}

/** The two parts of {@link msnLoss}, unweighted; the caller disposes both. */
export interface MsnTerms {
  /** Cross-entropy of the anchors against the targets. */
  readonly crossEntropy: Scalar;
  /** ln(prototypes) minus the entropy of the mean assignment: 0 if all prototypes are used alike. */
  readonly regularization: Scalar;
}

/**
 * MSN, masked siamese networks: the cross-entropy of softmax(cos(anchor, prototypes) / T) against the sharpened assignment of
 * the whole image, plus regularization * (ln(prototypes) - entropy of the mean assignment of the anchors).
 *
 * Everything is L2-normalised here. As in lightly, targets are sharpened first and then balanced by Sinkhorn, and the
 * prototypes get no gradient through the targets.
 *
 * @param anchors - Projections of the masked views, float32 `[views * batch, dim]`, one view after the other.
 * @param targets - Projections of the whole images by the momentum network, float32 `[batch, dim]`; no gradient. Row
 * v * batch + i of `anchors` belongs to row i.
 * @param prototypes - float32 `[prototypes, dim]`, learnt.
 * @param options - Temperatures, rounds and weight.
 * @returns Scalar; the caller disposes it. Differentiable in anchors and prototypes. ln(prototypes) when all cosines are
 * equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Assran et al., "Masked Siamese Networks for Label-Efficient Learning", ECCV 2022, arXiv:2204.07141, section 3.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { msnLoss } from 'selfsup/losses';
 * const [anchors, targets] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([4, 16])];
 * msnLoss(anchors, targets, randomNormal<Rank.R2>([6, 16])).print();
 * ```
 */
export function msnLoss(
  anchors: LossInput,
  targets: LossInput,
  prototypes: LossInput,
  options: MsnOptions = {},
): Scalar {
  const { regularization = 1 } = checkOptions('msnLoss', options, [
    'regularization',
    'temperature',
    'sharpenTemperature',
    'iterations',
  ]);
  check('msnLoss', anchors, targets, prototypes, options);
  checkNumbers('msnLoss', { regularization: [regularization, 0] });
  return tidy(() => {
    const parts = terms(anchors as Tensor2D, targets as Tensor2D, prototypes as Tensor2D, options);
    return add<Scalar>(parts.crossEntropy, mul(parts.regularization, regularization));
  });
}

/**
 * The two parts of {@link msnLoss}, for logging or for weights of one's own.
 *
 * @param anchors - float32 `[views * batch, dim]`.
 * @param targets - float32 `[batch, dim]`; no gradient.
 * @param prototypes - float32 `[prototypes, dim]`.
 * @param options - Temperatures and rounds.
 * @returns Two scalars; the caller disposes them. Differentiable in anchors and prototypes.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see {@link msnLoss}
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { msnTerms } from 'selfsup/losses';
 * const z = randomNormal<Rank.R2>([4, 16]);
 * msnTerms(z, z, randomNormal<Rank.R2>([6, 16])).regularization.print();
 * ```
 */
export function msnTerms(
  anchors: LossInput,
  targets: LossInput,
  prototypes: LossInput,
  options: MsnTermsOptions = {},
): MsnTerms {
  checkOptions('msnTerms', options, ['temperature', 'sharpenTemperature', 'iterations']);
  check('msnTerms', anchors, targets, prototypes, options);
  return tidy(() => ({ ...terms(anchors as Tensor2D, targets as Tensor2D, prototypes as Tensor2D, options) }));
}

function check(
  where: string,
  anchors: LossInput,
  targets: LossInput,
  prototypes: LossInput,
  { temperature = 0.1, sharpenTemperature = 0.25, iterations = 3 }: MsnTermsOptions,
): void {
  checkFloat(where, 'anchors', anchors, ['rows', 'dim']);
  checkFloat(where, 'targets', targets, ['batch', anchors.shape[1]]);
  checkFloat(where, 'prototypes', prototypes, ['prototypes', anchors.shape[1]]);
  const [rows, batch] = [anchors.shape[0], targets.shape[0]];
  if (rows % batch !== 0) throw new ShapeError(`${where}: anchors must have a multiple of ${batch} rows, got ${rows}.`);
  checkNumbers(where, { temperature: [temperature, 1e-8], sharpenTemperature: [sharpenTemperature, 1e-8] });
  checkIntegers(where, { iterations: [iterations, 0] });
}

function terms(
  anchors: Tensor2D,
  targets: Tensor2D,
  prototypes: Tensor2D,
  { temperature = 0.1, sharpenTemperature = 0.25, iterations = 3 }: MsnTermsOptions,
): MsnTerms {
  const [rows, classes] = [anchors.shape[0], prototypes.shape[0]];
  const directions = l2Normalize(prototypes);
  const logits = timesTransposed(div(l2Normalize(anchors), temperature), directions);
  const assigned = constant(() => {
    const scores = timesTransposed(div(l2Normalize(targets), temperature * sharpenTemperature), directions);
    const one = iterations > 0 ? sinkhornOf(sub(scores, softmaxRows(scores).logSumExp), iterations) : softmax(scores);
    return concat(Array.from({ length: rows / targets.shape[0] }, () => one));
  });
  // The mean assignment by its logarithm, so that a prototype that no anchor comes near gives no NaN.
  const logProbabilities = sub<Tensor2D>(logits, reshape(logSumExpRows(logits), [rows, 1]));
  const logMean = sub(logSumExpRows(transpose(logProbabilities)), Math.log(rows));
  return {
    crossEntropy: mean(softCrossEntropyRows(logits, assigned)),
    regularization: add(sum(mul(exp(logMean), logMean)), Math.log(classes)),
  };
}
