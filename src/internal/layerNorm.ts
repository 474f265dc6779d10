import {
  add,
  div,
  mean,
  mul,
  type Rank,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { matMul } from './matMul.js';
import { withGradient } from './withGradient.js';

/** What a normalised row is multiplied by, and what is added then: both `[dim]`. */
export interface Affine {
  readonly scale: Tensor1D;
  readonly offset: Tensor1D;
}

/**
 * Layer normalisation: entries along the last axis minus their mean, over sqrt(variance + epsilon) with the biased
 * variance; with `affine`, times scale plus offset.
 */
export function layerNorm<T extends Tensor>(x: T, epsilon: number, affine?: Affine): T {
  return tidy(() => {
    const dim = x.shape.at(-1) as number;
    const rows = reshape<Rank.R2>(x, [-1, dim]);
    const inputs = affine === undefined ? [rows] : [rows, affine.scale, affine.offset];
    const y = withGradient<Tensor2D>(inputs, (save) => {
      const centered = sub(rows, mean(rows, 1, true));
      const inverse = rsqrt(add(mean(square(centered), 1, true), epsilon)); // 1 over the deviation, [rows, 1]
      const unit = mul<Tensor2D>(centered, inverse);
      if (affine === undefined) {
        save([unit, inverse]);
        return { value: unit, gradient: (dy, [u, r]) => [plainGradient(dy, u as Tensor2D, r as Tensor)] };
      }
      save([unit, inverse, affine.scale]);
      return {
        value: add(mul(unit, affine.scale), affine.offset),
        gradient: (dy, saved) => affineGradient(dy, saved as [Tensor2D, Tensor, Tensor1D]),
      };
    });
    return reshape(y, x.shape) as T;
  });
}

function plainGradient(dy: Tensor2D, unit: Tensor2D, inverse: Tensor): Tensor2D {
  const along = mul(unit, mean(mul(dy, unit), 1, true));
  return mul(sub(sub(dy, along), mean(dy, 1, true)), inverse);
}

function affineGradient(dy: Tensor2D, [unit, inverse, scale]: [Tensor2D, Tensor, Tensor1D]): Tensor[] {
  const dim = scale.size;
  const column = reshape<Rank.R2>(div(scale, dim), [dim, 1]);
  const product = mul<Tensor2D>(dy, unit);
  const along = mul(unit, matMul(product, column));
  const dx = mul(sub(sub(mul(dy, scale), along), matMul(dy, column)), inverse);
  return [dx, sum(product, 0), sum(dy, 0)];
}
