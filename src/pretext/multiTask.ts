import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, type Seed, uniform } from '../random/index.js';
import { weightedIndex } from './weightedIndex.js';

/** Tasks by name, each with its options bound: data and a seed in, an object of tensors out, or a promise of one. */
// biome-ignore lint/suspicious/noExplicitAny: tasks of different data; MultiTaskData says what all of them take
export type NamedTasks = Readonly<Record<string, (data: any, seed: Seed) => object>>;

/** Data that every one of the tasks takes. */
export type MultiTaskData<Tasks extends NamedTasks> = [Tasks[keyof Tasks]] extends [
  (data: infer Data, seed: Seed) => object,
]
  ? Data
  : never;

/** What a batch of {@link multiTask} has beside its tensors. */
export interface TaskName<Name extends PropertyKey = string> {
  /** Which task it is of. */
  readonly name: Name;
}

/** The batch of one of the tasks with its name, or a promise of it; `batch.name` tells which. */
export type MultiTaskBatch<Tasks extends NamedTasks> = {
  [Name in keyof Tasks]: ReturnType<Tasks[Name]> extends Promise<infer Batch>
    ? Promise<TaskName<Name> & Batch>
    : TaskName<Name> & ReturnType<Tasks[Name]>;
}[keyof Tasks];

/** Options of {@link multiTask}. */
export interface MultiTaskOptions<Name extends PropertyKey = string> {
  /** How often each task comes, in proportion; numbers \>= 0, not all 0. @defaultValue 1 each */
  readonly weights?: Readonly<Partial<Record<Name, number>>>;
}

/** A task that is one of several, by the seed. */
export interface MultiTask<Tasks extends NamedTasks> {
  /** The batch of the task that the seed draws; the caller disposes its tensors. */
  (data: MultiTaskData<Tasks>, seed: Seed): MultiTaskBatch<Tasks>;
  /** Which task a seed draws; makes no batch. */
  choose(seed: Seed): keyof Tasks & string;
}

/**
 * Feeds one encoder from several tasks: each batch is of one task, which the seed draws, and comes with its name; the
 * training step puts that task's head on the encoder. With `foldIn(seed, step)` for the seed, as everywhere, the step decides, and a
 * resumed run goes on with the same tasks.
 *
 * One task a batch, not a sum of losses, so that tasks whose inputs differ in shape need no padding. Known shortcut: tasks
 * whose inputs look different (grey, cut in tiles, masked) let an encoder keep separate features for each. The paper
 * harmonises inputs, such as grey for all tasks if one needs it.
 *
 * @typeParam Tasks - The object of tasks.
 * @param tasks - Tasks by name; wrap one to bind its options.
 * @param options - How often each task comes.
 * @returns A task: data and a seed in, `{ name, ...batch }` out; a promise of it where the drawn task is asynchronous.
 * @throws RangeError if there is no task, or a weight is wrong.
 * @see Doersch and Zisserman, "Multi-task Self-Supervised Visual Learning", ICCV 2017, arXiv:1708.07860, sections 3 and 4; there each
 * machine works on one task and the gradients are summed.
 * @example
 * ```ts
 * import { randomUniform, type Rank, type Tensor5D } from '@tensorflow/tfjs-core';
 * import { arrowOfTimeTask, multiTask, playbackSpeedTask } from 'selfsup/pretext';
 * import { foldIn, type Seed } from 'selfsup/random';
 * const task = multiTask({
 *   arrow: (clips: Tensor5D, seed: Seed) => arrowOfTimeTask(clips, seed, { frames: 4 }),
 *   speed: (clips: Tensor5D, seed: Seed) => playbackSpeedTask(clips, seed, { speeds: [1, 2], frames: 4 }),
 * });
 * const clips = randomUniform<Rank.R5>([2, 8, 6, 6, 3]);
 * for (let step = 0; step < 4; step++) {
 *   const { name, inputs, labels } = task(clips, foldIn(7, step));
 *   console.log(name, inputs.shape, labels.shape); // heads[name] takes the encoder's features of inputs
 * }
 * ```
 */
export function multiTask<Tasks extends NamedTasks>(
  tasks: Tasks,
  options: MultiTaskOptions<keyof Tasks> = {},
): MultiTask<Tasks> {
  checkOptions('multiTask', options, ['weights']);
  const where = 'multiTask';
  const names = typeof tasks === 'object' && tasks !== null ? (Object.keys(tasks) as (keyof Tasks & string)[]) : [];
  if (names.length === 0)
    throw new RangeError(`${where}: tasks must be an object of at least one task, got ${show(tasks)}.`);
  for (const name of names) {
    if (typeof tasks[name] !== 'function') {
      throw new RangeError(`${where}: tasks.${name} must be a function, got ${show(tasks[name])}.`);
    }
  }
  const given: Readonly<Partial<Record<string, number>>> = options.weights ?? {};
  for (const [name, weight] of Object.entries(given)) {
    if (!names.includes(name)) {
      throw new RangeError(`${where}: weights must name tasks (${names.join(', ')}), got ${show(name)}.`);
    }
    checkNumbers(where, { [`weights.${name}`]: [weight as number, 0] });
  }
  const weights = names.map((name) => given[name] ?? 1);
  if (!weights.some((w) => w > 0)) throw new RangeError(`${where}: weights must not all be 0, got ${show(given)}.`);
  const choose = (seed: Seed): keyof Tasks & string =>
    names[weightedIndex(weights, uniform(foldIn(seed, 0)))] as keyof Tasks & string;
  const named = (name: string, batch: object): object => ({ name, ...batch });
  const run = (data: MultiTaskData<Tasks>, seed: Seed): object => {
    const name = choose(seed);
    const batch = (tasks[name] as (data: unknown, seed: Seed) => object)(data, foldIn(seed, 1));
    return batch instanceof Promise ? batch.then((result) => named(name, result)) : named(name, batch);
  };
  return Object.assign(run as (data: MultiTaskData<Tasks>, seed: Seed) => MultiTaskBatch<Tasks>, { choose });
}
