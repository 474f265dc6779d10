import { checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { perImage } from './perImage.js';

/** Options of {@link gaussianBlur}. */
export interface GaussianBlurOptions {
  /** Length of the kernel in pixels, odd, or `[width, height]`; half of it must fit inside the image. */
  readonly kernelSize: number | readonly [width: number, height: number];
  /** Deviation in pixels, >= 0 (0 leaves the image as it is), or one per image; or rows `[x, y]`: one for all, or one per image. */
  readonly sigma: number | readonly number[] | readonly (readonly [x: number, y: number])[];
}

/** Checked lengths of a kernel, [width, height]. */
export function kernelPair(size: GaussianBlurOptions['kernelSize'], height: number, width: number): [number, number] {
  const pair = typeof size === 'number' ? [size, size] : size;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`gaussianBlur: kernelSize must be odd or [width, height], got ${show(size)}.`);
  }
  const [kernelWidth, kernelHeight] = pair as [number, number];
  checkIntegers('gaussianBlur', {
    'kernelSize (width)': [kernelWidth, 1, 2 * width - 1],
    'kernelSize (height)': [kernelHeight, 1, 2 * height - 1],
  });
  if (kernelWidth % 2 === 0 || kernelHeight % 2 === 0) {
    throw new RangeError(`gaussianBlur: kernelSize must be odd, got ${show(size)}.`);
  }
  return [kernelWidth, kernelHeight];
}

/** Checked deviations of every image, along x and along y. */
export function sigmaPair(sigma: GaussianBlurOptions['sigma'], batch: number): [number[], number[]] {
  if (Array.isArray(sigma) && Array.isArray(sigma[0])) {
    const given = sigma as readonly (readonly [number, number])[];
    if (given.length !== 1 && given.length !== batch) {
      throw new ShapeError(`gaussianBlur: sigma must have 1 row or one per image (${batch}), got ${given.length}.`);
    }
    const all =
      given.length === batch ? given : new Array<readonly [number, number]>(batch).fill(given[0] as [number, number]);
    if (!all.every((row) => Array.isArray(row) && row.length === 2)) {
      throw new ShapeError(`gaussianBlur: every row of sigma must be [x, y], got ${show(sigma)}.`);
    }
    return [
      perImage(
        'gaussianBlur',
        'sigma (x)',
        all.map((row) => row[0]),
        batch,
        0,
      ),
      perImage(
        'gaussianBlur',
        'sigma (y)',
        all.map((row) => row[1]),
        batch,
        0,
      ),
    ];
  }
  const values = perImage('gaussianBlur', 'sigma', sigma as number | number[], batch, 0);
  return [values, values];
}
