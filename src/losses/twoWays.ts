import {
  add,
  concat,
  div,
  exp,
  fill,
  getBackend,
  mul,
  onesLike,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';
import { softmaxRows } from '../internal/logSumExp.js';
import { matMul, matMulWithBias } from '../internal/matMul.js';
import { softmaxPays } from './plainExp.js';

// Softmaxes of one matrix along its rows and along its columns, a block of rows at a time.

/** a b + c, of `[n, dim]`, `[dim, m]` and `[n, m]`. */
export function productPlus(a: Tensor2D, b: Tensor2D, c: Tensor2D): Tensor2D {
  // In one kernel, but for tfjs's WASM backend, whose kernel adds vectors only.
  return getBackend() === 'wasm' ? add(matMul(a, b), c) : matMulWithBias(a, b, c);
}

/**
 * What is kept of a block of logits. If exponentials may be summed as they are (`plain`), those and the sum of each row: one
 * matrix serves rows and columns. Else the logits, the softmax of each row and its log-sum-exp.
 */
export function exponentials(logits: Tensor2D, plain: boolean): Tensor2D[] {
  if (plain && !softmaxPays()) {
    const x = exp(logits);
    return [x, sum(x, 1, true)];
  }
  const { probabilities, logSumExp } = softmaxRows(logits);
  if (!plain) return [logits, probabilities, logSumExp];
  const sums = exp(logSumExp);
  return [mul(probabilities, sums), sums];
}

/** Sums of the exponentials of each row, `[rows, 1]`; their logarithms if they may not be summed as they are. */
export function rowSums(kept: readonly Tensor2D[]): Tensor2D {
  return kept[kept.length - 1] as Tensor2D;
}

/** Likewise of the block's columns, `[columns, 1]`. */
export function columnSums([x, ...others]: readonly Tensor2D[]): Tensor2D {
  if (others.length > 1) return softmaxRows(transpose(x as Tensor2D)).logSumExp;
  // tfjs transposes a matrix to sum its columns. It does so, too, where WebGL multiplies a single long row.
  const [rows, columns] = (x as Tensor2D).shape;
  return reshape(slice(matMul(fill([2, rows], 1), x as Tensor2D), 0, 1), [columns, 1]);
}

/** Weights, one for each row `[rows, 1]` or column `[1, columns]`, and the sums that go with them. */
export type Side = readonly [weights: Tensor, sums: Tensor];

/** Slopes of the weighted log-sum-exps by the logits of a block. */
export function slopes([x, ...others]: readonly Tensor2D[], [left, across]: Side, [right, down]: Side): Tensor2D {
  if (others.length === 1) return mul(x as Tensor2D, pairSums(div(left, across), div(right, down)));
  return add(mul(others[0] as Tensor2D, left), mul(exp(sub(x as Tensor2D, down)), right));
}

/** left_i + right_j, of `[n, 1]` and `[1, m]`. */
function pairSums(left: Tensor2D, right: Tensor2D): Tensor2D {
  if (getBackend() !== 'cpu') return add(left, right);
  // Broadcasts in plain JavaScript take ten times as long as this product.
  return matMul(concat([left, onesLike(left)], 1), concat([onesLike(right), right]) as Tensor2D);
}
