import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers, isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { gamutBins } from './gamutBins.js';

/** Colour bins: an `[a, b]` in CIE Lab units per bin, as arrays or as a float32 tensor `[bins, 2]`, such as the authors' 313. */
export type ColorBins = Tensor2D | readonly (readonly number[])[];

/** How many bins there are, each checked. */
export function countBins(where: string, bins: ColorBins): number {
  if (isTensor(bins)) {
    checkFloats(where, { bins: [bins, ['bins', 2]] });
    return bins.shape[0] as number;
  }
  if (!Array.isArray(bins) || bins.length === 0) {
    throw new ShapeError(`${where}: bins must be an [a, b] per bin or a tensor [bins, 2], got ${show(bins)}.`);
  }
  for (const [i, bin] of bins.entries()) {
    if (bin?.length !== 2) throw new ShapeError(`${where}: bins[${i}] must be [a, b], got ${show(bin)}.`);
    const any = Number.NEGATIVE_INFINITY;
    checkNumbers(where, { [`bins[${i}][0]`]: [bin[0], any], [`bins[${i}][1]`]: [bin[1], any] });
  }
  return bins.length;
}

/** The bins asked for, or those of sRGB. */
export function binsOr(bins: ColorBins | undefined): ColorBins {
  return bins ?? gamutBins();
}

/** Bins as a tensor `[bins, 2]`; the caller's own where it is one. */
export function binTensor(bins: ColorBins): Tensor2D {
  return isTensor(bins) ? bins : tensor2d(bins.flat() as number[], [bins.length, 2]);
}
