import {
  abs,
  add,
  div,
  max,
  maximum,
  mean,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/**
 * Columns of `[rows, columns]` minus their mean, over sqrt(variance + epsilon) with the biased variance: batch
 * normalisation without scale and offset. Columns of large numbers are scaled down before they are squared, so that half
 * precision holds them.
 */
export function standardizeColumns(x: Tensor2D, epsilon: number): Tensor2D {
  return tidy(() =>
    withGradient<Tensor2D>([x], (save) => {
      const centered = sub(x, mean(x, 0, true));
      const largest = maximum(max(abs(centered), 0, true), 1);
      const scaled = div(centered, largest);
      const deviation = sqrt(add(mean(square(scaled), 0, true), div(div(epsilon, largest), largest)));
      const value = div<Tensor2D>(scaled, deviation);
      save([value, deviation, largest]);
      return {
        value,
        gradient: (dy, saved) => {
          const [y, d, l] = saved as [Tensor2D, Tensor, Tensor];
          const slope = add(mean(dy, 0, true), mul(y, mean(mul(dy, y), 0, true)));
          return [div(div(sub(dy, slope), d), l)];
        },
      };
    }),
  );
}
