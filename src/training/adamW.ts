import {
  add,
  div,
  mul,
  type NamedTensorMap,
  type serialization,
  sqrt,
  square,
  sub,
  type Variable,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import type { NamedTensor } from './optimizerSlots.js';
import { SlotOptimizer } from './slotOptimizer.js';
import { checkFilter, checkScale, filterConfig, picks, type VariableFilter } from './variableFilter.js';

/** Options of {@link AdamW}. */
export interface AdamWOptions {
  /** Learning rate, \>= 0, or a function of the step. */
  readonly learningRate: Schedule;
  /** Weight of the past in the mean of the gradients, in [0, 1). @defaultValue 0.9 */
  readonly beta1?: number;
  /** Weight of the past in the mean of their squares, in [0, 1). @defaultValue 0.999; MAE has 0.95 */
  readonly beta2?: number;
  /** Added to the root of the mean square, \> 0. @defaultValue 1e-8, as in PyTorch */
  readonly epsilon?: number;
  /** Pull towards zero, \>= 0, or a function of the step. @defaultValue 0.01, as in PyTorch; MAE has 0.05 */
  readonly weightDecay?: Schedule;
  /** Variables without weight decay. @defaultValue 'rank1': biases, and scales and offsets of normalisation */
  readonly noDecay?: VariableFilter;
  /** Factor on the learning rate of each variable, \>= 0, such as `layerWiseDecay` gives. @defaultValue 1 for all */
  readonly learningRateScale?: (variable: Variable) => number;
}

const NAME = 'AdamW';

/**
 * Adam with decoupled weight decay: p ← p − rate · λp − rate · m̂ / (√v̂ + ε), with m̂ and v̂ the means of the gradient and
 * its square, corrected for their start at zero by how often this variable was moved. A tfjs optimizer: for `minimize`,
 * `applyGradients`, `pretrain` and `model.compile`. Slots are kept by the variable's name.
 *
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101, Algorithm 2; as in
 * PyTorch's `AdamW`, the decay is multiplied by the learning rate.
 * @example
 * ```ts
 * import { type Scalar, square, sub, variable, scalar } from '@tensorflow/tfjs-core';
 * import { AdamW, cosineSchedule } from 'selfsup/training';
 * const x = variable(scalar(2));
 * const optimizer = new AdamW({
 *   learningRate: cosineSchedule({ base: 0.1, steps: 100, warmup: 10 }),
 *   weightDecay: cosineSchedule({ base: 0.04, end: 0.4, steps: 100 }),
 * });
 * for (let step = 0; step < 20; step++) optimizer.minimize(() => square(sub(x, 1)) as Scalar);
 * x.print();
 * optimizer.dispose();
 * ```
 */
export class AdamW extends SlotOptimizer {
  /** Learning rate, or a function of the step; it may be set between steps. */
  learningRate: Schedule;
  private readonly options: Required<Omit<AdamWOptions, 'learningRate' | 'learningRateScale'>>;
  private readonly scale: ((variable: Variable) => number) | undefined;

  /**
   * @param options - Learning rate, betas, weight decay and which variables are treated apart.
   * @throws RangeError if an option is out of range.
   */
  constructor(options: AdamWOptions) {
    checkOptions(NAME, options, [
      'learningRate',
      'beta1',
      'beta2',
      'epsilon',
      'weightDecay',
      'noDecay',
      'learningRateScale',
    ]);
    super(NAME, ['m', 'v']);
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, noDecay = 'rank1' } = options;
    valueAt(NAME, 'learningRate', learningRate, 0, 0);
    valueAt(NAME, 'weightDecay', weightDecay, 0, 0);
    checkNumbers(NAME, { beta1: [beta1, 0, 1], beta2: [beta2, 0, 1], epsilon: [epsilon, Number.MIN_VALUE] });
    if (beta1 === 1 || beta2 === 1) {
      throw new RangeError(`${NAME}: beta1 and beta2 must be below 1, got ${beta1} and ${beta2}.`);
    }
    checkFilter(NAME, 'noDecay', noDecay);
    this.learningRate = learningRate;
    checkScale(NAME, options.learningRateScale);
    this.scale = options.learningRateScale;
    this.options = { beta1, beta2, epsilon, weightDecay, noDecay };
  }

  /** `'AdamW'`, the name for tfjs's `serialization.registerClass`. */
  static get className(): string {
    return NAME;
  }

  /**
   * Moves variables by their gradients.
   *
   * @param gradients - By variable name, as `variableGrads` gives them, or as a list; they stay the caller's.
   * @throws ShapeError if a gradient has another shape than its variable; RangeError if a function of the step gives a
   * value out of range; Error if there is no such variable, and after dispose(). Then nothing has moved.
   */
  applyGradients(gradients: NamedTensorMap | NamedTensor[]): void {
    const { iterations } = this;
    const { beta1, beta2, epsilon, noDecay } = this.options;
    const base = valueAt(NAME, 'learningRate', this.learningRate, iterations, 0);
    const weightDecay = valueAt(NAME, 'weightDecay', this.options.weightDecay, iterations, 0);
    this.slots.apply(gradients, (variable, gradient, slots, updates) => {
      const [oldM, oldV] = slots ?? [];
      const [newM, newV] = [mul(gradient, 1 - beta1), mul(square(gradient), 1 - beta2)];
      const m = oldM ? add(mul(oldM, beta1), newM) : newM;
      const v = oldV ? add(mul(oldV, beta2), newV) : newV;
      // In double precision from the count of moves, so that nothing but the slots has to be kept.
      const biasM = 1 - beta1 ** (updates + 1);
      const biasV = Math.sqrt(1 - beta2 ** (updates + 1));
      const rate = base * (this.scale ? valueAt(NAME, 'learningRateScale', this.scale(variable), iterations, 0) : 1);
      const step = mul(div(m, add(sqrt(v), epsilon * biasV)), (rate * biasV) / biasM);
      const decay = picks(noDecay, variable) ? 0 : rate * weightDecay;
      return { value: sub(decay === 0 ? variable : mul(variable, 1 - decay), step), slots: [m, v] };
    });
    this.incrementIterations();
  }

  /**
   * Options as plain data; of a function of the step, its value at this step.
   *
   * @returns What {@link AdamW.fromConfig} takes.
   * @throws RangeError if variables are told apart by a function, which a config can't hold.
   */
  getConfig(): serialization.ConfigDict {
    const { noDecay, weightDecay, ...rest } = this.options;
    if (this.scale) throw new RangeError(`${NAME}.getConfig: learningRateScale must not be given, got a function.`);
    return {
      ...rest,
      learningRate: valueAt(NAME, 'learningRate', this.learningRate, this.iterations, 0),
      weightDecay: valueAt(NAME, 'weightDecay', weightDecay, this.iterations, 0),
      noDecay: filterConfig(`${NAME}.getConfig`, 'noDecay', noDecay),
    };
  }
}
