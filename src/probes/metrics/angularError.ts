import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers } from '../../internal/checks.js';
import { RangeError } from '../../internal/errors.js';
import type { Numbers } from '../../internal/hostRows.js';
import { meanOf, median } from '../averages.js';
import { readVectors } from './readFinite.js';

/** Options of {@link angularError}. */
export interface AngularErrorOptions {
  /** Numbers of a vector, an integer \>= 2. @defaultValue 3 */
  readonly dim?: number;
}

/** Result of {@link angularError}; angles in degrees. */
export interface AngularError {
  /** Mean angle. */
  readonly mean: number;
  /** Median angle. */
  readonly median: number;
  /** Share of vectors within 11.25, 22.5 and 30 degrees, as surface normals are judged. */
  readonly within: [number, number, number];
  /** Angle of each. */
  readonly angles: number[];
}

/**
 * Angle between predicted and true directions, such as surface normals; lengths do not matter.
 *
 * @param predictions - Vectors `[n, dim]`, none of them zero.
 * @param truth - As many.
 * @param options - Numbers of a vector.
 * @returns Mean, median and shares, in degrees from 0 to 180.
 * @throws ShapeError if their numbers differ; RangeError on a zero vector and where a number is not finite.
 * @see Fouhey et al., "Data-driven 3D primitives for single image understanding", ICCV 2013, section 5. The angle is
 * 2 atan2(|u - v|, |u + v|), which keeps small ones that the arc cosine loses.
 * @example
 * ```ts
 * import { angularError } from 'selfsup/probes';
 * const { mean } = await angularError([[0, 0, 2]], [[0, 1, 0]]); // 90
 * ```
 */
export async function angularError(
  predictions: Numbers,
  truth: Numbers,
  options: AngularErrorOptions = {},
): Promise<AngularError> {
  checkOptions('angularError', options, ['dim']);
  const { dim = 3 } = options;
  checkIntegers('angularError', { dim: [dim, 2] });
  const real = await readVectors('angularError', 'truth', truth, dim);
  const guess = await readVectors('angularError', 'predictions', predictions, dim, real.length / dim);
  const [u, v] = [unit('predictions', guess, dim), unit('truth', real, dim)];
  const angles = Array.from({ length: real.length / dim }, (_, i) => {
    let [apart, together] = [0, 0];
    for (let k = i * dim; k < (i + 1) * dim; k++) {
      apart += ((u[k] as number) - (v[k] as number)) ** 2;
      together += ((u[k] as number) + (v[k] as number)) ** 2;
    }
    return (360 / Math.PI) * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
  });
  const share = (limit: number): number => angles.filter((a) => a < limit).length / angles.length;
  return { mean: meanOf(angles), median: median(angles), within: [share(11.25), share(22.5), share(30)], angles };
}

function unit(name: string, values: Float64Array, dim: number): Float64Array {
  const lengths = Array.from({ length: values.length / dim }, (_, i) => {
    const length = Math.hypot(...values.subarray(i * dim, (i + 1) * dim));
    if (length === 0) throw new RangeError(`angularError: ${name} must not hold zero vectors, got one at ${i}.`);
    return length;
  });
  return values.map((v, i) => v / (lengths[Math.floor(i / dim)] as number));
}
