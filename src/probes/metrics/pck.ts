import { checkOptions } from '../../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../../internal/checks.js';
import { RangeError, ShapeError } from '../../internal/errors.js';
import { type Numbers, readLabels } from '../../internal/hostRows.js';
import { meanOf } from '../averages.js';
import { readFinite, readVectors } from './readFinite.js';

/** Options of {@link pck}. */
export interface PckOptions {
  /** Keypoints of a sample, an integer \>= 1. */
  readonly keypoints: number;
  /** Distance that still counts, as a share of the size, \>= 0. @defaultValue 0.1 */
  readonly threshold?: number;
  /**
   * Size of each sample, `[n]`, \> 0, such as that of the object or the head.
   * @defaultValue the longer side of the box around its true visible keypoints
   */
  readonly size?: Numbers;
  /** 1 where a keypoint is known, `[n, keypoints]`; others don't count and may hold any finite number. @defaultValue all */
  readonly visible?: Numbers;
}

/** Result of {@link pck}. */
export interface Pck {
  /** Share of all visible keypoints that are right. */
  readonly mean: number;
  /** The same for each keypoint; null for one that is never visible. */
  readonly perKeypoint: (number | null)[];
}

/**
 * Percentage of correct keypoints, as a share: those predicted within `threshold` times the sample's size.
 *
 * @param predictions - Predicted places, `[n, keypoints, 2]`.
 * @param truth - True places, as many.
 * @param options - Number of keypoints, threshold, sizes, visibility.
 * @returns Shares in [0, 1].
 * @throws ShapeError if their numbers differ; RangeError on sizes that are not positive, where a number is not finite, and
 * where no keypoint is visible.
 * @see Yang and Ramanan, "Articulated human detection with flexible mixtures of parts", TPAMI 2013, section 6.
 * @example
 * ```ts
 * import { pck } from 'selfsup/probes';
 * const { mean } = await pck([[[0, 0], [9, 9]]], [[[0, 0], [10, 10]]], { keypoints: 2, threshold: 0.2 }); // 1
 * ```
 */
export async function pck(predictions: Numbers, truth: Numbers, options: PckOptions): Promise<Pck> {
  const where = 'pck';
  const { keypoints, threshold = 0.1 } = checkOptions(where, options === undefined ? ({} as PckOptions) : options, [
    'keypoints',
    'threshold',
    'size',
    'visible',
  ]);
  checkIntegers(where, { keypoints: [keypoints, 1] });
  checkNumbers(where, { threshold: [threshold, 0] });
  const real = await readVectors(where, 'truth', truth, 2);
  const guess = await readVectors(where, 'predictions', predictions, 2, real.length / 2);
  const n = real.length / 2 / keypoints;
  if (!Number.isInteger(n)) {
    throw new ShapeError(`${where}: truth must have ${keypoints} keypoints a sample, got ${real.length / 2} in all.`);
  }
  const seen = options.visible
    ? await readLabels(where, 'visible', options.visible, n * keypoints)
    : new Int32Array(n * keypoints).fill(1);
  const sizes = options.size ? await readFinite(where, 'size', options.size, n) : boxSizes(real, seen, keypoints);
  const wrong = options.size ? sizes.findIndex((s) => !(s > 0)) : -1;
  if (wrong >= 0) throw new RangeError(`${where}: size must be > 0, got ${sizes[wrong]} at ${wrong}.`);
  const hits: number[][] = Array.from({ length: keypoints }, () => []);
  for (let p = 0; p < seen.length; p++) {
    if (seen[p] === 0) continue;
    const away = Math.hypot(
      (guess[2 * p] as number) - (real[2 * p] as number),
      (guess[2 * p + 1] as number) - (real[2 * p + 1] as number),
    );
    hits[p % keypoints]?.push(away <= threshold * (sizes[Math.floor(p / keypoints)] as number) ? 1 : 0);
  }
  const all = hits.flat();
  if (all.length === 0) throw new RangeError(`${where}: visible must hold at least one 1, got none.`);
  return { mean: meanOf(all), perKeypoint: hits.map((own) => (own.length > 0 ? meanOf(own) : null)) };
}

function boxSizes(points: Float64Array, seen: Int32Array, keypoints: number): Float64Array {
  return Float64Array.from({ length: seen.length / keypoints }, (_, i) => {
    const own = Array.from({ length: keypoints }, (_, k) => i * keypoints + k).filter((p) => seen[p] !== 0);
    const extent = (axis: number): number => {
      const values = own.map((p) => points[2 * p + axis] as number);
      return values.length > 0 ? Math.max(...values) - Math.min(...values) : 0;
    };
    return Math.max(extent(0), extent(1));
  });
}
