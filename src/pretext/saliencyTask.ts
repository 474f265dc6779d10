import {
  add,
  avgPool,
  cast,
  clone,
  div,
  equal,
  exp,
  log,
  max,
  mirrorPad,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { gaussianBlur } from '../transforms/gaussianBlur.js';
import { resize } from '../transforms/resize.js';
import { rgbToGrayscale } from '../transforms/rgbToGrayscale.js';
import { checkGrayOrRgb } from '../transforms/shapes.js';
import { planeFourier } from './planeFourier.js';

/** Options of {@link saliencyTask}. */
export interface SaliencyTaskOptions {
  /** Shorter side of the images on which the spectrum is computed, in pixels, an integer \>= 4. @defaultValue 64 */
  readonly size?: number;
  /** Deviation of the blur of the map, in pixels of the small image, \>= 0. @defaultValue 2.5, the authors' */
  readonly sigma?: number;
}

/** Result of {@link saliencyTask}. The caller disposes it. */
export type SaliencyTaskResult = {
  /** The images, as they came. */
  readonly inputs: Tensor4D;
  /** Saliency, float32 `[batch, height, width, 1]`, 1 at the most salient place of each image. */
  readonly targets: Tensor4D;
};

/**
 * What stands out in images, by program: the spectral residual. Natural images have smooth log spectra; what is left after a
 * 3 x 3 average of the log amplitude is taken off, transformed back with the phases of the image, marks what is unusual in it.
 * A constant image has no salient place: its map is 0.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], channels 1 or 3.
 * @param options - Scale and blur. A larger `size` finds smaller things.
 * @returns Images and their maps; the caller disposes both.
 * @throws ShapeError on a wrong shape; RangeError if an option is out of range.
 * @see Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007, whose code has width 64.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { saliencyTask } from 'selfsup/pretext';
 *
 * const dot = Float32Array.from({ length: 256 }, (_, i) => (i === 100 ? 1 : (i % 2) / 10));
 * const { targets } = saliencyTask(tensor4d(dot, [1, 16, 16, 1]));
 * console.log(targets.shape); // 1, 16, 16, 1
 * ```
 */
export function saliencyTask(x: Tensor4D, options: SaliencyTaskOptions = {}): SaliencyTaskResult {
  const where = 'saliencyTask';
  const { size = 64, sigma = 2.5 } = checkOptions('saliencyTask', options, ['size', 'sigma']);
  checkGrayOrRgb(where, x);
  checkIntegers(where, { size: [size, 4] });
  checkNumbers(where, { sigma: [sigma, 0] });
  const [batch, height, width, channels] = x.shape;
  const ratio = Math.min(1, size / Math.min(height, width));
  const [high, wide] = [Math.round(height * ratio), Math.round(width * ratio)];
  return tidy(() => {
    const gray = channels === 1 ? x : rgbToGrayscale(x, { channels: 1 });
    // Less its first pixel, a constant image is exactly 0; but for the mean nothing else changes.
    const moved = sub<Tensor4D>(gray, slice(gray, [0, 0, 0, 0], [batch, 1, 1, 1]));
    const small = resize(moved, [high, wide], { antialias: true });
    const residual = spectralResidual(reshape(small, [batch, high, wide]));
    const map: Tensor4D = reshape(residual, [batch, high, wide, 1]);
    const side = (length: number): number => 2 * Math.min(Math.ceil(2 * sigma), length - 1) + 1;
    const smooth = sigma === 0 ? map : gaussianBlur(map, { kernelSize: [side(wide), side(high)], sigma });
    const large = resize(smooth, [height, width]);
    const most = max(large, [1, 2, 3], true);
    return { inputs: clone(x), targets: div<Tensor4D>(large, add(most, cast(equal(most, 0), 'float32'))) };
  });
}

/** Squares of what is left of images `[batch, height, width]` when the smooth part of their log spectrum is taken off. */
function spectralResidual(x: Tensor3D): Tensor3D {
  const [batch, height, width] = x.shape;
  const { real, imaginary } = planeFourier({ real: x, imaginary: zerosLike(x) });
  // Below what rounding leaves of a spectrum: frequencies that the image lacks stay out.
  const amplitude = sqrt<Tensor3D>(add<Tensor3D>(square(real), add(square(imaginary), 1e-11 * (height * width) ** 2)));
  const logs = log(amplitude);
  const ring: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
  ];
  const around: Tensor4D = reshape(mirrorPad(logs, ring, 'symmetric'), [batch, height + 2, width + 2, 1]);
  const smooth: Tensor3D = reshape(avgPool(around, 3, 1, 'valid'), x.shape);
  const factor: Tensor = div(exp(sub(logs, smooth)), amplitude);
  const back = planeFourier({ real: mul(real, factor), imaginary: mul(imaginary, factor) }, true);
  return add(square(back.real), square(back.imaginary));
}
