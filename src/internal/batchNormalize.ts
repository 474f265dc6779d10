import {
  add,
  mean,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { constant } from './constant.js';
import { withGradient } from './withGradient.js';

/** Mean and biased variance of every column, each `[1, columns]`. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The moments of the columns of x `[rows, columns]`; constants to every gradient. */
export function columnMoments(x: Tensor2D): Moments {
  const center = constant(() => mean(x, 0, true));
  return { mean: center, variance: constant(() => tidy(() => mean(square(sub(x, center)), 0, true))) };
}

/** What normalised columns are multiplied by, and what is added then: each `[columns]`, or left out. */
export interface ColumnAffine {
  readonly scale?: Tensor1D | undefined;
  readonly offset?: Tensor1D | undefined;
}

/**
 * Batch normalisation: columns of x `[rows, columns]` minus their mean, over sqrt(variance + epsilon), times scale plus
 * offset. `moments` must be those of x itself: the gradient knows that they move with it.
 */
export function batchNormalize(
  x: Tensor2D,
  moments: Moments,
  epsilon: number,
  { scale, offset }: ColumnAffine,
): Tensor2D {
  const inputs = [x, scale, offset].filter((t) => t !== undefined);
  return tidy(() =>
    withGradient<Tensor2D>(inputs, (save) => {
      const inverse = rsqrt(add(moments.variance, epsilon));
      const factor = scale === undefined ? inverse : mul(inverse, scale);
      const centered = sub(x, moments.mean);
      const value = mul<Tensor2D>(centered, factor);
      save([centered, inverse, factor]);
      return {
        value: offset === undefined ? value : add(value, offset),
        gradient: (dy, saved) => {
          const [c, r, f] = saved as [Tensor, Tensor, Tensor];
          const slope = mul(mean(mul(dy, c), 0, true), r); // mean of dy times the normalised column
          const shift = mean(dy, 0, true);
          const dx = mul(sub(sub(dy, mul(c, mul(slope, r))), shift), f);
          const total = (t: Tensor): Tensor => mul(reshape(t, [-1]), x.shape[0]);
          return [dx, ...(scale ? [total(slope)] : []), ...(offset ? [total(shift)] : [])];
        },
      };
    }),
  );
}
