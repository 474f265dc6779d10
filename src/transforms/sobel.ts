import { add, div, mirrorPad, sqrt, square, type Tensor3D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice } from '../internal/checks.js';
import { filterLanes, fromLanes, toLanes } from './lanes.js';
import { checkInput, IMAGES } from './shapes.js';

/** Which library's scaling {@link sobel} follows. */
export type SobelVariant = 'kornia' | 'skimage';

/** Options of {@link sobel}. */
export interface SobelOptions {
  /**
   * `'kornia'`: kernels over 8, `sqrt(gx^2 + gy^2 + 1e-6)`, so that a flat image gives 0.001; `'skimage'`: kernels over 4,
   * `sqrt((gx^2 + gy^2) / 2)`. @defaultValue 'kornia'
   */
  readonly variant?: SobelVariant;
}

/** The kernel is the product of a difference one way and a smoothing the other. */
const DIFFERENCE = [-1, 0, 1];
const SMOOTHING = [1, 2, 1];

/**
 * Magnitude of the Sobel gradient, channel by channel; the image is continued by repeating its edge.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], any number of channels.
 * @param options - Whose scaling to follow.
 * @returns Images of the same shape in [0, 1]; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError on an unknown variant.
 * @see kornia `filters.sobel`; scikit-image `filters.sobel`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { sobel } from 'selfsup/transforms';
 * sobel(tensor4d([0, 0, 1, 1], [1, 1, 4, 1]), { variant: 'skimage' }).print(); // 0 and 0.7071
 * ```
 */
export function sobel(x: Tensor4D, options: SobelOptions = {}): Tensor4D {
  const { variant = 'kornia' } = checkOptions('sobel', options, ['variant']);
  checkInput('sobel', x, IMAGES);
  checkChoice('sobel', 'variant', variant, ['kornia', 'skimage']);
  const kornia = variant === 'kornia';
  return tidy(() => {
    const [across, down] = gradients(toLanes(x), 'symmetric', kornia ? 1 / 8 : 1 / 4);
    const squares = add<Tensor3D>(square(across), square(down));
    const power = kornia ? add<Tensor3D>(squares, 1e-6) : div<Tensor3D>(squares, 2);
    return fromLanes(sqrt(power), x.shape[3]);
  });
}

/** Sobel differences of lanes along x and along y, times a scale; the border mirrored with its edge repeated or not. */
export function gradients(lanes: Tensor3D, border: 'symmetric' | 'reflect', scale: number): [Tensor3D, Tensor3D] {
  const padded = mirrorPad(
    lanes,
    [
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    border,
  );
  // The difference first: it is exactly 0 where the image is flat or mirrored, and the smoothing keeps it so.
  const smoothing = SMOOTHING.map((tap) => tap * scale);
  return [
    tidy(() => filterLanes(filterLanes(padded, DIFFERENCE, [1, 3]), smoothing, [3, 1])),
    tidy(() => filterLanes(filterLanes(padded, DIFFERENCE, [3, 1]), smoothing, [1, 3])),
  ];
}
