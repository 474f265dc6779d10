import {
  add,
  mean,
  relu,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link countingLoss} and {@link countingTerms}. */
export interface CountingOptions {
  /** How far apart the counts of another image must be, \>= 0. @defaultValue 10, as in the paper */
  readonly margin?: number;
}

/** The two parts of {@link countingLoss}; the caller disposes both. */
export interface CountingTerms {
  /** Mean of |whole - sum of tiles|². */
  readonly equality: Scalar;
  /** Mean of max(0, margin - |other - sum of tiles|²): the margin if all counts are 0. */
  readonly contrast: Scalar;
}

/**
 * Learning to count: what is in the whole must be what is in its tiles together, and not what is in another image: the mean of
 * |whole - sum of tiles|² + max(0, margin - |other - sum of tiles|²).
 *
 * @param whole - Features of the scaled-down image, float32 `[batch, dim]`; the authors' end in a ReLU.
 * @param tiles - Features of its tiles, float32 `[batch, tiles, dim]`; the paper has 4.
 * @param other - Features of another scaled-down image, float32 `[batch, dim]`.
 * @param options - The margin.
 * @returns Scalar; the caller disposes it. Differentiable in all three. The margin if all features are 0, which the second term
 * is there to prevent.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the margin is negative.
 * @see Noroozi, Pirsiavash and Favaro, "Representation Learning by Learning to Count", ICCV 2017, arXiv:1708.06734, equation 4.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { countingLoss } from 'selfsup/losses';
 * const [whole, other] = [randomUniform<Rank.R2>([8, 16]), randomUniform<Rank.R2>([8, 16])];
 * countingLoss(whole, randomUniform<Rank.R3>([8, 4, 16]), other).print();
 * ```
 */
export function countingLoss(
  whole: LossInput,
  tiles: LossInput,
  other: LossInput,
  options: CountingOptions = {},
): Scalar {
  const { margin = 10 } = checkOptions('countingLoss', options, ['margin']);
  check('countingLoss', whole, tiles, other, margin);
  return tidy(() => {
    const { equality, contrast } = terms(whole as Tensor2D, tiles as Tensor3D, other as Tensor2D, margin);
    return add(equality, contrast);
  });
}

/**
 * The two parts of {@link countingLoss}, for logging or for weights of one's own.
 *
 * @param whole - float32 `[batch, dim]`.
 * @param tiles - float32 `[batch, tiles, dim]`.
 * @param other - float32 `[batch, dim]`.
 * @param options - The margin.
 * @returns Two scalars; the caller disposes them. Differentiable in all three.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the margin is negative.
 * @see {@link countingLoss}
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { countingTerms } from 'selfsup/losses';
 * const [whole, tiles] = [ones<Rank.R2>([2, 3]), ones<Rank.R3>([2, 4, 3])];
 * countingTerms(whole, tiles, whole).equality.print(); // 3 * (1 - 4)²
 * ```
 */
export function countingTerms(
  whole: LossInput,
  tiles: LossInput,
  other: LossInput,
  options: CountingOptions = {},
): CountingTerms {
  const { margin = 10 } = checkOptions('countingTerms', options, ['margin']);
  check('countingTerms', whole, tiles, other, margin);
  return tidy(() => ({ ...terms(whole as Tensor2D, tiles as Tensor3D, other as Tensor2D, margin) }));
}

function check(where: string, whole: LossInput, tiles: LossInput, other: LossInput, margin: number): void {
  checkFloat(where, 'whole', whole, ['batch', 'dim']);
  checkFloat(where, 'tiles', tiles, [whole.shape[0], 'tiles', whole.shape[1]]);
  checkFloat(where, 'other', other, whole.shape);
  checkNumbers(where, { margin: [margin, 0] });
}

function terms(whole: Tensor2D, tiles: Tensor3D, other: Tensor2D, margin: number): CountingTerms {
  const parts = sum<Tensor2D>(tiles, 1);
  const apart = (x: Tensor2D): Tensor1D => sum(square(sub(x, parts)), 1);
  return { equality: mean(apart(whole)), contrast: mean(relu(sub(margin, apart(other)))) };
}
