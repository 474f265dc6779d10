import {
  expandDims,
  mean,
  mul,
  reshape,
  type Scalar,
  softplus,
  stack,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { logSumExpRows } from '../internal/logSumExp.js';
import { matMul } from '../internal/matMul.js';
import { withGradient } from '../internal/withGradient.js';

/** Cosine of each row with its partner over the temperature, `[rows]`; both inputs have unit rows. */
export function pairLogits(a: Tensor2D, b: Tensor2D, temperature: number): Tensor1D {
  return mul(sum(mul(a, b), 1), 1 / temperature);
}

/** log(sum exp) over several groups of negatives, each given by its own `[rows]`. */
export function joinLogSumExp(groups: readonly Tensor1D[]): Tensor1D {
  return groups.length === 1 ? (groups[0] as Tensor1D) : logSumExpRows(stack([...groups], 1) as Tensor2D);
}

/**
 * Mean cross-entropy of the positive against the negatives, log(1 + exp(negatives - positive)) with `negatives` the
 * log-sum-exp of their logits. Unlike logsumexp(all) - positive it keeps its precision when the loss is near zero.
 */
export function meanCrossEntropy(positives: Tensor1D, negatives: Tensor1D): Scalar {
  return mean(softplus(sub(negatives, positives)));
}

/**
 * What to add to a logit, itself a cosine over the temperature, so that its class takes no part in the softmax: an
 * integer, no larger than needed, so that half precision holds it too.
 */
export function excluded(temperature: number): number {
  return -Math.ceil(2 / temperature + 100);
}

/** Inner products of row i with its own rows i, `[batch, k]`. */
export function ownProducts(queries: Tensor2D, rows: Tensor3D): Tensor2D {
  const [batch, k, dim] = rows.shape;
  return withGradient<Tensor2D>([queries, rows], (save) => {
    save([queries, rows]);
    return {
      value: reshape(matMul(rows, expandDims(queries, 2)), [batch, k]) as Tensor2D,
      gradient: (dy, saved) => {
        const [q, r] = saved as [Tensor2D, Tensor3D];
        return [reshape(matMul(expandDims(dy, 1), r), [batch, dim]), mul(expandDims(dy, 2), expandDims(q, 1))];
      },
    };
  });
}
