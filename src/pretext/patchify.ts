import { reshape, type Tensor3D, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkFloats, checkImages, checkIntegers, show } from '../internal/checks.js';
import { checkTiles, cutPatches } from '../internal/cutPatches.js';
import { ShapeError } from '../internal/errors.js';

/**
 * Cuts images into square patches that tile them: patches row by row over the image, and the numbers of a patch by pixel
 * row, pixel column, channel, as in the authors' code. {@link unpatchify} is the inverse. Differentiable.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`; height and width are multiples of the patch size.
 * @param patchSize - Side of a patch in pixels.
 * @returns Patches, float32 `[batch, patches, patchSize² * channels]`; the caller disposes them.
 * @throws ShapeError on a wrong shape or an image that the patches don't tile; RangeError on a wrong patch size.
 * @see He et al., "Masked Autoencoders Are Scalable Vision Learners", arXiv:2111.06377; models_mae.py, `patchify`.
 * @example
 * ```ts
 * import { zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { patchify } from 'selfsup/pretext';
 * console.log(patchify(zeros<Rank.R4>([2, 8, 12, 3]), 4).shape); // 2, 6, 48
 * ```
 */
export function patchify(x: Tensor4D, patchSize: number): Tensor3D {
  const where = 'patchify';
  checkImages(where, x);
  checkIntegers(where, { patchSize: [patchSize, 1] });
  const [, height, width] = x.shape;
  checkTiles(where, 'x', height, width, patchSize);
  return cutPatches(x, patchSize);
}

/**
 * Puts patches back together, the inverse of {@link patchify}. Differentiable.
 *
 * @param patches - Float32 `[batch, patches, patchSize² * channels]`.
 * @param patchSize - Side of a patch in pixels.
 * @param imageSize - `[height, width]` of the images in pixels.
 * @returns Images, float32 `[batch, height, width, channels]`; the caller disposes them.
 * @throws ShapeError on a shape that does not fit the size; RangeError on a wrong size.
 * @see models_mae.py, `unpatchify`, of the authors of arXiv:2111.06377, which takes square images only.
 * @example
 * ```ts
 * import { zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { unpatchify } from 'selfsup/pretext';
 * console.log(unpatchify(zeros<Rank.R3>([2, 6, 48]), 4, [8, 12]).shape); // 2, 8, 12, 3
 * ```
 */
export function unpatchify(
  patches: Tensor3D,
  patchSize: number,
  imageSize: readonly [height: number, width: number],
): Tensor4D {
  const where = 'unpatchify';
  checkFloats(where, { patches: [patches, ['batch', 'patches', 'size']] });
  if (!Array.isArray(imageSize)) {
    throw new ShapeError(`${where}: imageSize must be [height, width], got ${show(imageSize)}.`);
  }
  const [height, width] = imageSize as readonly [number, number];
  checkIntegers(where, { patchSize: [patchSize, 1], 'imageSize[0]': [height, 1], 'imageSize[1]': [width, 1] });
  checkTiles(where, 'imageSize', height, width, patchSize);
  const [batch, count, size] = patches.shape;
  const [rows, columns] = [height / patchSize, width / patchSize];
  const channels = size / patchSize ** 2;
  if (count !== rows * columns || !Number.isInteger(channels)) {
    throw new ShapeError(
      `${where}: patches must be [batch, ${rows * columns}, channels * ${patchSize ** 2}], got [${patches.shape}].`,
    );
  }
  return tidy(() => {
    const lines = reshape(patches, [batch * rows, columns, patchSize, patchSize * channels]);
    return reshape(transpose(lines, [0, 2, 1, 3]), [batch, height, width, channels]);
  });
}
