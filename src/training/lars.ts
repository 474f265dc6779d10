import {
  add,
  cast,
  div,
  greater,
  mean,
  minimum,
  mul,
  type NamedTensorMap,
  type Scalar,
  type serialization,
  sqrt,
  square,
  sub,
  type Tensor,
  type Variable,
  where,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import type { NamedTensor } from './optimizerSlots.js';
import { SlotOptimizer } from './slotOptimizer.js';
import { checkFilter, checkScale, filterConfig, picks, type VariableFilter } from './variableFilter.js';

/** Options of {@link LARS}. */
export interface LARSOptions {
  /** Learning rate, \>= 0, or a function of the step. Large: 0.2 to 0.3 for every 256 images of a batch. */
  readonly learningRate: Schedule;
  /** Weight of the past steps in [0, 1], or a function of the step. @defaultValue 0.9 */
  readonly momentum?: Schedule;
  /** Pull towards zero, \>= 0, or a function of the step. @defaultValue 1e-6, as Barlow Twins, VICReg, SimCLR and BYOL */
  readonly weightDecay?: Schedule;
  /** Share of a layer's own length that a step may have, \> 0. @defaultValue 0.001, the authors' */
  readonly trustCoefficient?: number;
  /**
   * Whose arithmetic (the two differ for any weight decay, see {@link LARS}):
   *
   * - `'barlow'`: that of the Barlow Twins and VICReg code.
   * - `'lightly'`: that of lightly; without weight decay it is plain SGD with momentum, as there.
   *
   * @defaultValue 'barlow'
   */
  readonly convention?: 'barlow' | 'lightly';
  /** Variables without weight decay. @defaultValue 'rank1' with `'barlow'`, 'none' with `'lightly'` */
  readonly noDecay?: VariableFilter;
  /** Variables whose step is not scaled. @defaultValue as `noDecay` */
  readonly noAdaptation?: VariableFilter;
  /** Factor on the learning rate of each variable, \>= 0. @defaultValue 1 for all */
  readonly learningRateScale?: (variable: Variable) => number;
  /** Added to the denominator with `'lightly'`, \> 0; the other one has none. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** Part of a new gradient that does not enter the momentum, in [0, 1], from the second step on. @defaultValue 0 */
  readonly dampening?: number;
  /** Whether the step looks one momentum ahead. @defaultValue false */
  readonly nesterov?: boolean;
}

const NAME = 'LARS';

/**
 * Layer-wise adaptive rate scaling, for large batches: every layer's step is scaled to a fixed share of the length of its
 * weights. With p a variable, g its gradient, η the trust coefficient, λ the weight decay:
 *
 * - `'barlow'`: d = g + λp, then d ← d · η‖p‖ / ‖d‖ (unscaled where either length is 0); neither for variables of rank 1.
 * - `'lightly'`: d = (g + λp) · η‖p‖ / (‖g‖ + λ‖p‖ + ε); d = g where λ or either length is 0.
 *
 * Then μ ← m·μ + d and p ← p − rate · μ. A tfjs optimizer: for `minimize`, `applyGradients`, `pretrain` and
 * `model.compile`. Slots are kept by the variable's name.
 *
 * @see You et al., "Large batch training of convolutional networks", arXiv:1708.03888; the code of Zbontar et al., Barlow
 * Twins, arXiv:2103.03230 (class `LARS`), and lightly's `utils/lars.py`.
 * @example
 * ```ts
 * import { type Scalar, square, sub, variable, scalar } from '@tensorflow/tfjs-core';
 * import { cosineSchedule, LARS } from 'selfsup/training';
 * const x = variable(scalar(2));
 * const learningRate = cosineSchedule({ base: 0.1, steps: 20, warmup: 5 });
 * const optimizer = new LARS({ learningRate, weightDecay: 1e-6 });
 * for (let step = 0; step < 20; step++) optimizer.minimize(() => square(sub(x, 1)) as Scalar);
 * x.print();
 * optimizer.dispose();
 * ```
 */
export class LARS extends SlotOptimizer {
  /** Learning rate, or a function of the step; it may be set between steps. */
  learningRate: Schedule;
  private readonly options: Required<Omit<LARSOptions, 'learningRate' | 'learningRateScale'>>;
  private readonly scale: ((variable: Variable) => number) | undefined;

  /**
   * @param options - Learning rate, momentum, weight decay, convention and which variables are treated apart.
   * @throws RangeError if an option is out of range.
   */
  constructor(options: LARSOptions) {
    checkOptions(NAME, options, [
      'learningRate',
      'momentum',
      'weightDecay',
      'trustCoefficient',
      'convention',
      'noDecay',
      'noAdaptation',
      'learningRateScale',
      'epsilon',
      'dampening',
      'nesterov',
    ]);
    super(NAME, ['momentum']);
    const {
      learningRate,
      convention = 'barlow',
      momentum = 0.9,
      weightDecay = 1e-6,
      trustCoefficient = 1e-3,
    } = options;
    const { epsilon = 1e-8, dampening = 0, nesterov = false } = options;
    checkChoice(NAME, 'convention', convention, ['barlow', 'lightly']);
    const { noDecay = convention === 'barlow' ? 'rank1' : 'none' } = options;
    const { noAdaptation = noDecay } = options;
    valueAt(NAME, 'learningRate', learningRate, 0, 0);
    valueAt(NAME, 'momentum', momentum, 0, 0, 1);
    valueAt(NAME, 'weightDecay', weightDecay, 0, 0);
    checkNumbers(NAME, {
      trustCoefficient: [trustCoefficient, Number.MIN_VALUE],
      epsilon: [epsilon, Number.MIN_VALUE],
    });
    checkNumbers(NAME, { dampening: [dampening, 0, 1] });
    checkFilter(NAME, 'noDecay', noDecay);
    checkFilter(NAME, 'noAdaptation', noAdaptation);
    if (typeof nesterov !== 'boolean')
      throw new RangeError(`${NAME}: nesterov must be a boolean, got ${show(nesterov)}.`);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError(
        `${NAME}: nesterov must come with momentum and without dampening, got ${momentum}, ${dampening}.`,
      );
    }
    this.learningRate = learningRate;
    checkScale(NAME, options.learningRateScale);
    this.scale = options.learningRateScale;
    this.options = {
      momentum,
      weightDecay,
      trustCoefficient,
      convention,
      noDecay,
      noAdaptation,
      epsilon,
      dampening,
      nesterov,
    };
  }

  /** `'LARS'`, the name for tfjs's `serialization.registerClass`. */
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
    const { iterations, options } = this;
    const rate = valueAt(NAME, 'learningRate', this.learningRate, iterations, 0);
    const momentum = valueAt(NAME, 'momentum', options.momentum, iterations, 0, 1);
    const weightDecay = valueAt(NAME, 'weightDecay', options.weightDecay, iterations, 0);
    this.slots.apply(gradients, (variable, gradient, slots) => {
      const decay = picks(options.noDecay, variable) ? 0 : weightDecay;
      const adapts = !picks(options.noAdaptation, variable);
      const step = this[options.convention](variable, gradient, decay, adapts);
      const old = options.momentum === 0 ? undefined : slots?.[0];
      const fresh = old && options.dampening > 0 ? mul(step, 1 - options.dampening) : step;
      const buffer = old ? add(mul(old, momentum), fresh) : fresh;
      const moved = options.nesterov ? add(step, mul(buffer, momentum)) : buffer;
      const scale = this.scale ? valueAt(NAME, 'learningRateScale', this.scale(variable), iterations, 0) : 1;
      return { value: sub(variable, mul(moved, rate * scale)), slots: [buffer] };
    });
    this.incrementIterations();
  }

  /**
   * Options as plain data; of a function of the step, its value at this step.
   *
   * @returns What {@link LARS.fromConfig} takes.
   * @throws RangeError if variables are told apart by a function, which a config can't hold.
   */
  getConfig(): serialization.ConfigDict {
    const { noDecay, noAdaptation, momentum, weightDecay, ...rest } = this.options;
    const { iterations } = this;
    if (this.scale) throw new RangeError(`${NAME}.getConfig: learningRateScale must not be given, got a function.`);
    return {
      ...rest,
      learningRate: valueAt(NAME, 'learningRate', this.learningRate, iterations, 0),
      momentum: valueAt(NAME, 'momentum', momentum, iterations, 0, 1),
      weightDecay: valueAt(NAME, 'weightDecay', weightDecay, iterations, 0),
      noDecay: filterConfig(`${NAME}.getConfig`, 'noDecay', noDecay),
      noAdaptation: filterConfig(`${NAME}.getConfig`, 'noAdaptation', noAdaptation),
    };
  }

  private barlow(variable: Variable, gradient: Tensor, decay: number, adapts: boolean): Tensor {
    const d = decay === 0 ? gradient : add(gradient, mul(variable, decay));
    if (!adapts) return d;
    const [weight, length] = [rms(variable), rms(d)];
    const trust = div(mul(weight, this.options.trustCoefficient), length);
    return mul(d, where(greater(minimum(weight, length), 0), trust, 1));
  }

  private lightly(variable: Variable, gradient: Tensor, decay: number, adapts: boolean): Tensor {
    if (decay === 0) return gradient;
    if (!adapts) return add(gradient, mul(variable, decay));
    const { trustCoefficient, epsilon } = this.options;
    const [weight, length] = [rms(variable), rms(gradient)];
    const denominator = add(add(length, mul(weight, decay)), epsilon / Math.sqrt(variable.size));
    const nonzero = greater(minimum(weight, length), 0);
    const factor = where(nonzero, div(mul(weight, trustCoefficient), denominator), 1);
    return add(mul(gradient, factor), mul(variable, mul(factor, mul(cast(nonzero, 'float32'), decay))));
  }
}

/** Length over the root of the count: a ratio of two is one of lengths, and nothing overflows. */
function rms(x: Tensor): Scalar {
  return sqrt(mean<Scalar>(square(x)));
}
