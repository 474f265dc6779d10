import { max, mul, reshape, softmax, sub, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { matMul } from '../internal/matMul.js';
import { binsOr, binTensor, type ColorBins, countBins } from './colorBins.js';

/** Options of {@link decodeColors}. */
export interface DecodeColorsOptions {
  /** The bins that the logits belong to. @defaultValue `gamutBins()` */
  readonly bins?: ColorBins;
  /**
   * How much the distribution is sharpened before its mean is taken, \> 0: 1 leaves it (dull colours), towards 0 only the
   * likeliest bin counts.
   * @defaultValue 0.38, as in the paper
   */
  readonly temperature?: number;
}

/**
 * Colours of predicted bins by the annealed mean: the mean of the bins under softmax(logits / temperature). Differentiable in
 * the logits.
 *
 * @param logits - float32 `[batch, height, width, bins]`.
 * @param options - Bins and temperature.
 * @returns a and b of CIE Lab, float32 `[batch, height, width, 2]`; the caller disposes them.
 * @throws ShapeError on a wrong shape or number of bins; RangeError if the temperature is not \> 0.
 * @see Zhang, Isola and Efros, arXiv:1603.08511, equation 5; the authors' released network multiplies by 2.606 where the paper
 * divides by 0.38.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { decodeColors } from 'selfsup/pretext';
 * decodeColors(tensor4d([1, 1], [1, 1, 1, 2]), { bins: [[0, 0], [20, 40]] }).print(); // 10, 20
 * ```
 */
export function decodeColors(logits: Tensor4D, options: DecodeColorsOptions = {}): Tensor4D {
  const where = 'decodeColors';
  const { temperature = 0.38 } = checkOptions('decodeColors', options, ['bins', 'temperature']);
  const bins = binsOr(options.bins);
  const count = countBins(where, bins);
  checkFloats(where, { logits: [logits, ['batch', 'height', 'width', count]] });
  checkNumbers(where, { temperature: [temperature, Number.MIN_VALUE] });
  const [batch, height, width] = logits.shape;
  return tidy(() => {
    const rows: Tensor2D = reshape(logits, [batch * height * width, count]);
    // Before the division, which could overflow.
    const shifted = sub<Tensor2D>(
      rows,
      constant(() => max(rows, 1, true)),
    );
    const shares = softmax(mul<Tensor2D>(shifted, Math.min(1 / temperature, 3e38)));
    return reshape(matMul(shares, binTensor(bins)), [batch, height, width, 2]);
  });
}
