import { add, div, fused, getBackend, type Tensor, type Tensor2D, matMul as tfMatMul } from '@tensorflow/tfjs-core';
import { withGradient } from './withGradient.js';

/**
 * `matMul` of tfjs-core, right on WebGL too: there its kernel reads two rows and columns at a time, and where the shared size
 * is odd it adds the product of what lies beyond the last ones. That is 0 in uploaded tensors, but not in what `cos`, `exp`,
 * `sigmoid`, `clipByValue` or `1 - x` leave: `cos(0) = 1` times itself counts as one more sample.
 *
 * Call it as tfjs-core's. Value and gradient are the same on the other backends, where it calls just that.
 */
export function matMul<T extends Tensor>(a: Tensor, b: Tensor, transposeA = false, transposeB = false): T {
  if (!hasPadding(sizes(a, b, transposeA, transposeB))) {
    return tfMatMul(a, b, transposeA, transposeB) as T;
  }
  return withGradient([a, b], (save) => {
    save([a, b]);
    return {
      value: product<T>(a, b, transposeA, transposeB),
      gradient: (dy, [x, y]) => gradients(dy, x as Tensor, y as Tensor, transposeA, transposeB),
    };
  });
}

/** a b + bias, in one kernel where that is right. */
export function matMulWithBias(a: Tensor2D, b: Tensor2D, bias?: Tensor): Tensor2D {
  if (hasPadding([...a.shape, ...b.shape])) return bias === undefined ? matMul(a, b) : add(matMul(a, b), bias);
  return fused.matMul(bias === undefined ? { a, b } : { a, b, bias }) as Tensor2D;
}

function hasPadding(lengths: readonly number[]): boolean {
  return getBackend() === 'webgl' && lengths.some((n) => n % 2 === 1);
}

/** Rows of the result, shared size, columns of the result. */
function sizes(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): number[] {
  const [rows, shared] = transposeA ? [-1, -2] : [-2, -1];
  return [a.shape.at(rows), a.shape.at(shared), b.shape.at(transposeB ? -2 : -1)] as number[];
}

function product<T extends Tensor>(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): T {
  const odd = (sizes(a, b, transposeA, transposeB)[1] as number) % 2 === 1;
  const [x, y] = odd ? (a.size <= b.size ? [withoutPadding(a), b] : [a, withoutPadding(b)]) : [a, b];
  return tfMatMul(x as Tensor, y as Tensor, transposeA, transposeB) as T;
}

/** Division is the one elementwise kernel of the WebGL backend that writes 0 beyond the last row and column. */
function withoutPadding(x: Tensor): Tensor {
  return div(x, 1);
}

function gradients(dy: Tensor, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor[] {
  if (!transposeA && !transposeB) return [matMul(dy, b, false, true), matMul(a, dy, true, false)];
  if (!transposeA) return [matMul(dy, b), matMul(dy, a, true, false)];
  if (!transposeB) return [matMul(b, dy, false, true), matMul(a, dy)];
  return [matMul(b, dy, true, true), matMul(dy, a, true, true)];
}
