import { add, erf, exp, mul, square, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/** x Phi(x), with the normal distribution function Phi by erf: the exact GELU, not its tanh approximation. */
export function gelu<T extends Tensor>(x: T): T {
  return tidy(() =>
    withGradient<T>([x], (save) => {
      const below = add<T>(mul(erf(mul(x, Math.SQRT1_2)), 0.5), 0.5); // Phi(x)
      save([x, below]);
      return {
        value: mul<T>(x, below),
        gradient: (dy, saved) => {
          const [z, phi] = saved as [T, T];
          const density = exp(mul(square(z), -0.5));
          return [mul(dy, add(phi, mul(mul(z, density), 1 / Math.sqrt(2 * Math.PI))))];
        },
      };
    }),
  );
}
