import {
  abs,
  add,
  cast,
  div,
  equal,
  eye,
  max,
  mean,
  mul,
  reshape,
  square,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkIntegers, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { RangeError } from '../internal/errors.js';
import { inverseCholesky } from '../internal/inverseCholesky.js';
import { matMul } from '../internal/matMul.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link whiten} and {@link wMseLoss}. */
export interface WhitenOptions {
  /** The covariance is shrunk to (1 - epsilon) C + epsilon I, 0 to 1. @defaultValue 0, as in the authors' code */
  readonly epsilon?: number;
  /**
   * Rows that are whitened together, an integer that divides the batch; with epsilon 0 it must exceed dim (the authors take
   * twice dim). Slices are taken in order: shuffle the batch for the authors' random ones. @defaultValue the batch
   */
  readonly size?: number;
}

/**
 * Cholesky whitening: rows minus their mean, times L⁻ᵀ, with L Lᵀ their unbiased covariance. The result has mean 0 and the
 * identity as covariance.
 *
 * @param z - Embeddings, float32 `[batch, dim]`, batch at least 2.
 * @param options - Shrinkage and the size of a slice.
 * @returns float32 `[batch, dim]`; the caller disposes it. Differentiable in z. A direction in which nothing varies gives zeros, but
 * one in which rounding varies gives that, enlarged.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range, or a slice is too small for its
 * covariance to be inverted.
 * @see Ermolov et al., "Whitening for Self-Supervised Representation Learning", ICML 2021, arXiv:2007.06346, section 3.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { whiten } from 'selfsup/losses';
 * whiten(randomNormal<Rank.R2>([64, 4])).print();
 * ```
 */
export function whiten(z: LossInput, options: WhitenOptions = {}): Tensor2D {
  checkOptions('whiten', options, ['epsilon', 'size']);
  checkWhiten('whiten', { z }, options);
  return tidy(() => whitened(z as Tensor2D, options));
}

/** Checks embeddings, under their names, and options. */
export function checkWhiten(where: string, inputs: Readonly<Record<string, LossInput>>, options: WhitenOptions): void {
  checkFloats(
    where,
    Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, [x, ['batch', 'dim']] as const])),
  );
  const [batch, dim] = (Object.values(inputs)[0] as Tensor2D).shape;
  const { epsilon = 0, size = batch } = options;
  checkNumbers(where, { epsilon: [epsilon, 0, 1] });
  checkIntegers(where, { batch: [batch, 2], size: [size, epsilon === 0 ? dim + 1 : 2, batch] });
  if (batch % size !== 0) throw new RangeError(`${where}: size must divide the batch, ${batch}, got ${size}.`);
}

/** The same without checks. */
export function whitened(z: Tensor2D, { epsilon = 0, size = z.shape[0] }: WhitenOptions): Tensor2D {
  const [batch, dim] = z.shape;
  const slices = reshape(z, [batch / size, size, dim]) as Tensor3D;
  const centered = sub(slices, mean(slices, 1, true));
  // The result does not depend on this scale, which keeps squares inside what half precision holds.
  const scale = constant(() => {
    const largest = max(abs(centered), [1, 2], true);
    return add<Tensor>(largest, cast(equal(largest, 0), 'float32'));
  });
  const scaled = div<Tensor3D>(centered, scale);
  const covariance = matMul(transpose(scaled, [0, 2, 1]), div(scaled, size - 1)) as Tensor3D;
  const shrunk =
    epsilon === 0 ? covariance : add(mul(covariance, 1 - epsilon), mul(div(epsilon, square(scale)), eye(dim)));
  const inverse = inverseCholesky(shrunk as Tensor3D, 1e-6);
  return reshape(matMul(scaled, transpose(inverse, [0, 2, 1])), [batch, dim]);
}
