import { checkOptions } from '../../internal/checkOptions.js';
import { checkChoice } from '../../internal/checks.js';
import type { Numbers } from '../../internal/hostRows.js';
import { symmetricEigen } from '../../internal/symmetricEigen.js';
import { meanOf, median } from '../averages.js';
import { readVectors } from './readFinite.js';

/** Options of {@link trajectoryError}. */
export interface TrajectoryErrorOptions {
  /**
   * What is fitted before places are compared. `'none'`: nothing. `'scale'`: the first places are laid on each other, and
   * the path is scaled. `'rigid'`: rotation and shift. `'similarity'`: all three. @defaultValue 'similarity'
   */
  readonly align?: 'none' | 'scale' | 'rigid' | 'similarity';
}

/** Result of {@link trajectoryError}, in the unit of the truth. */
export interface TrajectoryError {
  /** Root of the mean squared distance: absolute trajectory error. */
  readonly rmse: number;
  /** Mean distance. */
  readonly mean: number;
  /** Median distance. */
  readonly median: number;
  /** Largest distance. */
  readonly max: number;
  /** The factor that the predicted path was multiplied by. */
  readonly scale: number;
}

/**
 * Absolute trajectory error: how far the places of a camera lie from the true ones, after the paths were laid on each
 * other as well as they can be.
 *
 * @param predictions - Places `[n, 3]`.
 * @param truth - True places, as many, at the same times.
 * @param options - What may be fitted; monocular methods leave the scale free.
 * @returns Errors. A path that does not move is scaled by 0 where scale is fitted.
 * @throws ShapeError if their numbers differ; RangeError where a number is not finite.
 * @see Sturm et al., "A benchmark for the evaluation of RGB-D SLAM systems", IROS 2012, section V; Horn, JOSA A 1987, for the
 * alignment. SfMLearner's pose evaluation is `'scale'` over snippets of 5 frames, its error divided by sqrt(n) once more.
 * @example
 * ```ts
 * import { trajectoryError } from 'selfsup/probes';
 * const turned = [[0, 0, 0], [0, 2, 0], [-2, 2, 0]];
 * const { rmse, scale } = await trajectoryError(turned, [[5, 0, 0], [6, 0, 0], [6, 1, 0]]); // 0, 0.5
 * ```
 */
export async function trajectoryError(
  predictions: Numbers,
  truth: Numbers,
  options: TrajectoryErrorOptions = {},
): Promise<TrajectoryError> {
  checkOptions('trajectoryError', options, ['align']);
  const { align = 'similarity' } = options;
  checkChoice('trajectoryError', 'align', align, ['none', 'scale', 'rigid', 'similarity']);
  const real = await readVectors('trajectoryError', 'truth', truth, 3);
  const guess = await readVectors('trajectoryError', 'predictions', predictions, 3, real.length / 3);
  const whole = align === 'rigid' || align === 'similarity';
  const [from, to] = [origin(guess, whole), origin(real, whole)];
  const [a, b] = align === 'none' ? [guess, real] : [guess.map((v, i) => v - from(i)), real.map((v, i) => v - to(i))];
  const turned = whole ? rotated(a, rotationOnto(a, b)) : a;
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * (y[i] as number), 0);
  const fits = align === 'scale' || align === 'similarity';
  const length = dot(turned, turned);
  const scale = !fits ? 1 : length > 0 ? dot(turned, b) / length : 0;
  const distances = Array.from({ length: real.length / 3 }, (_, i) =>
    Math.hypot(...[0, 1, 2].map((k) => scale * (turned[3 * i + k] as number) - (b[3 * i + k] as number))),
  );
  return {
    rmse: Math.sqrt(meanOf(distances.map((d) => d * d))),
    mean: meanOf(distances),
    median: median(distances),
    max: Math.max(...distances),
    scale,
  };
}

/** Coordinates that are taken off: those of the middle, or of the first place. */
function origin(points: Float64Array, middle: boolean): (i: number) => number {
  const of = (k: number): number => (middle ? meanOf(points.filter((_, i) => i % 3 === k)) : (points[k] as number));
  const values = [of(0), of(1), of(2)];
  return (i) => values[i % 3] as number;
}

/** The rotation, `[3, 3]`, that lays centred points a on b best: the leading quaternion of Horn's matrix. */
function rotationOnto(a: Float64Array, b: Float64Array): number[] {
  const s = Array.from({ length: 9 }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < a.length; i += 3) sum += (a[i + Math.floor(k / 3)] as number) * (b[i + (k % 3)] as number);
    return sum;
  });
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = s as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const n = Float64Array.of(
    ...[xx + yy + zz, yz - zy, zx - xz, xy - yx],
    ...[yz - zy, xx - yy - zz, xy + yx, zx + xz],
    ...[zx - xz, xy + yx, yy - xx - zz, yz + zy],
    ...[xy - yx, zx + xz, yz + zy, zz - xx - yy],
  );
  const [w, x, y, z] = symmetricEigen(n, 4, { vectors: true }).vectors as unknown as [number, number, number, number];
  return [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}

function rotated(points: Float64Array, r: number[]): Float64Array {
  return points.map((_, i) => {
    const base = i - (i % 3);
    return [0, 1, 2].reduce((sum, k) => sum + (r[3 * (i % 3) + k] as number) * (points[base + k] as number), 0);
  });
}
