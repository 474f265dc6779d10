import { add, grad, mul, type Scalar, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { normal, type Seed } from '../../src/random/index.js';

/** How {@link expectGradient} differentiates. */
export interface GradientOptions {
  /** Step of the central difference, in units of the input. @defaultValue 1e-2 */
  readonly step?: number;
  /** Allowed error as a share of the gradient's length. @defaultValue 0.02 */
  readonly tolerance?: number;
  /** Random directions tried beside the gradient's own. @defaultValue 3 */
  readonly directions?: number;
  /** @defaultValue 0 */
  readonly seed?: Seed;
  /** Whether a gradient of zero may pass. @defaultValue false */
  readonly mayBeZero?: boolean;
}

/**
 * Checks the gradient of a scalar function against central differences: along the gradient itself (so that a flat
 * direction can't hide a wrong one) and along random directions.
 */
export async function expectGradient<T extends Tensor>(
  f: (x: T) => Scalar,
  x: T,
  options: GradientOptions = {},
): Promise<void> {
  const { step = 1e-2, tolerance = 0.02, directions = 3, seed = 0, mayBeZero = false } = options;
  const gradient = tidy(() => grad(f as (x: Tensor) => Tensor)(x));
  const g = Float32Array.from(await gradient.data());
  gradient.dispose();
  const norm = Math.hypot(...g);
  expect(Number.isFinite(norm), `gradient is finite: ${Array.from(g).slice(0, 8)}`).toBe(true);
  if (!mayBeZero) expect(norm, 'length of the gradient').toBeGreaterThan(0);
  const value = async (t: number, direction: Float32Array): Promise<number> => {
    const result = tidy(() => f(add(x, mul(tensor(direction, x.shape), t)) as T));
    const [number] = await result.data();
    result.dispose();
    return number as number;
  };
  const tried = Array.from({ length: directions }, (_, i) => unit(normal(seedOf(seed, i), g.length)));
  if (norm > 0) tried.push(unit(Float32Array.from(g)));
  for (const direction of tried) {
    const [up, down] = [await value(step, direction), await value(-step, direction)];
    const numeric = (up - down) / (2 * step);
    const slope = g.reduce((sum, gi, i) => sum + gi * (direction[i] as number), 0);
    const rounding = (4e-7 * (Math.abs(up) + Math.abs(down))) / (2 * step);
    expect(
      Math.abs(slope - numeric),
      `slope ${slope}, central difference ${numeric}, |gradient| ${norm}`,
    ).toBeLessThanOrEqual(tolerance * norm + rounding);
  }
}

const seedOf = (seed: Seed, i: number): Seed =>
  typeof seed === 'number' ? seed * 1000 + i : { ...seed, low: (seed.low + i) >>> 0 };

function unit(v: Float32Array): Float32Array {
  const length = Math.hypot(...v);
  return v.map((x) => x / length);
}
