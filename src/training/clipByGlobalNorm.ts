import {
  add,
  div,
  maximum,
  mul,
  type NamedTensorMap,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkFloats, checkNumbers, isTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';

/**
 * Gradients scaled so that their common length is at most `maxNorm`: g · maxNorm / max(maxNorm, ‖all g‖). Shorter ones stay
 * as they are, zeros too; nothing is read back. A gradient that is not finite makes all of them NaN.
 *
 * @param grads - By name, float32, as `variableGrads` gives them; they stay the caller's.
 * @param maxNorm - Largest length, \> 0. DINO has 3, MoCo v3 and MAE do without.
 * @returns New tensors of the same names; the caller disposes them.
 * @throws RangeError if `maxNorm` is not \> 0; ShapeError if a gradient is not float32.
 * @see Pascanu et al., "On the difficulty of training recurrent neural networks", ICML 2013, arXiv:1211.5063, Algorithm 1.
 * DINO's code clips each variable on its own; PyTorch's `clip_grad_norm_`, as here, all together.
 * @example
 * ```ts
 * import { dispose, square, type Scalar, sum, tensor1d, train, variable, variableGrads } from '@tensorflow/tfjs-core';
 * import { clipByGlobalNorm } from 'selfsup/training';
 * const x = variable(tensor1d([3, 4]));
 * const { value, grads } = variableGrads(() => sum(square(x)) as Scalar); // gradient [6, 8], of length 10
 * const clipped = clipByGlobalNorm(grads, 1);
 * train.sgd(1).applyGradients(clipped);
 * x.print(); // [2.4, 3.2]
 * dispose([value, grads, clipped]);
 * ```
 */
export function clipByGlobalNorm(grads: NamedTensorMap, maxNorm: number): NamedTensorMap {
  checkNumbers('clipByGlobalNorm', { maxNorm: [maxNorm, Number.MIN_VALUE] });
  if (typeof grads !== 'object' || grads === null || isTensor(grads) || Array.isArray(grads)) {
    throw new ShapeError(`clipByGlobalNorm: grads must be an object of tensors by name, got ${show(grads)}.`);
  }
  for (const [name, gradient] of Object.entries(grads)) {
    checkFloats('clipByGlobalNorm', { [name]: [gradient, gradient?.shape ?? []] });
  }
  return tidy(() => {
    const squares = Object.values(grads).map((gradient) => sum<Scalar>(square(gradient)));
    // Two at a time: addN of more than 7 tensors is an invalid shader on WebGPU.
    const norm = sqrt(squares.reduce<Scalar>((total, x) => add(total, x), scalar(0)));
    const factor = div(maxNorm, maximum(norm, maxNorm));
    return Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, mul(gradient, factor)]));
  });
}
