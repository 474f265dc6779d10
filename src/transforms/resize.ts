import { clone, image, reshape, type Tensor2D, type Tensor4D, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { triangle } from './filterAxes.js';
import { checkInput, IMAGES, type Size, sizePair } from './shapes.js';

/** Options of {@link resize}. */
export interface ResizeOptions {
  /** Widen the triangle filter when shrinking, so that every pixel counts. @defaultValue false */
  readonly antialias?: boolean;
}

/**
 * Resizes by bilinear interpolation with half-pixel centres (`align_corners = false`).
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param size - Size of the result, `[height, width]` or one number for both.
 * @param options - Whether to antialias, as torchvision does by default for images of bytes.
 * @returns Images `[batch, ...size, channels]`; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError on a bad size.
 * @see torchvision `resize`; torch `interpolate` with `antialias`.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import { resize } from 'selfsup/transforms';
 * resize(tensor4d([0, 0, 1, 1], [1, 1, 4, 1]), [1, 2], { antialias: true }).print(); // 1/7 and 6/7
 * ```
 */
export function resize(x: Tensor4D, size: Size, options: ResizeOptions = {}): Tensor4D {
  const { antialias = false } = checkOptions('resize', options, ['antialias']);
  checkFlags('resize', { antialias });
  checkInput('resize', x, IMAGES);
  const [batch, height, width, channels] = x.shape;
  const [outHeight, outWidth] = sizePair('resize', size);
  if (outHeight === height && outWidth === width) return clone(x);
  return tidy(() => {
    if (!antialias || (outHeight >= height && outWidth >= width)) {
      return image.resizeBilinear(x, [outHeight, outWidth], false, true);
    }
    // [width, rest] times the columns' filter, then [height, rest] times the lines' filter: two plain matrix products.
    const byColumn = reshape(transpose(x, [2, 1, 0, 3]), [width, height * batch * channels]);
    const narrow = reshape(matMul(triangles(width, outWidth), byColumn), [outWidth, height, batch * channels]);
    const byLine = reshape(transpose(narrow, [1, 0, 2]), [height, outWidth * batch * channels]);
    const small = reshape(matMul(triangles(height, outHeight), byLine), [outHeight, outWidth, batch, channels]);
    return transpose(small as Tensor4D, [2, 0, 1, 3]);
  });
}

/** Filter [count, length] of triangles, a row for each place of the result. */
function triangles(length: number, count: number): Tensor2D {
  return tensor2d(
    Array.from({ length: count }, (_, place) => triangle(length, count, place)),
    [count, length],
  );
}
