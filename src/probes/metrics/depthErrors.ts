import { checkOptions } from '../../internal/checkOptions.js';
import { checkNumbers } from '../../internal/checks.js';
import { RangeError } from '../../internal/errors.js';
import { type Numbers, readNumbers } from '../../internal/hostRows.js';
import { meanOf, median } from '../averages.js';
import { readFinite } from './readFinite.js';

/** Options of {@link depthErrors}. */
export interface DepthErrorsOptions {
  /** Whether predictions are first multiplied by median(truth) / median(predictions). @defaultValue false */
  readonly medianScaling?: boolean;
  /** Smallest depth, \> 0: predictions are raised to it, true depths below it don't count. @defaultValue 1e-3 */
  readonly min?: number;
  /** Largest depth, \> min: likewise. @defaultValue none; KITTI has 80 */
  readonly max?: number;
}

/** Result of {@link depthErrors}. */
export interface DepthErrors {
  /** Mean of |truth - prediction| / truth. */
  readonly absRel: number;
  /** Mean of (truth - prediction)² / truth. */
  readonly sqRel: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** The same of natural logarithms. */
  readonly rmseLog: number;
  /** Share with max(truth / prediction, prediction / truth) below 1.25, 1.25² and 1.25³. */
  readonly within: [number, number, number];
  /** The factor that predictions were multiplied by. */
  readonly scale: number;
  /** Pixels that counted. */
  readonly pixels: number;
}

/**
 * Errors of predicted depth, as the depth papers report them. Pixels without a true depth (0, negative, NaN, infinite, or
 * outside [min, max]) don't count.
 *
 * @param predictions - Depths, \> 0 where the truth is known, any shape.
 * @param truth - True depths, as many.
 * @param options - Scaling (needed for monocular methods, whose scale is free) and range.
 * @returns Errors over all pixels together; the papers average over images, which is the caller's.
 * @throws ShapeError if their numbers differ; RangeError where a prediction that counts is not finite and \> 0, and where no
 * pixel counts.
 * @see Eigen et al., "Depth map prediction from a single image", arXiv:1406.2283, section 4.2; monodepth2,
 * evaluate_depth.py.
 * @example
 * ```ts
 * import { depthErrors } from 'selfsup/probes';
 * const { absRel, scale } = await depthErrors([1, 2, 3], [2, 4, 0], { medianScaling: true }); // 0, 2
 * ```
 */
export async function depthErrors(
  predictions: Numbers,
  truth: Numbers,
  options: DepthErrorsOptions = {},
): Promise<DepthErrors> {
  const where = 'depthErrors';
  checkOptions(where, options, ['medianScaling', 'min', 'max']);
  const { medianScaling = false, min = 1e-3, max = Number.MAX_VALUE } = options;
  checkNumbers(where, { min: [min, Number.MIN_VALUE] });
  checkNumbers(where, { max: [max, min] });
  const all = await readNumbers(where, 'truth', truth);
  const known = Array.from(all, (depth) => depth >= min && depth <= max && Number.isFinite(depth));
  const rows = [...known.keys()].filter((i) => known[i]);
  if (rows.length === 0) throw new RangeError(`${where}: truth must hold a depth from ${min} to ${max}, got none.`);
  const given = await readNumbers(where, 'predictions', predictions);
  await readFinite(
    where,
    'predictions',
    Array.from(given, (v, i) => (known[i] ? v : 0)),
    all.length,
  );
  const real = Float64Array.from(rows, (i) => all[i] as number);
  const guess = Float64Array.from(rows, (i) => given[i] as number);
  const wrong = guess.findIndex((v) => !(v > 0));
  if (wrong >= 0) throw new RangeError(`${where}: predictions must be > 0, got ${guess[wrong]} at ${rows[wrong]}.`);
  const scale = medianScaling ? median(real) / median(guess) : 1;
  const depth = guess.map((v) => Math.min(max, Math.max(min, v * scale)));
  const mean = (f: (p: number, t: number) => number): number => meanOf(depth.map((p, i) => f(p, real[i] as number)));
  const share = (power: number): number => mean((p, t) => (Math.max(t / p, p / t) < 1.25 ** power ? 1 : 0));
  return {
    absRel: mean((p, t) => Math.abs(t - p) / t),
    sqRel: mean((p, t) => (t - p) ** 2 / t),
    rmse: Math.sqrt(mean((p, t) => (t - p) ** 2)),
    rmseLog: Math.sqrt(mean((p, t) => Math.log(t / p) ** 2)),
    within: [share(1), share(2), share(3)],
    scale,
    pixels: rows.length,
  };
}
