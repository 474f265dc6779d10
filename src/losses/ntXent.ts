import {
  add,
  concat,
  div,
  exp,
  expandDims,
  matMul,
  max,
  mul,
  type Scalar,
  softmax,
  squeeze,
  sub,
  type Tensor1D,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers } from '../internal/checks.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { softmaxRows } from '../internal/logSumExp.js';
import { marked, upTo } from '../internal/marked.js';
import { withGradient } from '../internal/withGradient.js';
import { excluded, meanCrossEntropy, pairLogits } from './contrast.js';

/** Options of {@link ntXentLoss}. */
export interface NtXentOptions {
  /** Divides the cosines, >= 1e-8. @defaultValue 0.5, as in lightly; the SimCLR paper's ImageNet runs use 0.1 */
  readonly temperature?: number;
}

/**
 * NT-Xent, the loss of SimCLR: each of the 2N rows must pick its other view among the 2N - 1 other rows,
 * mean_i of -log(exp(cos(z_i, z_j) / T) / sum_{k != i} exp(cos(z_i, z_k) / T)).
 *
 * Both views are L2-normalised here. The mean goes over all 2N rows, as in lightly and in the paper; Google's SimCLR code
 * adds the means of the two views and so gives twice this. With one pair there is nothing to tell apart: the loss is 0.
 *
 * @param zA - Projections of view A, float32 `[batch, dim]`.
 * @param zB - Projections of view B, same shape; row i is the same sample as row i of `zA`.
 * @param options - The temperature.
 * @returns Scalar; the caller disposes it. Differentiable in both inputs. ln(2N - 1) if all rows are equal.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the temperature is out of range.
 * @see Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020,
 * arXiv:2002.05709, section 2.1 and Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { ntXentLoss } from 'selfsup/losses';
 * const [zA, zB] = [randomNormal<Rank.R2>([8, 16]), randomNormal<Rank.R2>([8, 16])];
 * ntXentLoss(zA, zB, { temperature: 0.1 }).print();
 * ```
 */
export function ntXentLoss(zA: Tensor2D, zB: Tensor2D, options: NtXentOptions = {}): Scalar {
  const { temperature = 0.5 } = options;
  checkFloats('ntXentLoss', { zA: [zA, ['batch', 'dim']], zB: [zB, ['batch', 'dim']] });
  checkNumbers('ntXentLoss', { temperature: [temperature, 1e-8] });
  return tidy(() => {
    const [a, b] = [l2Normalize(zA), l2Normalize(zB)];
    const positives = pairLogits(a, b, temperature);
    const negatives = otherSamples(concat([a, b]) as Tensor2D, temperature);
    return meanCrossEntropy(concat([positives, positives]) as Tensor1D, negatives);
  });
}

/**
 * For each of the 2N unit rows, log(sum exp(cosine / temperature)) over the rows of other samples, `[2N]`.
 *
 * The logits S are symmetric. So the gradient (G + G^T) z, G the softmax of S with row i times dy_i, needs one product:
 * column j of G^T is exp(S - logSumExp_j), which a softmax gives, and cheaper on WASM than a transposition.
 */
function otherSamples(z: Tensor2D, temperature: number): Tensor1D {
  return withGradient<Tensor1D>([z], (save) => {
    const logits = add<Tensor2D>(
      matMul(div(z, temperature), transpose(z)),
      sameSample(z.shape[0], excluded(temperature)),
    );
    const { probabilities, logSumExp } = softmaxRows(logits);
    save([z, logits, probabilities, logSumExp]);
    const gradient = (dy: Tensor1D, saved: readonly unknown[]): Tensor2D[] => {
      const [rows, s, p, lse] = saved as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const shifted = sub<Tensor2D>(s, transpose(lse)); // log p^T
      const q = softmax(shifted);
      const sums = div(exp(max(shifted, 1, true)), max(q, 1, true)); // p^T = q * sums, row by row
      const g = add(mul(p, expandDims(dy, 1)), mul(mul(q, sums), expandDims(dy, 0)));
      return [div(matMul(g, rows), temperature) as Tensor2D];
    };
    return { value: squeeze<Tensor1D>(logSumExp, [1]), gradient };
  });
}

/** `[rows, rows]` with `value` where both rows belong to one sample (itself and its other view), else 0. */
function sameSample(rows: number, value: number): Tensor2D {
  const half = marked(
    upTo(rows).map((i) => i % (rows / 2)),
    rows / 2,
    value,
    0,
  );
  return concat([half, half], 1);
}
