import { type Tensor2D, tidy, transpose } from '@tensorflow/tfjs-core';
import type { FeatureBlock } from './featureBlocks.js';
import { matMul } from './matMul.js';
import { withGradient } from './withGradient.js';

// tfjs's WASM backend multiplies transposed operands slowly. In these products only thin matrices are ever transposed,
// never the large result, and value and gradient are plain products on every backend.

/** a b^T: inner products of the rows of a `[n, dim]` with those of b `[m, dim]`, `[n, m]`. */
export function timesTransposed(a: Tensor2D, b: Tensor2D): Tensor2D {
  return tidy(() =>
    withGradient<Tensor2D>([a, b], (save) => {
      save([a, b]);
      return {
        value: matMul(a, transpose(b)),
        gradient: (dy, saved) => {
          const [x, y] = saved as [Tensor2D, Tensor2D];
          return [matMul(dy, y), transpose(matMul(transpose(x), dy))];
        },
      };
    }),
  );
}

/** a^T b: inner products of the columns of a `[n, p]` with those of b `[n, q]`, `[p, q]`. */
export function transposedTimes(a: Tensor2D, b: Tensor2D): Tensor2D {
  return tidy(() =>
    withGradient<Tensor2D>([a, b], (save) => {
      save([a, b]);
      return {
        value: matMul(transpose(a), b),
        gradient: (dy, saved) => {
          const [x, y] = saved as [Tensor2D, Tensor2D];
          return [transpose(matMul(dy, transpose(y))), matMul(x, dy)];
        },
      };
    }),
  );
}

/** Inner products of the rows of a `[n, dim]` with those of a block, `[n, count]`; the block is a constant. */
export function blockProducts(a: Tensor2D, { rows, columns }: FeatureBlock): Tensor2D {
  return tidy(() =>
    withGradient<Tensor2D>([a], (save) => {
      save([rows]);
      return { value: matMul(a, columns), gradient: (dy, saved) => [matMul(dy, saved[0] as Tensor2D)] };
    }),
  );
}
