import { add, div, mul, step, sub, sum, type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkNumbers, isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';

/** Options of {@link colorWeights}. */
export interface ColorWeightsOptions {
  /** Share of the uniform distribution, in [0, 1]: 0 weighs by 1 / prior, 1 weighs all bins alike. @defaultValue 0.5, as in the paper */
  readonly lambda?: number;
}

/**
 * Weights that make rare colours count more: 1 / ((1 - lambda) prior + lambda u), with u uniform over the bins that occur, scaled
 * so that the prior-weighted mean is 1.
 *
 * A bin that never occurs gets the weight of one that nearly never does (where lambda is 0: none); the authors' code would give
 * it an infinite one.
 *
 * @param prior - Share of each bin, \>= 0, summing to 1: float32 `[bins]` or an array, such as `colorPrior` gives.
 * @param options - Share of the uniform distribution.
 * @returns Weights, float32 `[bins]`, for `colorCrossEntropyLoss`; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError if a number is negative or lambda is out of range.
 * @see Zhang, Isola and Efros, arXiv:1603.08511, equation 4; the authors' code, `PriorFactor`, where lambda is called gamma.
 * @example
 * ```ts
 * import { colorWeights } from 'selfsup/pretext';
 * colorWeights([0.9, 0.1]).print(); // 0.88, 2.06: 0.9 and 0.1 times these sum to 1
 * ```
 */
export function colorWeights(prior: Tensor1D | ArrayLike<number>, options: ColorWeightsOptions = {}): Tensor1D {
  const where = 'colorWeights';
  const { lambda = 0.5 } = checkOptions('colorWeights', options, ['lambda']);
  checkNumbers(where, { lambda: [lambda, 0, 1] });
  checkPrior(where, prior);
  return tidy(() => {
    const shares = isTensor(prior) ? prior : tensor1d(Float32Array.from(prior));
    const occurs = step(shares);
    const mixed = add(mul(shares, 1 - lambda), div(lambda, sum(occurs)));
    const never = mul(sub(1, occurs), lambda === 0 ? 1e30 : 0);
    const weights = div<Tensor1D>(1, add(mixed, never));
    return div<Tensor1D>(weights, sum(mul(shares, weights)));
  });
}

/** Checks one number \>= 0 per bin, and how many where given; what a tensor holds is not looked at. */
export function checkPrior(where: string, prior: Tensor1D | ArrayLike<number>, bins?: number): void {
  if (isTensor(prior)) {
    checkFloats(where, { prior: [prior, [bins ?? 'bins']] });
    return;
  }
  if (typeof prior !== 'object' || prior === null || !(prior.length >= 1)) {
    throw new ShapeError(`${where}: prior must be a tensor [bins] or a number per bin, got ${show(prior)}.`);
  }
  if (bins !== undefined && prior.length !== bins) {
    throw new ShapeError(`${where}: prior must have one entry per bin (${bins}), got ${prior.length}.`);
  }
  let total = 0;
  for (let i = 0; i < prior.length; i++) {
    checkNumbers(where, { [`prior[${i}]`]: [prior[i] as number, 0] });
    total += prior[i] as number;
  }
  checkNumbers(where, { 'sum of prior': [total, Number.MIN_VALUE] });
}
