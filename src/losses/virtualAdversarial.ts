import {
  add,
  div,
  grad,
  mean,
  mul,
  reshape,
  type Scalar,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { anyAxes, checkFloat, checkFloats, checkIntegers, checkNumbers, checkSeed, show } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { RangeError } from '../internal/errors.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import { normal, type Seed } from '../random/index.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link virtualAdversarialLoss}. */
export interface VirtualAdversarialOptions {
  /** Length of the disturbance of a sample, \> 0, in the unit of x. @defaultValue 8, as in the authors' code for CIFAR-10 */
  readonly radius?: number;
  /**
   * Length of the trial step, \> 0. @defaultValue 0.1; the authors' 1e-6 moves a prediction by no more than float32 rounds it
   */
  readonly xi?: number;
  /** Steps that turn the disturbance towards the worst one, an integer \>= 1. @defaultValue 1, as in the paper */
  readonly iterations?: number;
}

/**
 * Virtual adversarial training: the mean of KL(p(x) || p(x + r)), with r the disturbance of length `radius` that changes the
 * prediction most, found by power iteration from a random direction. p(x) and r are constants.
 *
 * Calls the model 2 + iterations times and differentiates it by its input, so the model must have a gradient for x.
 *
 * @param model - From x to float32 logits `[batch, classes]`; where it holds variables, `variableGrads` finds them.
 * @param x - float32 `[batch, ...]`, at least rank 2.
 * @param seed - Of the first direction; that of sample i depends on the seed and i alone.
 * @param options - Radius, trial step, iterations.
 * @returns Scalar; the caller disposes it. Differentiable in the model's variables and in x. 0 if all predictions are equal: no
 * sign of learning by itself.
 * @throws ShapeError on a wrong shape or dtype, also of what the model gives; RangeError if an option is out of range.
 * @see Miyato et al., "Virtual Adversarial Training", TPAMI 2018, arXiv:1704.03976, Algorithm 1.
 * @example
 * ```ts
 * import { matMul, randomNormal, type Rank, type Tensor, type Tensor2D, variable } from '@tensorflow/tfjs-core';
 * import { virtualAdversarialLoss } from 'selfsup/losses';
 * const weights = variable(randomNormal<Rank.R2>([16, 4]));
 * const model = (x: Tensor) => matMul(x as Tensor2D, weights) as Tensor2D;
 * virtualAdversarialLoss(model, randomNormal<Rank.R2>([8, 16]), 1, { radius: 0.5 }).print();
 * ```
 */
export function virtualAdversarialLoss<T extends Tensor>(
  model: (x: T) => LossInput,
  x: T,
  seed: Seed,
  options: VirtualAdversarialOptions = {},
): Scalar {
  const where = 'virtualAdversarialLoss';
  const {
    radius = 8,
    xi = 0.1,
    iterations = 1,
  } = checkOptions('virtualAdversarialLoss', options, ['radius', 'xi', 'iterations']);
  if (typeof model !== 'function') throw new RangeError(`${where}: model must be a function, got ${show(model)}.`);
  checkFloats(where, { x: [x, ['batch', ...(x?.rank > 1 ? anyAxes(x, 1) : ['axis 1'])]] });
  checkNumbers(where, { radius: [radius, Number.MIN_VALUE], xi: [xi, Number.MIN_VALUE] });
  checkIntegers(where, { iterations: [iterations, 1] });
  checkSeed(where, seed);
  const batch = x.shape[0] as number;
  const drawn = normal(seed, x.size);
  const ofLength = (length: number, direction: Tensor): T =>
    constant(() => {
      const rows = reshape(direction, [batch, -1]);
      // Where a prediction is so sure that nothing moves it, this leaves no disturbance.
      return reshape(div(mul(rows, length), sqrt(add(sum(square(rows), 1, true), 1e-30))), x.shape) as T;
    });
  return tidy(() => {
    const logits = (input: T): Tensor2D => {
      const output = model(input);
      checkFloat(where, 'logits', output, ['batch', 'classes']);
      return output;
    };
    const before = constant<Tensor2D>(() => add(logits(x), 0));
    const target = constant(() => softmax(before));
    const apart = (r: Tensor): Scalar => mean(softCrossEntropyRows(logits(add(x, r) as T), target));
    let direction: Tensor = tensor(drawn, x.shape);
    for (let i = 0; i < iterations; i++) direction = grad(apart)(ofLength(xi, direction));
    const least = constant(() => mean<Scalar>(softCrossEntropyRows(before, target)));
    return sub<Scalar>(apart(ofLength(radius, direction)), least);
  });
}
