import {
  abs,
  add,
  avgPool,
  concat,
  div,
  mul,
  neg,
  type Rank,
  relu,
  reshape,
  sqrt,
  square,
  step,
  sub,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { toLanes } from './lanes.js';
import { checkInput, IMAGES } from './shapes.js';
import { gradients } from './sobel.js';

/** Options of {@link hog}. */
export interface HogOptions {
  /** Side of a cell in pixels, an integer >= 2 that divides height and width. @defaultValue 8, as in MaskFeat */
  readonly cellSize?: number;
  /** Orientations from 0 to 180 degrees, an integer >= 1. @defaultValue 9, as in MaskFeat */
  readonly bins?: number;
}

/**
 * Histograms of oriented gradients as MaskFeat takes them for targets: Sobel gradients of every channel by itself (the image
 * mirrored at its border, the edge not repeated), each pixel's magnitude counted whole in the bin of its orientation, and
 * each cell's histogram divided by its length. Bin b holds the angles `atan2(gx, gy)` from `b` to `b + 1` times
 * `180 / bins` degrees, a gradient and its opposite alike. A flat cell gives zeros.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @param options - Size of the cells and number of bins.
 * @returns Features, float32 `[batch, height / cellSize, width / cellSize, channels * bins]`, the bins of a channel side by
 * side; the caller disposes them.
 * @throws ShapeError on a wrong shape or if cells don't divide the images; RangeError if an option is out of range.
 * @see Wei et al., MaskFeat, arXiv:2112.09133; the authors' code can also weigh the magnitudes by a Gaussian
 * window of 16 pixels, which is left out here. Dalal and Triggs, "Histograms of oriented gradients", CVPR 2005.
 * @example
 * ```ts
 * import { randomUniform, type Rank } from '@tensorflow/tfjs-core';
 * import { hog } from 'selfsup/transforms';
 * console.log(hog(randomUniform<Rank.R4>([2, 32, 32, 3])).shape); // [2, 4, 4, 27]
 * ```
 */
export function hog(x: Tensor4D, options: HogOptions = {}): Tensor4D {
  const { cellSize = 8, bins = 9 } = checkOptions('hog', options, ['cellSize', 'bins']);
  checkInput('hog', x, IMAGES);
  checkIntegers('hog', { cellSize: [cellSize, 2], bins: [bins, 1] });
  const [batch, height, width, channels] = x.shape;
  if (height % cellSize !== 0 || width % cellSize !== 0) {
    throw new ShapeError(
      `hog: height and width must be multiples of cellSize (${cellSize}), got shape [${x.shape.join(', ')}].`,
    );
  }
  const [lines, columns] = [height / cellSize, width / cellSize];
  return tidy(() => {
    const { slope, magnitude } = slopes(toLanes(x));
    const perCell = (votes: Tensor3D): Tensor4D =>
      avgPool(reshape<Rank.R4>(votes, [1, height, width, channels * batch]), cellSize, cellSize, 'valid');
    // Votes for each bin and those above it; the differences of neighbours are the bins.
    const from = Array.from({ length: bins }, (_, b) =>
      tidy(() => perCell(b === 0 ? magnitude : mul(magnitude, sub(1, step(sub(slope, cotangent(b / bins) + FAINT)))))),
    );
    const beyond = [...from.slice(1), zerosLike(from[0] as Tensor4D)];
    const counts = relu(sub<Tensor4D>(concat(from), concat(beyond)));
    const unit = div(counts, sqrt(add(sum(square(counts), 0, true), EPSILON)));
    const split = reshape<Rank.R5>(unit, [bins, lines, columns, channels, batch]);
    return reshape(transpose(split, [4, 1, 2, 3, 0]), [batch, lines, columns, channels * bins]);
  });
}

/** Under the root of a cell's length, so that a flat cell gives zeros. */
const EPSILON = 1e-12;

/** Gradients as the cotangent gy / gx of their angle, which falls from 0 to 180 degrees, and their magnitude. */
function slopes(lanes: Tensor3D): { slope: Tensor3D; magnitude: Tensor3D } {
  return tidy(() => {
    const [across, down] = gradients(lanes, 'reflect', 1);
    const magnitude = sqrt(add<Tensor3D>(square(across), square(down)));
    const size = abs(across);
    // gx = 0: 0 or 180 degrees, both in bin 0, so a slope above all
    const upright = sub<Tensor3D>(1, step(sub(size, FAINT)));
    const sign = sub<Tensor3D>(1, mul(step(neg(across)), 2));
    const slope = add<Tensor3D>(div(mul(down, sign), add(size, upright)), mul(upright, ABOVE_ALL));
    return { slope, magnitude };
  });
}

/** Differences up to here are rounding: WebGL's convolution of tfjs 4.22 gives 1e-15 for 0. */
const FAINT = 1e-6;

/** More than any gradient of an image in [0, 1] and the cotangent of any usual bin. */
const ABOVE_ALL = 1e6;

/** Cotangent of a share of 180 degrees. */
function cotangent(share: number): number {
  return 1 / Math.tan(Math.PI * share);
}
