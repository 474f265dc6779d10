import { add, grad, mul, type Scalar, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers, checkSeed, checkTensor, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, normal, type Seed } from '../random/index.js';
import { needBackend } from './platform.js';
import { digits, listed } from './tensorData.js';

/** Options of {@link checkGradient}. */
export interface GradientOptions {
  /** Step of the central difference, in units of the input, \> 0. @defaultValue 1e-2 */
  readonly step?: number;
  /** Allowed error of a slope as a share of the gradient's length, \> 0. @defaultValue 0.02 */
  readonly tolerance?: number;
  /** Random directions tried beside the gradient's own, an integer \>= 0. @defaultValue 3 */
  readonly directions?: number;
  /** Seed of the directions. @defaultValue 0 */
  readonly seed?: Seed;
  /** Whether a gradient of zero may pass. @defaultValue false: it is mostly a forgotten path */
  readonly mayBeZero?: boolean;
}

/**
 * Checks the gradient of a scalar function against central differences, (f(x + h d) - f(x - h d)) / 2h: along the gradient
 * itself, so that a flat direction can't hide a wrong one, and along random directions. Rounding of float32 is allowed
 * for. A kink within a step of `x` fails: move `x`, or make the step smaller.
 *
 * @param f - Differentiable function of one float32 tensor; its scalar is disposed here.
 * @param x - Where to check; it stays as it is.
 * @param options - Step, tolerance and directions.
 * @returns Nothing; the promise is rejected where the gradient is wrong.
 * @throws Error if the gradient is not finite, is zero, or a slope differs; RangeError if an option is out of range.
 * @example
 * ```ts
 * import { square, sum, type Scalar, tensor1d } from '@tensorflow/tfjs-core';
 * import { checkGradient } from 'selfsup/testing';
 * await checkGradient((x) => sum<Scalar>(square(x)), tensor1d([1, -2, 3]));
 * ```
 */
export async function checkGradient<T extends Tensor>(
  f: (x: T) => Scalar,
  x: T,
  options: GradientOptions = {},
): Promise<void> {
  const {
    step = 1e-2,
    tolerance = 0.02,
    directions = 3,
    seed = 0,
    mayBeZero = false,
  } = checkOptions('checkGradient', options, ['step', 'tolerance', 'directions', 'seed', 'mayBeZero']);
  checkFlags('checkGradient', { mayBeZero });
  checkNumbers('checkGradient', { step: [step, Number.MIN_VALUE], tolerance: [tolerance, Number.MIN_VALUE] });
  checkIntegers('checkGradient', { directions: [directions, 0] });
  await needBackend('checkGradient');
  if (typeof f !== 'function') throw new RangeError(`checkGradient: f must be a function, got ${show(f)}.`);
  checkTensor('checkGradient', 'x', x);
  checkSeed('checkGradient', seed);
  const gradient = tidy(() => grad(f as (x: Tensor) => Tensor)(x));
  const g = Float32Array.from(await gradient.data());
  gradient.dispose();
  const norm = Math.hypot(...g);
  if (!Number.isFinite(norm)) throw new Error(`checkGradient: the gradient must be finite, got ${listed(g)}.`);
  if (!mayBeZero && norm === 0) throw new Error('checkGradient: the gradient must not be zero everywhere, got only 0.');
  const tried: [string, Float32Array][] = Array.from({ length: directions }, (_, i) => [
    `random direction ${i}`,
    unit(normal(foldIn(seed, i), g.length)),
  ]);
  if (norm > 0) tried.push(['the direction of the gradient', unit(g)]);
  for (const [name, direction] of tried) {
    const [up, down] = [await moved(f, x, direction, step), await moved(f, x, direction, -step)];
    const numeric = (up - down) / (2 * step);
    const slope = g.reduce((sum, gi, i) => sum + gi * (direction[i] as number), 0);
    const rounding = (4e-7 * (Math.abs(up) + Math.abs(down))) / (2 * step);
    if (!(Math.abs(slope - numeric) <= tolerance * norm + rounding)) {
      throw new Error(
        `checkGradient: along ${name} the slope must be ${digits(numeric)}, the central difference, got ${digits(slope)} from the gradient, whose length is ${digits(norm)}.`,
      );
    }
  }
}

/** Value of f at x + t direction. */
async function moved<T extends Tensor>(f: (x: T) => Scalar, x: T, direction: Float32Array, t: number): Promise<number> {
  const result = tidy(() => f(add(x, mul(tensor(direction, x.shape), t)) as T));
  const [value = Number.NaN] = await result.data();
  result.dispose();
  return value;
}

function unit(v: Float32Array): Float32Array {
  const length = Math.hypot(...v);
  return v.map((x) => x / length);
}
