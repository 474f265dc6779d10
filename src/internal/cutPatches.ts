import { type Rank, reshape, type Tensor3D, type Tensor4D, tidy, transpose } from '@tensorflow/tfjs-core';
import { ShapeError } from './errors.js';

/**
 * Square patches of images that they tile: row by row over the image, and the numbers of a patch by pixel row, pixel column,
 * channel; `[batch, patches, patchSize² * channels]`.
 */
export function cutPatches(x: Tensor4D, patchSize: number): Tensor3D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height / patchSize, width / patchSize];
  return tidy(() => {
    const lines = reshape<Rank.R4>(x, [batch * rows, patchSize, columns, patchSize * channels]);
    const patches = transpose(lines, [0, 2, 1, 3]);
    return reshape(patches, [batch, rows * columns, patchSize * patchSize * channels]);
  });
}

/** Throws unless square patches tile an image. */
export function checkTiles(where: string, name: string, height: number, width: number, patchSize: number): void {
  if (height % patchSize !== 0 || width % patchSize !== 0) {
    throw new ShapeError(
      `${where}: height and width of ${name} must be multiples of the patch size ${patchSize}, got ${height} x ${width}.`,
    );
  }
}
