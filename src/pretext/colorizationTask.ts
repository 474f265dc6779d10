import { ones, stridedSlice, type Tensor1D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkIntegers, checkNumbers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { binsOr, countBins } from './colorBins.js';
import { type ColorWeightsOptions, checkPrior, colorWeights } from './colorWeights.js';
import { type EncodeColorsOptions, encodeColors } from './encodeColors.js';
import { labParts } from './labParts.js';

/** Options of {@link colorizationTask}; those of the bins count for `target: 'bins'` alone. */
export interface ColorizationOptions extends EncodeColorsOptions, ColorWeightsOptions {
  /** Soft bins to classify, or a and b to regress. @defaultValue 'bins', as in the paper */
  readonly target?: 'bins' | 'ab';
  /**
   * Every how many pixels, from the first, the target has one, an integer \>= 1: as much as the network's output is smaller
   * than its input.
   * @defaultValue 1; the paper has 4, which cuts the memory of 313 bins per pixel sixteenfold
   */
  readonly stride?: number;
  /** Share of each bin, summing to 1, such as `colorPrior` gives: rare colours then weigh more. @defaultValue all weights 1 */
  readonly prior?: Tensor1D | ArrayLike<number>;
}

/** What {@link colorizationTask} gives for a and b; the caller disposes both. */
export type ColorRegressionBatch = {
  /** L of CIE Lab less 50, float32 `[batch, height, width, 1]`, from -50 to 50, as in the authors' code. */
  readonly inputs: Tensor4D;
  /** a and b of CIE Lab, float32 `[batch, rows, columns, 2]`, from about -108 to 98. */
  readonly targets: Tensor4D;
};

/** What {@link colorizationTask} gives for bins; the caller disposes all three. */
export type ColorizationBatch = {
  /** L of CIE Lab less 50, float32 `[batch, height, width, 1]`, from -50 to 50, as in the authors' code. */
  readonly inputs: Tensor4D;
  /** Soft bins, float32 `[batch, rows, columns, bins]`, summing to 1. */
  readonly targets: Tensor4D;
  /** Weight of each bin, float32 `[bins]`: what `colorCrossEntropyLoss` takes. */
  readonly weights: Tensor1D;
};

/**
 * Colourisation: the colours of a photo from its lightness, as soft bins (many colours may be right, and their mean is grey) or
 * as a and b.
 *
 * Shortcut: a squared error is least for dull colours, and most of a photo is dull. Defence: bins, and weights that make rare
 * colours count more. JPEG stores colour more coarsely than lightness and a camera leaves noise in both: shrink photos first.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @param options - Kind of target, its stride, bins, and the prior of the weights.
 * @returns Lightness, targets, and for bins the weights; the caller disposes them.
 * @throws ShapeError on a wrong shape or images smaller than the stride; RangeError if an option is out of range.
 * @see Zhang, Isola and Efros, "Colorful Image Colorization", ECCV 2016, arXiv:1603.08511, section 2; Larsson et al.,
 * arXiv:1603.06668.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { colorizationTask, gamutBins } from 'selfsup/pretext';
 * const bins = gamutBins({ gridSize: 20 }); // once
 * const x = randomUniform<Rank.R4>([2, 16, 16, 3]);
 * const { inputs, targets, weights } = colorizationTask(x, { bins, stride: 4 });
 * console.log(inputs.shape, targets.shape, weights.shape); // 2, 16, 16, 1; 2, 4, 4, bins; bins
 * ```
 */
export function colorizationTask(
  x: Tensor4D,
  options: ColorizationOptions & { readonly target: 'ab' },
): ColorRegressionBatch;
/**
 * Soft bins and their weights.
 *
 * @param x - RGB images, float32 `[batch, height, width, 3]` in [0, 1].
 * @param options - Stride, bins, and the prior of the weights.
 * @returns Lightness, soft bins and weights; the caller disposes all three.
 */
export function colorizationTask(
  x: Tensor4D,
  options?: ColorizationOptions & { readonly target?: 'bins' },
): ColorizationBatch;
export function colorizationTask(
  x: Tensor4D,
  options: ColorizationOptions = {},
): ColorizationBatch | ColorRegressionBatch {
  const where = 'colorizationTask';
  const {
    target = 'bins',
    stride = 1,
    prior,
    neighbors = 10,
    sigma = 5,
    lambda = 0.5,
  } = checkOptions('colorizationTask', options, ['target', 'stride', 'prior', 'bins', 'neighbors', 'sigma', 'lambda']);
  checkImages(where, x, 3);
  checkChoice(where, 'target', target, ['bins', 'ab']);
  checkIntegers(where, { stride: [stride, 1], neighbors: [neighbors, 1] });
  checkNumbers(where, { sigma: [sigma, 1e-3], lambda: [lambda, 0, 1] });
  const [, height, width] = x.shape;
  if (stride > Math.min(height, width)) {
    throw new ShapeError(
      `${where}: images must be at least as large as the stride ${stride}, got ${height} x ${width}.`,
    );
  }
  const thinned = (ab: Tensor4D): Tensor4D =>
    stride === 1 ? ab : (stridedSlice(ab, [0, 0, 0, 0], ab.shape, [1, stride, stride, 1]) as Tensor4D);
  if (target === 'ab') {
    return tidy(() => {
      const { l, ab } = labParts(x);
      return { inputs: l, targets: thinned(ab) };
    });
  }
  const bins = binsOr(options.bins);
  const count = countBins(where, bins);
  if (prior !== undefined) checkPrior(where, prior, count);
  return tidy(() => {
    const { l, ab } = labParts(x);
    return {
      inputs: l,
      targets: encodeColors(thinned(ab), { bins, neighbors, sigma }),
      weights: prior === undefined ? ones<Tensor1D['rankType']>([count]) : colorWeights(prior, { lambda }),
    };
  });
}
