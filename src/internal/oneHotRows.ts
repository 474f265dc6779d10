import { cast, equal, expandDims, oneHot, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';

/** `[rows, width]`, float32: 1 at column `indices[i]` of row i, 0 elsewhere; a row of zeros where the index is outside. */
export function oneHotRows(indices: Tensor1D, width: number): Tensor2D {
  return tidy(() =>
    cast(width === 1 ? equal(expandDims(indices, 1), 0) : oneHot(indices, width, 1, 0, 'int32'), 'float32'),
  ) as Tensor2D;
}
