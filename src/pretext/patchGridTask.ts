import {
  concat,
  reshape,
  slice,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkIntegers } from '../internal/checks.js';

/** Options of {@link patchGridTask}. */
export interface PatchGridOptions {
  /** Side of a patch in pixels, at most that of the images. */
  readonly patchSize: number;
  /** Pixels that neighbouring patches share, from 0 to patchSize - 1. @defaultValue half of the patch, rounded down */
  readonly overlap?: number;
}

/** What {@link patchGridTask} gives; the caller disposes both. */
export type PatchGridBatch = {
  /** Patches row by row over the image, float32 `[batch, rows * columns, patchSize, patchSize, channels]`. */
  readonly inputs: Tensor5D;
  /** Row and column of each patch in the grid, int32 `[batch, rows * columns, 2]`. */
  readonly labels: Tensor3D;
};

/**
 * Cuts images into a grid of overlapping patches, as contrastive predictive coding encodes them: the features of a patch are
 * to be told from others by those of the patches above. Pixels to the right of and below the last whole patch are left out.
 * Differentiable.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param options - Patches and their overlap.
 * @returns Patches and their places; the caller disposes them.
 * @throws ShapeError on a wrong shape; RangeError on a wrong option.
 * @see Oord et al., "Representation learning with contrastive predictive coding", arXiv:1807.03748, section 3.2: 7 x 7 patches
 * of 64 pixels that overlap by 32.
 * @example
 * ```ts
 * import { reshape, zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { patchGridTask } from 'selfsup/pretext';
 *
 * const { inputs } = patchGridTask(zeros<Rank.R4>([2, 64, 64, 3]), { patchSize: 16 });
 * console.log(inputs.shape); // 2, 49, 16, 16, 3
 * const perPatch = reshape(inputs, [2 * 49, 16, 16, 3]); // as an encoder takes them
 * ```
 */
export function patchGridTask(x: Tensor4D, options: PatchGridOptions): PatchGridBatch {
  const where = 'patchGridTask';
  checkImages(where, x);
  const [batch, height, width, channels] = x.shape;
  const { patchSize, overlap = Math.floor(patchSize / 2) } = checkOptions('patchGridTask', options, [
    'patchSize',
    'overlap',
  ]);
  checkIntegers(where, {
    patchSize: [patchSize, 1, Math.min(height, width)],
    overlap: [overlap, 0, patchSize - 1],
  });
  const step = patchSize - overlap;
  const [rows, columns] = [height, width].map((side) => Math.floor((side - patchSize) / step) + 1) as [number, number];
  return tidy(() => {
    const lines = reshape(x, [batch, height, width * channels]);
    const bands = Array.from({ length: rows }, (_, r) => slice(lines, [0, r * step, 0], [batch, patchSize, -1]));
    const banded = concat(bands, 1); // [batch, rows * patchSize, width * channels]
    const cells = Array.from({ length: columns }, (_, c) => {
      const cell = slice(banded, [0, 0, c * step * channels], [batch, -1, patchSize * channels]);
      return reshape(cell, [batch * rows, 1, patchSize * patchSize * channels]);
    });
    const places = Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]).flat();
    return {
      inputs: reshape(concat(cells, 1), [batch, rows * columns, patchSize, patchSize, channels]) as Tensor5D,
      labels: tensor3d(new Array<number[]>(batch).fill(places).flat(), [batch, rows * columns, 2], 'int32'),
    };
  });
}
