/** Numbers of a step or an epoch. */
export type TrainingLogs = { readonly [name: string]: number };

/**
 * Callbacks of a training loop, as tfjs-layers' `CustomCallbackArgs`: what serves `model.fit` serves here too, such as what
 * tfjs-vis's `show.fitCallbacks` returns. A batch (a step, where gradients are accumulated) is counted within its epoch;
 * `logs` hold `loss`, `size` and the `step` since the start.
 */
export interface TrainingCallbacks {
  /** Before the first step. */
  readonly onTrainBegin?: (logs?: TrainingLogs) => unknown;
  /** After the last step, and after the last checkpoint. */
  readonly onTrainEnd?: (logs?: TrainingLogs) => unknown;
  /** Before the first batch of a pass over the data. */
  readonly onEpochBegin?: (epoch: number, logs?: TrainingLogs) => unknown;
  /** After a pass over the data, also one that was cut short; `loss` is the mean over its steps. */
  readonly onEpochEnd?: (epoch: number, logs?: TrainingLogs) => unknown;
  /** Before a step. */
  readonly onBatchBegin?: (batch: number, logs?: TrainingLogs) => unknown;
  /** After a step. */
  readonly onBatchEnd?: (batch: number, logs?: TrainingLogs) => unknown;
}

/** Calls one member of all callbacks, one after the other, and waits for each. */
export async function callAll<K extends keyof TrainingCallbacks>(
  callbacks: readonly TrainingCallbacks[],
  name: K,
  ...values: Parameters<NonNullable<TrainingCallbacks[K]>>
): Promise<void> {
  for (const callback of callbacks) {
    const call = callback[name] as ((...values: unknown[]) => unknown) | undefined;
    await call?.apply(callback, values);
  }
}
