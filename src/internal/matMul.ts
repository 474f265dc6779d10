import {
  add,
  div,
  fused,
  getBackend,
  type Tensor,
  type Tensor2D,
  matMul as tfMatMul,
  tidy,
} from '@tensorflow/tfjs-core';

/**
 * `matMul` of tfjs-core, right on WebGL too: there its kernel reads two rows and columns at a time, and where the shared size
 * is odd it adds the product of what lies beyond the last ones. That is 0 in uploaded tensors, but not in what `cos`, `exp`,
 * `sigmoid`, `clipByValue` or `1 - x` leave: `cos(0) = 1` times itself counts as one more sample.
 *
 * Division is the one elementwise kernel there that writes 0 beyond the last row and column. One operand without that padding is
 * enough; divided by 1, the result has a gradient without it too, which is an operand of both gradients.
 */
export function matMul<T extends Tensor>(a: Tensor, b: Tensor, transposeA = false, transposeB = false): T {
  if (!hasPadding(a, b)) return tfMatMul(a, b, transposeA, transposeB) as T;
  return tidy(() => div(tfMatMul(div(a, 1), b, transposeA, transposeB), 1));
}

/** a b + bias, in one kernel where that is right. */
export function matMulWithBias(a: Tensor2D, b: Tensor2D, bias?: Tensor): Tensor2D {
  if (hasPadding(a, b)) return tidy(() => (bias === undefined ? matMul(a, b) : add(matMul(a, b), bias)));
  return fused.matMul(bias === undefined ? { a, b } : { a, b, bias }) as Tensor2D;
}

function hasPadding(a: Tensor, b: Tensor): boolean {
  return getBackend() === 'webgl' && [...a.shape, ...b.shape].some((n) => n % 2 === 1);
}
