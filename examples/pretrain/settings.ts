import { resolve } from 'node:path';
import { Failure } from './failure.js';
import { type BackendName, backendNames, type Given, type MethodName, methodNames } from './options.js';

/** All that decides what a run computes; kept in its checkpoint, so that `--resume` goes on with the same. */
export interface Settings {
  /** Absolute path of the data; null: rendered scenes. */
  readonly data: string | null;
  readonly method: MethodName;
  readonly backend: BackendName;
  /** Steps to train; null: until the time is up. */
  readonly steps: number | null;
  /** Minutes to train; null: until the steps are done. */
  readonly minutes: number | null;
  readonly batch: number;
  readonly size: number;
  readonly seed: number;
  /** Peak learning rate; null: the recipe's. */
  readonly learningRate: number | null;
}

/** What a run does without options: 180 steps where the machine is fast enough, two minutes where it is not. */
const defaults: Settings = {
  data: null,
  method: 'simclr',
  backend: 'auto',
  steps: 180,
  minutes: 2,
  batch: 64,
  size: 32,
  seed: 0,
  learningRate: null,
};

/** The settings of a fresh run. */
export function freshSettings(given: Given): Settings {
  return { ...defaults, ...durationOf(given), ...normalise(given) };
}

/** The settings of an interrupted run; what the command line says besides must be the same. */
export function resumedSettings(saved: Settings, given: Given): Settings {
  const asked = { ...durationOf(given), ...normalise(given) };
  for (const [name, value] of Object.entries(asked)) {
    const before = saved[name as keyof Settings];
    if (name === 'backend' && value === 'auto') continue;
    if (value !== before) {
      const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw new Failure(`--resume: the interrupted run has ${option} ${before ?? 'unset'}, got ${value ?? 'unset'}`);
    }
  }
  return saved;
}

/** Either of the two options unsets the other's default. */
function durationOf({ steps, minutes }: Given): Partial<Pick<Settings, 'steps' | 'minutes'>> {
  return steps === undefined && minutes === undefined ? {} : { steps: steps ?? null, minutes: minutes ?? null };
}

function normalise(given: Given): Partial<Settings> {
  const { data, ...others } = given;
  const set = Object.entries({ ...others, ...(data === undefined ? {} : { data: resolve(data) }) });
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

/** Whether something read from a file are settings: each of its kind. */
export function isSettings(value: unknown): value is Settings {
  if (typeof value !== 'object' || value === null) return false;
  const { data, method, backend, steps, minutes, batch, size, seed, learningRate } = value as Record<string, unknown>;
  const positive = (x: unknown): boolean => typeof x === 'number' && x > 0 && x < Number.POSITIVE_INFINITY;
  return (
    (data === null || typeof data === 'string') &&
    (methodNames as readonly unknown[]).includes(method) &&
    (backendNames as readonly unknown[]).includes(backend) &&
    [steps, minutes, learningRate].every((x) => x === null || positive(x)) &&
    (steps !== null || minutes !== null) &&
    [batch, size].every((x) => positive(x) && Number.isInteger(x)) &&
    Number.isSafeInteger(seed)
  );
}
