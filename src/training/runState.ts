import type { Optimizer } from '@tensorflow/tfjs-core';
import type { CheckpointStore } from '../internal/checkpointStore.js';
import { RangeError } from '../internal/errors.js';
import { isArrayState, type State } from '../internal/state.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Method } from './method.js';
import { getOptimizerState, setOptimizerState } from './optimizerState.js';

/** How far a run has come. */
export interface RunState {
  step: number;
  loss: number[];
  seconds: number;
  images: number;
}

/** Everything that a checkpoint of {@link pretrain} covers. */
interface Run {
  // The batch of a method does not matter to its state.
  readonly method: Pick<Method<never, unknown>, 'getState' | 'setState' | 'variables'>;
  readonly optimizer: Optimizer;
  readonly seed: Seed;
  /** Batches of a step: what the position counts in. */
  readonly accumulate: number;
  readonly run: RunState;
}

const FORMAT = 'selfsup-pretrain-1';

/** Keeps method, optimizer, losses and position. Throws rather than keep weights that are not finite. */
export async function saveRun(
  store: CheckpointStore,
  { method, optimizer, seed, accumulate, run }: Run,
): Promise<void> {
  const state: State = {
    format: FORMAT,
    seed: { ...randomKey(seed) },
    step: run.step,
    accumulate,
    seconds: run.seconds,
    images: run.images,
    loss: { dtype: 'float32', shape: [run.loss.length], data: Float32Array.from(run.loss) },
    method: await method.getState(),
    optimizer: await getOptimizerState(optimizer, method.variables),
  };
  if (!allFinite(state)) {
    throw new Error(
      `pretrain: weights are not finite after step ${run.step - 1}; no checkpoint was written, the last one is kept.`,
    );
  }
  await store.save(state);
}

/** Goes on from a kept state, if there is one. */
export async function loadRun(
  store: CheckpointStore,
  { method, optimizer, seed, accumulate, run }: Run,
): Promise<void> {
  const state = await store.load();
  if (state === null) return;
  if (state.format !== FORMAT)
    throw new RangeError(`pretrain: checkpoint must have format '${FORMAT}', got ${JSON.stringify(state.format)}.`);
  const { high, low } = randomKey(seed);
  const kept = state.seed as { high: number; low: number };
  if (kept.high !== high || kept.low !== low) {
    throw new RangeError(
      `pretrain: seed must be that of the checkpoint, ${JSON.stringify(kept)}, got ${JSON.stringify({ high, low })}.`,
    );
  }
  const before = (state.accumulate ?? 1) as number;
  if (before !== accumulate) {
    throw new RangeError(`pretrain: accumulate must be that of the checkpoint, ${before}, got ${accumulate}.`);
  }
  await method.setState(state.method as State);
  await setOptimizerState(optimizer, state.optimizer, { variables: method.variables });
  run.step = state.step as number;
  run.seconds = state.seconds as number;
  run.images = state.images as number;
  if (isArrayState(state.loss)) run.loss = Array.from(state.loss.data);
}

function allFinite(value: unknown): boolean {
  if (isArrayState(value)) return value.data instanceof Float32Array ? value.data.every(Number.isFinite) : true;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'object' && value !== null ? Object.values(value).every(allFinite) : true;
}
