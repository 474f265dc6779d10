import { add, mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { checkNumbers, checkShapes, checkTensor, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';

/**
 * Exponential moving average in place: every target becomes momentum * target + (1 - momentum) * source. Momentum 1 leaves
 * the targets as they are, momentum 0 copies the sources, both to the bit.
 *
 * @param targets - The variables that follow.
 * @param sources - What they follow: variables or tensors of the same shapes, in the same order; left as they are.
 * @param momentum - In [0, 1].
 * @throws ShapeError if the lists differ in length or shapes; RangeError if momentum is outside [0, 1]. Then no target has
 * changed.
 * @see He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, equation 2.
 * @example
 * ```ts
 * import { tensor1d, variable } from '@tensorflow/tfjs-core';
 * import { ema } from 'selfsup/momentum';
 * const [slow, fast] = [variable(tensor1d([0])), variable(tensor1d([1]))];
 * ema([slow], [fast], 0.9);
 * slow.print(); // 0.1
 * ```
 */
export function ema(targets: readonly Variable[], sources: readonly Tensor[], momentum: number): void {
  checkNumbers('ema', { momentum: [momentum, 0, 1] });
  for (const [name, list] of Object.entries({ targets, sources })) {
    if (!Array.isArray(list)) throw new ShapeError(`ema: ${name} must be a list of tensors, got ${show(list)}.`);
  }
  if (targets.length !== sources.length) {
    throw new ShapeError(`ema: sources must be a list of ${targets.length} tensors, got ${sources.length}.`);
  }
  for (const [i, source] of sources.entries()) {
    checkTensor('ema', `targets[${i}]`, targets[i]);
    checkShapes('ema', { [`sources[${i}]`]: [source, (targets[i] as Variable).shape] });
  }
  if (momentum === 1) return;
  for (const [i, target] of targets.entries()) {
    const source = sources[i] as Tensor;
    tidy(() => {
      target.assign(momentum === 0 ? mul(source, 1) : add(mul(target, momentum), mul(source, 1 - momentum)));
    });
  }
}
