import {
  abs,
  add,
  cast,
  div,
  equal,
  expandDims,
  max,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { matMul } from './matMul.js';
import { withGradient } from './withGradient.js';

/**
 * Steps of an iteration x <- a x + b x³ + c x⁵ on singular values that takes those between 6e-5 and 1 to 1 and leaves 0: eight
 * that grow small ones fast and stay below 1.2 whatever the rounding (those of the Muon optimizer), three Newton-Schulz ones
 * that settle.
 */
const steps: readonly (readonly [number, number, number])[] = [
  ...Array.from({ length: 8 }, () => [3.4445, -4.775, 2.0315] as const),
  ...Array.from({ length: 3 }, () => [1.875, -1.25, 0.375] as const),
];

/**
 * Sum of the singular values of each matrix of `[batch, rows, columns]`, `[batch]`. The gradient is U Vᵀ, found by matrix
 * products alone; singular values below 6e-5 of the matrix's length have less than their share of it, zeros none.
 */
export function nuclearNorms(x: Tensor3D): Tensor1D {
  return tidy(() =>
    withGradient<Tensor1D>([x], (save) => {
      const directions = polarFactors(x);
      save([directions]);
      return {
        value: sum<Tensor1D>(mul(directions, x), [1, 2]),
        gradient: (dy, saved) => [mul(saved[0] as Tensor3D, expandDims(expandDims(dy, 1), 2))],
      };
    }),
  );
}

/** U Vᵀ of each matrix. */
function polarFactors(given: Tensor3D): Tensor3D {
  const wide = given.shape[1] <= given.shape[2];
  const orOne = (t: Tensor): Tensor => add(t, cast(equal(t, 0), 'float32'));
  const scaled = div(given, orOne(max(abs(given), [1, 2], true)));
  const unit = div<Tensor3D>(scaled, orOne(sqrt(sum(square(scaled), [1, 2], true))));
  let x = wide ? unit : transpose(unit, [0, 2, 1]);
  for (const [a, b, c] of steps) {
    const gram = matMul(x, transpose(x, [0, 2, 1])) as Tensor3D;
    const powers = add(mul(gram, b), mul(matMul(gram, gram), c));
    x = add(mul(x, a), matMul(powers, x));
  }
  return wide ? x : transpose(x, [0, 2, 1]);
}
