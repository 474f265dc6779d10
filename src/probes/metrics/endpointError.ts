import { checkOptions } from '../../internal/checkOptions.js';
import { RangeError } from '../../internal/errors.js';
import { type Numbers, readLabels, readNumbers } from '../../internal/hostRows.js';
import { meanOf } from '../averages.js';
import { readVectors } from './readFinite.js';

/** Options of {@link endpointError}. */
export interface EndpointErrorOptions {
  /** 1 where the true flow is known; what stands elsewhere does not matter. @defaultValue everywhere */
  readonly valid?: Numbers;
}

/** Result of {@link endpointError}. */
export interface EndpointError {
  /** Mean length of the difference, in pixels. */
  readonly mean: number;
  /** Share of pixels with an error below 1, 3 and 5 pixels. */
  readonly within: [number, number, number];
  /** Share with an error above 3 pixels and above 5 % of the true length: KITTI's outliers. */
  readonly outliers: number;
  /** Pixels that counted. */
  readonly pixels: number;
}

/**
 * End-point error of optical flow.
 *
 * @param predictions - Flow (x, y) in pixels, `[..., 2]`.
 * @param truth - True flow, as many numbers.
 * @param options - Where it is known.
 * @returns Errors over all valid pixels together.
 * @throws ShapeError if their numbers differ; RangeError where a number that counts is not finite, and where no pixel is
 * valid.
 * @see Baker et al., "A database and evaluation methodology for optical flow", IJCV 2011; KITTI 2015 development kit for
 * the outliers.
 * @example
 * ```ts
 * import { endpointError } from 'selfsup/probes';
 * const { mean } = await endpointError([[3, 4], [1, 0]], [[0, 0], [1, 0]]); // 2.5
 * ```
 */
export async function endpointError(
  predictions: Numbers,
  truth: Numbers,
  options: EndpointErrorOptions = {},
): Promise<EndpointError> {
  const where = 'endpointError';
  checkOptions(where, options, ['valid']);
  const all = await readNumbers(where, 'truth', truth);
  const pixels = all.length / 2;
  const valid = options.valid ? await readLabels(where, 'valid', options.valid, pixels) : null;
  const blank = (x: ArrayLike<number>): ArrayLike<number> =>
    valid ? Float64Array.from(x, (v, i) => (valid[i >> 1] ? v : 0)) : x;
  const real = await readVectors(where, 'truth', blank(all), 2);
  const guess = await readVectors(
    where,
    'predictions',
    blank(await readNumbers(where, 'predictions', predictions)),
    2,
    pixels,
  );
  const counted = Array.from({ length: pixels }, (_, i) => i).filter((i) => valid === null || valid[i] !== 0);
  if (counted.length === 0) throw new RangeError(`${where}: valid must hold at least one 1, got none.`);
  const at = (x: Float64Array, i: number): [number, number] => [x[2 * i] as number, x[2 * i + 1] as number];
  const errors = counted.map((i) => {
    const [[u, v], [x, y]] = [at(guess, i), at(real, i)];
    return Math.hypot(u - x, v - y);
  });
  const share = (test: (error: number, i: number) => boolean): number => errors.filter(test).length / errors.length;
  return {
    mean: meanOf(errors),
    within: [share((e) => e < 1), share((e) => e < 3), share((e) => e < 5)],
    outliers: share((e, i) => e > 3 && e > 0.05 * Math.hypot(...at(real, counted[i] as number))),
    pixels: errors.length,
  };
}
