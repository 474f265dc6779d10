import { type Arbitrary, nat, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { fillImages, IMAGE_FILLS } from './fills.js';
import { type SizeRange, simplestFirst, sizes } from './sizes.js';
import { type Drawn, drawn } from './tensorData.js';

/** Options of {@link images}. */
export interface ImagesOptions {
  /** Images in a batch. @defaultValue [1, 4] */
  readonly batch?: SizeRange;
  /** In pixels. @defaultValue [1, 8] */
  readonly height?: SizeRange;
  /** In pixels. @defaultValue [1, 8] */
  readonly width?: SizeRange;
  /** @defaultValue 3 */
  readonly channels?: SizeRange;
}

/**
 * Batches of images `[batch, height, width, channels]` with values in [0, 1]: noise in which one number in eight is
 * exactly 0 or 1, images of one value, all zeros, all ones, and pixels of only 0 and 1.
 *
 * Plain data that prints in one line; `tensor4d(x.data, x.shape)` makes the tensor. It shrinks to a smaller batch, then
 * to smaller images, then to a simpler fill and a smaller seed.
 *
 * @param options - Ranges of the sizes.
 * @returns A fast-check arbitrary.
 * @throws RangeError if a size is not an integer \>= 1 or a range is empty.
 * @example
 * ```ts
 * import { tensor4d } from '@tensorflow/tfjs-core';
 * import fc from 'fast-check';
 * import { images } from 'selfsup/testing';
 * import { invert } from 'selfsup/transforms';
 *
 * await fc.assert(
 *   fc.asyncProperty(images({ batch: [1, 3], channels: 1 }), async ({ data, shape }) => {
 *     const x = tensor4d(data, shape);
 *     const y = invert(x);
 *     const values = await y.data();
 *     x.dispose();
 *     y.dispose();
 *     return values.every((v) => v >= 0 && v <= 1);
 *   }),
 * );
 * ```
 */
export function images(
  options: ImagesOptions = {},
): Arbitrary<Drawn<[batch: number, height: number, width: number, channels: number]>> {
  const {
    batch = [1, 4],
    height = [1, 8],
    width = [1, 8],
    channels = 3,
  } = checkOptions('images', options, ['batch', 'height', 'width', 'channels']);
  const shapes = tuple(
    sizes('images', 'batch', batch),
    sizes('images', 'height', height),
    sizes('images', 'width', width),
    sizes('images', 'channels', channels),
  );
  return pictures(shapes);
}

/** Batches of these shapes filled as images are. */
export function pictures<Shape extends readonly number[]>(shapes: Arbitrary<Shape>): Arbitrary<Drawn<Shape>> {
  return tuple(shapes, simplestFirst(IMAGE_FILLS), nat(9999)).map(([shape, fill, seed]) =>
    drawn(shape, fillImages(fill, shape, seed), fill, seed),
  );
}
