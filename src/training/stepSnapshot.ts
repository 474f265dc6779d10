import { clone, dispose, engine, keep, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';

/**
 * The variables that no gradient moves (moving statistics of batch normalisation, momentum encoders) as they are before a
 * step, since a forward pass may move them. Nothing is copied: a clone holds on to values that would be freed otherwise.
 */
export class StepSnapshot {
  private readonly held: readonly (readonly [Variable, Tensor])[];

  constructor() {
    this.held = tidy(() =>
      Object.values(engine().registeredVariables)
        .filter(({ trainable, isDisposed }) => !trainable && !isDisposed)
        .map((variable) => [variable, keep(clone(variable))] as const),
    );
  }

  /** Puts back what has changed. */
  restore(): void {
    for (const [variable, before] of this.held) {
      if (!variable.isDisposed && variable.dataId !== before.dataId) variable.assign(before);
    }
  }

  /** Lets go of the values. */
  dispose(): void {
    dispose(this.held.map(([, before]) => before));
  }
}
