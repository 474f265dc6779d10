import type { Optimizer } from '@tensorflow/tfjs-core';
import { checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { type ArrayState, checkArrayState, checkState, firstNonFinite, type State } from '../internal/state.js';
import { randomKey, type Seed } from '../random/index.js';
import type { Method } from './method.js';
import { checkOptimizerFits, getOptimizerState, setOptimizerState } from './optimizerState.js';

/** How far a run has come. */
export interface RunState {
  step: number;
  loss: number[];
  seconds: number;
  images: number;
}

/** What a checkpoint holds. */
export interface SavedRun extends RunState {
  /** Fingerprint of the source; null where it was not known. */
  readonly source: string | null;
  readonly method: State;
  readonly optimizer: State;
}

/** What a run consists of, beside its position. */
export interface RunParts {
  // The batch of a method does not matter to its state.
  readonly method: Pick<Method<never, unknown>, 'getState' | 'setState' | 'variables'>;
  readonly optimizer: Optimizer;
  readonly seed: Seed;
  /** Batches of a step: what the position counts in. */
  readonly accumulate: number;
}

const FORMAT = 'selfsup-pretrain-2';
/** Kept losses as float32, and no fingerprint. */
const FORMAT_BEFORE = 'selfsup-pretrain-1';

/** All of a run as a state. */
export async function encodeRun(parts: RunParts, run: RunState, source: string | null): Promise<State> {
  const { method, optimizer, seed, accumulate } = parts;
  return {
    format: FORMAT,
    seed: { ...randomKey(seed) },
    step: run.step,
    accumulate,
    seconds: run.seconds,
    images: run.images,
    loss: float64State(run.loss),
    source,
    method: await method.getState(),
    optimizer: await getOptimizerState(optimizer, method.variables),
  };
}

/**
 * What a stored state says, checked in full against the run that is to be resumed from it; nothing is changed yet.
 *
 * @throws RangeError or ShapeError, in one line
 */
export function decodeRun(state: unknown, { method, optimizer, seed, accumulate }: RunParts): SavedRun {
  checkState('pretrain', 'checkpoint', state);
  const { format } = state;
  if (format !== FORMAT && format !== FORMAT_BEFORE) {
    throw new RangeError(`pretrain: checkpoint must have format '${FORMAT}', got ${show(format)}.`);
  }
  checkSeed(state.seed, seed);
  const before = (format === FORMAT_BEFORE ? (state.accumulate ?? 1) : state.accumulate) as number;
  const [step, seconds, images] = [state.step, state.seconds, state.images] as number[];
  checkIntegers('pretrain', {
    'checkpoint.accumulate': [before, 1],
    'checkpoint.step': [step as number, 0],
    'checkpoint.images': [images as number, 0],
  });
  checkNumbers('pretrain', { 'checkpoint.seconds': [seconds as number, 0] });
  if (before !== accumulate) {
    throw new RangeError(`pretrain: accumulate must be that of the checkpoint, ${before}, got ${accumulate}.`);
  }
  const source = format === FORMAT_BEFORE ? null : state.source;
  if (source !== null && typeof source !== 'string') {
    throw new RangeError(`pretrain: checkpoint.source must be a text or null, got ${show(source)}.`);
  }
  const loss = losses(state.loss, step as number, format === FORMAT);
  checkState('pretrain', 'checkpoint.method', state.method);
  checkState('pretrain', 'checkpoint.optimizer', state.optimizer);
  for (const name of ['method', 'optimizer'] as const) {
    const bad = firstNonFinite(state[name], `checkpoint.${name}`);
    if (bad !== undefined) throw new RangeError(`pretrain: ${bad} must be finite, got NaN or an infinity.`);
  }
  checkOptimizerFits(optimizer, state.optimizer, { variables: method.variables });
  const { method: methodState, optimizer: optimizerState } = state;
  return {
    step: step as number,
    loss,
    seconds: seconds as number,
    images: images as number,
    source,
    method: methodState,
    optimizer: optimizerState,
  };
}

/** Puts method and optimizer back. Where that fails, both are as they were before. */
export async function restoreRun(saved: SavedRun, { method, optimizer }: RunParts): Promise<void> {
  const { variables } = method;
  const [methodBefore, optimizerBefore] = [await method.getState(), await getOptimizerState(optimizer, variables)];
  try {
    await method.setState(saved.method);
    await setOptimizerState(optimizer, saved.optimizer, { variables });
  } catch (error) {
    await method.setState(methodBefore);
    await setOptimizerState(optimizer, optimizerBefore, { variables });
    if (!(error instanceof TypeError)) throw error;
    throw new ShapeError(`pretrain: checkpoint.method must be a state of the method: ${error.message}`, {
      cause: error,
    });
  }
}

function checkSeed(kept: unknown, seed: Seed): void {
  checkState('pretrain', 'checkpoint.seed', kept);
  const { high, low } = randomKey(seed);
  const word = 2 ** 32 - 1;
  const [keptHigh, keptLow] = [kept.high as number, kept.low as number];
  checkIntegers('pretrain', {
    'checkpoint.seed.high': [keptHigh, -word, word],
    'checkpoint.seed.low': [keptLow, -word, word],
  });
  if (keptHigh === high && keptLow === low) return;
  throw new RangeError(`pretrain: seed must be that of the checkpoint, ${show(kept)}, got ${show({ high, low })}.`);
}

/** Numbers in double precision, as the bits of two int32 each: arrays of a state have no float64. */
function float64State(values: readonly number[]): ArrayState {
  const data = new Int32Array(Float64Array.from(values).buffer);
  return { dtype: 'int32', shape: [values.length, 2], data };
}

function losses(value: unknown, step: number, double: boolean): number[] {
  if (double) checkArrayState('pretrain', 'checkpoint.loss', value, [step, 2], 'int32');
  else checkArrayState('pretrain', 'checkpoint.loss', value, [step], 'float32');
  const { data } = value as ArrayState;
  const loss = Array.from(double ? new Float64Array(data.slice().buffer) : data);
  if (loss.every(Number.isFinite)) return loss;
  throw new RangeError('pretrain: checkpoint.loss must be finite, got NaN or an infinity.');
}
