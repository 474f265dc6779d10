import {
  add,
  argMax,
  div,
  log,
  maximum,
  mean,
  mul,
  neg,
  type Scalar,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { l2Normalize, rowNorms } from '../internal/l2Normalize.js';
import { marked, upTo } from '../internal/marked.js';
import { matMul } from '../internal/matMul.js';
import { oneHotRows } from '../internal/oneHotRows.js';
import { withGradient } from '../internal/withGradient.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link koLeoLoss}. */
export interface KoLeoOptions {
  /** Added to distances and to the components of differences, \>= 1e-8. @defaultValue 1e-8, as in the authors' code */
  readonly epsilon?: number;
}

/**
 * KoLeo, the differential-entropy regulariser of DINOv2: -mean_i log(distance of row i to its nearest neighbour in the
 * batch). Spreads embeddings over the sphere.
 *
 * Rows are L2-normalised here. Two equal rows give about -ln(2e-8) = 17.7 and push each other nowhere. Rows closer
 * than 3e-5, where float32 no longer knows the direction, push with the force of that distance. DINOv2 weighs it by 0.1.
 *
 * @param z - Embeddings, float32 `[batch, dim]`, batch at least 2 (lightly and DINOv2 take 1 and give a constant).
 * @param options - The epsilon.
 * @returns Scalar; the caller disposes it. Differentiable in z, through both rows of a pair. It has no least value.
 * @throws ShapeError on a wrong shape or dtype; RangeError if batch \< 2 or epsilon is too small.
 * @see Sablayrolles et al., "Spreading vectors for similarity search", ICLR 2019, arXiv:1806.03198, section 3.2; Oquab et
 * al., "DINOv2", arXiv:2304.07193, section 4.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { koLeoLoss } from 'selfsup/losses';
 * koLeoLoss(randomNormal<Rank.R2>([32, 16])).print();
 * ```
 */
export function koLeoLoss(z: LossInput, options: KoLeoOptions = {}): Scalar {
  const { epsilon = 1e-8 } = checkOptions('koLeoLoss', options, ['epsilon']);
  checkFloat('koLeoLoss', 'z', z, ['batch', 'dim']);
  checkNumbers('koLeoLoss', { batch: [z.shape[0], 2], epsilon: [epsilon, 1e-8] });
  return tidy(() => {
    const unit = l2Normalize(z);
    const distances = rowNorms(add(minusNearest(unit), epsilon)) as Tensor1D;
    return neg(mean<Scalar>(logOf(distances, epsilon)));
  });
}

/** Each unit row minus the one that is nearest to it. */
function minusNearest(x: Tensor2D): Tensor2D {
  const batch = x.shape[0];
  return withGradient<Tensor2D>([x], (save) => {
    const others = add(matMul(x, transpose(x)), marked(upTo(batch), batch, -4, 0));
    const nearest = oneHotRows(argMax(others, 1), batch);
    save([nearest]);
    return {
      value: sub(x, matMul(nearest, x)),
      gradient: (dy, saved) => [sub(dy, matMul(transpose(saved[0] as Tensor2D), dy))],
    };
  });
}

/** log(x + epsilon), in steps that half precision survives too; the slope ends at 2^15. */
function logOf(x: Tensor1D, epsilon: number): Tensor1D {
  const scale = 2 ** 13;
  return withGradient<Tensor1D>([x], (save) => {
    const value = sub<Tensor1D>(log(add(mul(x, scale), epsilon * scale)), Math.log(scale));
    save([x]);
    const gradient = (dy: Tensor1D, [saved]: readonly Tensor[]): Tensor[] => {
      const least = maximum(mul(add(saved as Tensor, epsilon), scale), 0.25);
      return [mul(dy, div(scale, least))];
    };
    return { value, gradient };
  });
}
