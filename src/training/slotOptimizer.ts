import { Optimizer, type serialization } from '@tensorflow/tfjs-core';
import type { State } from '../internal/state.js';
import { type NamedTensor, OptimizerSlots } from './optimizerSlots.js';
import { getOptimizerState, setOptimizerState } from './optimizerState.js';

/** A tfjs optimizer that keeps slots by the variable's name, saves and restores them. */
export abstract class SlotOptimizer extends Optimizer {
  /** Slots of the variables moved so far. @internal */
  protected readonly slots: OptimizerSlots;

  /**
   * @param name - Name of the class, for messages.
   * @param kinds - Names of a variable's slots.
   */
  constructor(
    private readonly name: string,
    kinds: readonly string[],
  ) {
    super();
    this.slots = new OptimizerSlots(name, kinds);
  }

  /**
   * Iterations and slots, for tfjs's `model.save`.
   *
   * @returns First a tensor that the caller disposes, then the slots themselves, which stay the optimizer's.
   * @throws Error after dispose().
   */
  override async getWeights(): Promise<NamedTensor[]> {
    return this.slots.weights(this.iterations);
  }

  /**
   * Takes over copies of what `getWeights` gave; the next step is the one that would have followed, to the bit.
   *
   * @param weights - Slots by name. Where none is that of a variable of the next step, they are taken in order.
   * @throws ShapeError if they are not those of this class, before anything changes; Error after dispose().
   */
  override async setWeights(weights: NamedTensor[]): Promise<void> {
    this.iterations_ = await this.slots.restore(weights);
  }

  /**
   * Reads everything back.
   *
   * @returns Iterations and slots as plain numbers.
   * @throws Error after dispose().
   */
  async getState(): Promise<State> {
    return getOptimizerState(this);
  }

  /**
   * Takes over what `getState` gave.
   *
   * @param state - State of the same class.
   * @throws ShapeError if it is of another class; Error after dispose().
   */
  async setState(state: State): Promise<void> {
    await setOptimizerState(this, state, { where: `${this.name}.setState` });
  }

  /**
   * An optimizer of a config.
   *
   * @param cls - This class.
   * @param config - What `getConfig` gave.
   * @returns A new optimizer without slots.
   */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { customObjects: _, ...options } = config; // tfjs-layers adds it when it opens a saved model
    return new cls(options);
  }

  /** Frees the slots. Safe to call twice; any other use afterwards throws. */
  override dispose(): void {
    this.slots.dispose();
  }
}
