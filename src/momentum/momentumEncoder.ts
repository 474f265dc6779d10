import { clone, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkModel } from '../internal/checkModel.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers, checkTensor } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { type Schedule, valueAt } from '../internal/schedule.js';
import { type ArrayState, checkState, fromArrayState, type State, toArrayState } from '../internal/state.js';
import { withGradient } from '../internal/withGradient.js';
import { checkSameWeights, copyModel, type ModelCopy, type WeightPair } from './copyModel.js';
import { ema } from './ema.js';

/** Options of {@link MomentumEncoder}. */
export interface MomentumEncoderOptions {
  /**
   * Weight of the past in [0, 1], or a function of the step (the number of updates so far), such as `momentumSchedule`.
   * @defaultValue 0.996, as in BYOL and DINO; MoCo has 0.999
   */
  readonly momentum?: Schedule;
  /**
   * What becomes of weights that no optimizer moves, the moving mean and variance of batch normalisation above all
   * (lightly's and solo-learn's momentum update forgets them, so that they stay those of the first step):
   *
   * - `'own'`: the copy's layers keep their own, from the batches that `apply` sees in training mode. As the authors of MoCo
   *   and BYOL do.
   * - `'ema'`: they follow by the same moving average as the parameters (EMAN, arXiv:2101.08482); use it with
   *   `apply(x, { training: false })`.
   * - `'copy'`: each update takes over the model's.
   *
   * @defaultValue 'own'
   */
  readonly statistics?: 'own' | 'ema' | 'copy';
}

/** Options of {@link MomentumEncoder.apply}. */
export interface ApplyOptions {
  /**
   * Whether batch normalisation uses the statistics of this batch, and moves its own, as the authors' momentum encoders do;
   * false: uses the stored ones, and dropout is off. @defaultValue true
   */
  readonly training?: boolean;
}

/**
 * A copy of a model that follows it slowly: after each step, θk ← m θk + (1 − m) θq. No gradient reaches it, and its weights
 * are not trainable, so that neither `variableGrads` nor `optimizer.minimize` finds them.
 *
 * @see He et al., "Momentum Contrast", CVPR 2020, arXiv:1911.05722, section 3.2; Grill et al., BYOL, NeurIPS 2020,
 * arXiv:2006.07733, equation 1.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { MomentumEncoder } from 'selfsup/momentum';
 * const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [8] })] });
 * const teacher = new MomentumEncoder(model, { momentum: 0.99 });
 * teacher.apply(randomNormal([2, 8])).print(); // targets of this step
 * teacher.update(); // after the optimizer has moved the model
 * teacher.dispose();
 * ```
 */
export class MomentumEncoder {
  private readonly copy: ModelCopy;
  private readonly source: LayersModel;
  private readonly momentum: Schedule;
  private readonly statistics: 'own' | 'ema' | 'copy';
  private step = 0;
  private disposed = false;

  /**
   * @param model - What to follow; it knows its input shape and has one output. It stays the caller's and must outlive this
   * encoder. Layer classes that tfjs does not know by name yet are registered with it.
   * @param options - Momentum, and what becomes of batch-norm statistics.
   * @throws ShapeError if the model has no input shape or several outputs; RangeError if an option is out of range.
   */
  constructor(model: LayersModel, options: MomentumEncoderOptions = {}) {
    const names = ['momentum', 'statistics'] as const;
    const { momentum = 0.996, statistics = 'own' } = checkOptions('MomentumEncoder', options, names);
    checkModel('MomentumEncoder', 'model', model);
    checkChoice('MomentumEncoder', 'statistics', statistics, ['own', 'ema', 'copy']);
    valueAt('MomentumEncoder', 'momentum', momentum, 0, 0, 1);
    this.momentum = momentum;
    this.statistics = statistics;
    this.copy = copyModel('MomentumEncoder', model);
    this.source = model;
  }

  /** The copy, to be saved or probed. It stays this encoder's: `dispose` frees it. */
  get model(): LayersModel {
    this.checkAlive();
    return this.copy.model;
  }

