import { foldIn, normal, type Seed, uniform } from '../random/index.js';

/**
 * A number of the Beta(a, b) distribution: the share of one Gamma draw in the sum of two, in logarithms, so that small
 * parameters don't underflow.
 */
export function beta(seed: Seed, a: number, b: number): number {
  return 1 / (1 + Math.exp(logGamma(foldIn(seed, 1), b) - logGamma(foldIn(seed, 0), a)));
}

/**
 * Logarithm of a Gamma draw with scale 1, by rejection from a cubed normal number; a shape below 1 is drawn as shape + 1
 * times a power of a uniform number.
 *
 * @see Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
 */
function logGamma(seed: Seed, shape: number): number {
  if (shape < 1) return logGamma(foldIn(seed, 0), shape + 1) + Math.log(1 - uniform(foldIn(seed, 1))) / shape;
  const d = shape - 1 / 3;
  for (let n = 0; ; n++) {
    const key = foldIn(seed, n);
    const x = normal(foldIn(key, 0));
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - uniform(foldIn(key, 1))) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return Math.log(d * v);
    }
  }
}
