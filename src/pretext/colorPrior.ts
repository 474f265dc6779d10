import { dispose, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkData, type Data, sliceRows } from '../internal/arrayData.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers, isTensor } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { toUnitImages } from '../internal/imageBatch.js';
import { binsOr, type ColorBins, countBins } from './colorBins.js';
import { labParts } from './labParts.js';

/** Options of {@link colorPrior}. */
export interface ColorPriorOptions {
  /** The bins. @defaultValue `gamutBins()` */
  readonly bins?: ColorBins;
  /** Deviation in CIE Lab units of the Gaussian that spreads every bin's share, \>= 0. @defaultValue 5, as in the paper */
  readonly sigma?: number;
  /** Images converted at a time, an integer \>= 1. @defaultValue 64 */
  readonly chunk?: number;
}

/**
 * How often each colour bin occurs in some images: the share of pixels that it is nearest to, spread over its neighbours by a
 * Gaussian. For `colorWeights` and the `prior` of `colorizationTask`.
 *
 * @param images - RGB images `[n, height, width, 3]`: a tensor, float32 in [0, 1] or int32 bytes, or `{data, shape}` on the host. A few thousand
 * of one's training images will do.
 * @param options - Bins, smoothing and chunk.
 * @returns Shares of the bins, summing to 1.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range. As rejections.
 * @see Zhang, Isola and Efros, arXiv:1603.08511, section 2.2.
 * @example
 * ```ts
 * import { randomUniform } from '@tensorflow/tfjs-core';
 * import { colorPrior, gamutBins } from 'selfsup/pretext';
 * const bins = gamutBins({ gridSize: 20 });
 * const prior = await colorPrior(randomUniform([4, 16, 16, 3]), { bins });
 * console.log(prior.length === bins.length); // true
 * ```
 */
export async function colorPrior(images: Data, options: ColorPriorOptions = {}): Promise<Float32Array> {
  const where = 'colorPrior';
  const { sigma = 5, chunk = 64 } = checkOptions('colorPrior', options, ['bins', 'sigma', 'chunk']);
  checkData(where, 'images', images, 4);
  const [total = 0, , , channels] = images.shape;
  if (channels !== 3) throw new ShapeError(`${where}: images must have 3 channels, got [${images.shape.join(', ')}].`);
  checkNumbers(where, { sigma: [sigma, 0] });
  checkIntegers(where, { chunk: [chunk, 1] });
  const bins = binsOr(options.bins);
  const count = countBins(where, bins);
  const centers = isTensor(bins) ? await bins.data() : Float32Array.from(bins.flat());
  const counts = new Float64Array(count);
  const nearestBin = nearestOf(centers);
  for (let start = 0; start < total; start += chunk) {
    const ab = tidy(() => {
      const rows = sliceRows<Tensor4D>(images, start, Math.min(total, start + chunk));
      return labParts(toUnitImages(where, 'images', rows)).ab;
    });
    const values = await ab.data();
    dispose(ab);
    for (let p = 0; p < values.length; p += 2) {
      const bin = nearestBin(values[p] as number, values[p + 1] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return smoothed(counts, centers, sigma);
}

/** Finds the bin nearest to a colour among those that can be nearest somewhere in the square of `SQUARE` units around it. */
function nearestOf(centers: ArrayLike<number>): (a: number, b: number) => number {
  const candidates = new Map<number, readonly number[]>();
  const squared = (i: number, a: number, b: number): number =>
    (a - (centers[2 * i] as number)) ** 2 + (b - (centers[2 * i + 1] as number)) ** 2;
  const around = (row: number, column: number): number[] => {
    const distances = Array.from({ length: centers.length / 2 }, (_, i) =>
      Math.sqrt(squared(i, (row + 0.5) * SQUARE, (column + 0.5) * SQUARE)),
    );
    const limit = distances.reduce((least, d) => Math.min(least, d)) + SQUARE * Math.SQRT2;
    return distances.flatMap((d, i) => (d <= limit ? [i] : []));
  };
  return (a, b) => {
    const [row, column] = [Math.floor(a / SQUARE), Math.floor(b / SQUARE)];
    const cell = row * 4096 + column;
    const near = candidates.get(cell) ?? around(row, column);
    candidates.set(cell, near);
    return near.reduce((best, i) => (squared(i, a, b) < squared(best, a, b) ? i : best));
  };
}

const SQUARE = 4;

/** Every bin's share, spread by a Gaussian that sums to 1 over the bins. */
function smoothed(counts: Float64Array, centers: ArrayLike<number>, sigma: number): Float32Array {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const out = new Float32Array(counts.length);
  for (const [from, n] of counts.entries()) {
    if (n === 0) continue;
    const weights = Array.from(counts, (_, to) => {
      const down = (centers[2 * to] as number) - (centers[2 * from] as number);
      const across = (centers[2 * to + 1] as number) - (centers[2 * from + 1] as number);
      return to === from ? 1 : Math.exp(-(down * down + across * across) / (2 * sigma * sigma));
    });
    const sum = weights.reduce((a, b) => a + b, 0);
    for (const [to, w] of weights.entries()) out[to] = (out[to] as number) + (n / total) * (w / sum);
  }
  return out;
}
