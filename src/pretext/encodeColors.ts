import {
  add,
  div,
  exp,
  max,
  mul,
  neg,
  reshape,
  slice,
  square,
  step,
  sub,
  sum,
  type Tensor2D,
  type Tensor4D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkIntegers, checkNumbers } from '../internal/checks.js';
import { binsOr, binTensor, type ColorBins, countBins } from './colorBins.js';

/** Options of {@link encodeColors}. */
export interface EncodeColorsOptions {
  /** The bins. @defaultValue `gamutBins()` */
  readonly bins?: ColorBins;
  /** How many of the nearest bins share a pixel, an integer \>= 1. @defaultValue 10, as in the authors' code (the paper says 5) */
  readonly neighbors?: number;
  /** Deviation of the Gaussian around the pixel's colour in CIE Lab units, \> 0. @defaultValue 5, as in the paper */
  readonly sigma?: number;
}

/**
 * Soft bins of colours: exp(-d² / (2 sigma²)) for the nearest bins at distance d, summing to 1, and 0 for all others. Of bins
 * that are equally far, the first count as nearer.
 *
 * @param ab - a and b of CIE Lab, float32 `[batch, height, width, 2]`, such as the last two channels of `rgbToLab`.
 * @param options - Bins, neighbours and sigma.
 * @returns Probabilities, float32 `[batch, height, width, bins]`; the caller disposes them. With 313 bins they take 156 times
 * the memory of the colours: encode small maps.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Zhang, Isola and Efros, arXiv:1603.08511, section 2.1; the authors' code, `NNEncode`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { encodeColors } from 'selfsup/pretext';
 * const ab = tensor4d([2, 0], [1, 1, 1, 2]);
 * encodeColors(ab, { bins: [[0, 0], [10, 0], [0, 90]], neighbors: 2 }).print(); // 0.77, 0.23, 0
 * ```
 */
export function encodeColors(ab: Tensor4D, options: EncodeColorsOptions = {}): Tensor4D {
  const where = 'encodeColors';
  const { neighbors = 10, sigma = 5 } = checkOptions('encodeColors', options, ['bins', 'neighbors', 'sigma']);
  checkFloats(where, { ab: [ab, ['batch', 'height', 'width', 2]] });
  checkIntegers(where, { neighbors: [neighbors, 1] });
  checkNumbers(where, { sigma: [sigma, 1e-3] });
  const bins = binsOr(options.bins);
  const count = countBins(where, bins);
  const [batch, height, width] = ab.shape;
  const pixels = batch * height * width;
  return tidy(() => {
    const squared = tidy(() => {
      const [columns, rows] = [reshape<Tensor2D['rankType']>(ab, [pixels, 2]), transpose(binTensor(bins))];
      const along = (axis: number): Tensor2D =>
        square(sub<Tensor2D>(slice(columns, [0, axis], [pixels, 1]), slice(rows, [axis, 0], [1, count])));
      return add<Tensor2D>(along(0), along(1));
    });
    // Less the nearest one's, which cancels in the shares: far from all bins they would vanish.
    const least = tidy(() => max(neg(squared), 1, true));
    const shares = exp(mul(add(squared, least), -0.5 / sigma ** 2));
    const kept = neighbors >= count ? shares : mul(shares, nearest(squared, neighbors));
    return reshape(div(kept, sum(kept, 1, true)), [batch, height, width, count]);
  });
}

/**
 * 1 for the k smallest of each row, else 0. Step by step the smallest that is left, without `topk`, which waits for the
 * device on WebGL.
 */
function nearest(squared: Tensor2D, k: number): Tensor2D {
  const count = squared.shape[1];
  return tidy(() => {
    // Equal distances are told apart by a hair that grows from bin to bin.
    const hair = tensor2d(
      Float32Array.from({ length: count }, (_, i) => 1 + i * 1e-5),
      [1, count],
    );
    let left: Tensor2D = tidy(() => div(1, add(squared, hair)));
    const closeness = left;
    let last = max<Tensor2D>(left, 1, true);
    for (let i = 1; i < k; i++) {
      const [rest, next] = tidy(() => {
        const others = mul<Tensor2D>(left, step(sub(last, left)));
        return [others, max<Tensor2D>(others, 1, true)] as const;
      });
      if (left !== closeness) left.dispose();
      last.dispose();
      left = rest;
      last = next;
    }
    return sub<Tensor2D>(1, step(sub(last, closeness)));
  });
}