  /**
   * Moves the copy towards the model. Call it once a step.
   *
   * @param momentum - In [0, 1], for this update in place of the one given at the start.
   * @throws RangeError if the momentum is outside [0, 1]; ShapeError if the model has got or lost layers since; Error after
   * dispose() or once the model was disposed. Then nothing has changed.
   */
  update(momentum?: number): void {
    this.checkAlive();
    const where = 'MomentumEncoder.update';
    const m = momentum ?? valueAt(where, 'momentum', this.momentum, this.step, 0, 1);
    checkNumbers(where, { momentum: [m, 0, 1] });
    const { parameters, statistics } = this.copy;
    if ([...parameters, ...statistics].some(({ source }) => source.isDisposed)) {
      throw new Error(`${where}: the model that it follows was disposed.`);
    }
    checkSameWeights(where, this.source, this.copy);
    follow(parameters, m);
    if (this.statistics !== 'own') follow(statistics, this.statistics === 'copy' ? 0 : m);
    this.step += 1;
  }

  /**
   * Output of the copy. No gradient flows through it, into the weights or into x.
   *
   * @param x - What the model takes.
   * @param options - Whether batch normalisation uses the statistics of this batch.
   * @returns What the model returns; the caller disposes it.
   * @throws Error after dispose(); tfjs's own errors if x does not fit the model.
   */
  apply(x: Tensor | Tensor[], options: ApplyOptions = {}): Tensor {
    this.checkAlive();
    const where = 'MomentumEncoder.apply';
    const { training = true } = checkOptions(where, options, ['training']);
    const inputs = Array.isArray(x) ? x : [x];
    for (const [i, input] of inputs.entries()) checkTensor(where, Array.isArray(x) ? `x[${i}]` : 'x', input);
    return tidy(() =>
      withGradient<Tensor>(inputs, (save) => {
        save(inputs);
        return {
          value: clone(this.copy.model.apply(x, { training }) as Tensor),
          gradient: (_, saved) => saved.map((input) => zerosLike(input)),
        };
      }),
    );
  }

  /**
   * Reads everything back.
   *
   * @returns `{step, parameters, statistics}`, the last two lists of arrays in the order of the layers.
   * @throws Error after dispose().
   */
  async getState(): Promise<State> {
    this.checkAlive();
    const { step } = this;
    const read = (pairs: readonly WeightPair[]): Tensor[] => pairs.map(({ target }) => clone(target)); // of one moment
    const [parameters, statistics] = [read(this.copy.parameters), read(this.copy.statistics)];
    const state = {
      step,
      parameters: await Promise.all(parameters.map(toArrayState)),
      statistics: await Promise.all(statistics.map(toArrayState)),
    };
    for (const tensor of [...parameters, ...statistics]) tensor.dispose();
    return state;
  }

  /**
   * Takes over what `getState` gave.
   *
   * @param state - State of an encoder of the same architecture.
   * @throws ShapeError if it comes from another architecture; then nothing has changed. Error after dispose().
   */
  async setState(state: State): Promise<void> {
    this.checkAlive();
    const where = 'MomentumEncoder.setState';
    checkState(where, 'state', state);
    checkIntegers(where, { step: [state.step as number, 0] });
    tidy(() => {
      const writes = (['parameters', 'statistics'] as const).flatMap((name) => {
        const [pairs, arrays] = [this.copy[name], state[name]];
        if (!Array.isArray(arrays) || arrays.length !== pairs.length) {
          const got = Array.isArray(arrays) ? arrays.length : 'none';
          throw new ShapeError(`${where}: ${name} must be a list of ${pairs.length} arrays, got ${got}.`);
        }
        return pairs.map(({ target }, i) => {
          const value = fromArrayState(
            where,
            `${name}[${i}]`,
            arrays[i],
            target.shape,
            target.dtype as ArrayState['dtype'],
          );
          return () => target.assign(value);
        });
      });
      for (const write of writes) write();
    });
    this.step = state.step as number;
  }

  /** Frees the copy. Safe to call twice; any other use afterwards throws. The model that it follows stays. */
  dispose(): void {
    if (!this.disposed) this.copy.model.dispose();
    this.disposed = true;
  }

  private checkAlive(): void {
    if (this.disposed) throw new Error('MomentumEncoder: used after dispose().');
  }
}

function follow(pairs: readonly WeightPair[], momentum: number): void {
  const targets = pairs.map(({ target }) => target);
  ema(
    targets,
    pairs.map(({ source }) => source),
    momentum,
  );
}
