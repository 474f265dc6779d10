import { checkOptions } from '../internal/checkOptions.js';
import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

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
  /** After a step that others follow, when timers and the page have had their turn. */
  readonly onYield?: (epoch: number, batch: number, logs?: TrainingLogs) => unknown;
}

const NAMES = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onYield',
] as const;

/**
 * The callbacks as a list, checked: what begins with `on` is one of the known names, and a function. Anything else that an
 * object holds beside them is its own affair, unless it holds none of them.
 *
 * @throws RangeError
 */
export function checkCallbacks(where: string, callbacks: unknown): readonly TrainingCallbacks[] {
  const list = callbacks === undefined ? [] : Array.isArray(callbacks) ? callbacks : [callbacks];
  for (const [i, callback] of list.entries()) {
    const argument = Array.isArray(callbacks) ? `callbacks[${i}]` : 'callbacks';
    if (typeof callback !== 'object' || callback === null) {
      throw new RangeError(
        `${where}: ${argument} must be an object of functions such as onBatchEnd, got ${show(callback)}.`,
      );
    }
    const names = Object.keys(callback);
    const plain = [Object.prototype, null].includes(Object.getPrototypeOf(callback));
    const none = plain && !names.some((name) => (NAMES as readonly string[]).includes(name));
    const picked = names.filter((name) => none || /^on[A-Z]/i.test(name));
    checkOptions<TrainingCallbacks, typeof NAMES>(
      where,
      Object.fromEntries(picked.map((name) => [name, callback[name]])),
      NAMES,
      argument,
    );
    for (const name of NAMES) {
      const value: unknown = callback[name];
      if (value === undefined || typeof value === 'function') continue;
      throw new RangeError(`${where}: ${argument}.${name} must be a function, got ${show(value)}.`);
    }
  }
  return list as readonly TrainingCallbacks[];
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
