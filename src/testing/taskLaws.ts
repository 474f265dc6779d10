import type { Tensor } from '@tensorflow/tfjs-core';
import { nat, tuple } from 'fast-check';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFlags, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import { type LawRuns, runLaws } from './runLaws.js';
import { seeds } from './seeds.js';
import { type TaskRows, taskChecks, taskSubject } from './taskChecks.js';
import { describeData } from './tensorData.js';
import { type LawInputs, lawInputs } from './transformLaws.js';

/** A pretext task: a batch and a seed in, an object of tensors out, or a promise of one. */
export type Task<X extends Tensor = Tensor> = (x: X, seed: Seed) => object | Promise<object>;

/** Options of {@link taskLaws}: what to try, and what the task claims. */
export interface TaskLawsOptions extends LawInputs, LawRuns {
  /** Number of classes: `labels` must be int32 in [0, classes). An integer \>= 1. @defaultValue no labels are checked */
  readonly classes?: number;
  /** Path of the labels in the result, such as `'labels'` or `'targets.angle'`. @defaultValue 'labels' */
  readonly labels?: string;
  /** Whether the rows of entry i are the same whatever the size of the batch. @defaultValue true */
  readonly batchIndependent?: boolean;
  /**
   * Where an output has k rows per entry of the batch, which are those of entry i: `'grouped'`, rows i, batch + i, ...
   * (the whole batch once, then again); or `'interleaved'`, rows k i to k i + k - 1. @defaultValue 'grouped'
   */
  readonly rows?: TaskRows;
  /** Paths of outputs that belong to the batch as a whole. @defaultValue none */
  readonly shared?: readonly string[];
  /** How far apart an entry may come out in batches of two sizes, \>= 0. @defaultValue 2e-6 */
  readonly tolerance?: number;
}

/**
 * Checks that a pretext task keeps the laws of tasks, on any backend and under any test runner:
 *
 * - it takes its input, leaves it alone, and leaves no tensor behind but those of the object that it returns;
 * - labels are int32 within [0, classes), where `classes` says so; all other numbers are finite;
 * - it does not call `Math.random`; the seed decides: the same outputs later, from the number or its key;
 * - every output that is not `shared` has a whole number of rows per entry of the batch, and those of entry i do not depend on
 *   the size of the batch.
 *
 * @param task - The task. Bind its options in a function of your own.
 * @param options - What to try, and what the task claims.
 * @returns Nothing; the promise is rejected where a law is broken.
 * @throws Error that names the law, what was expected and got, the shrunk counterexample and how to replay it;
 * RangeError if an option is out of range.
 * @example
 * ```ts
 * import { clone, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
 * import { foldIn, integers, type Seed } from 'selfsup/random';
 * import { taskLaws } from 'selfsup/testing';
 *
 * const coinTask = (x: Tensor, seed: Seed) => {
 *   const labels = Array.from({ length: x.shape[0] ?? 0 }, (_, i) => integers(foldIn(seed, i), { max: 2 }));
 *   return tidy(() => ({ inputs: clone(x), labels: tensor1d(labels, 'int32') }));
 * };
 * await taskLaws(coinTask, { classes: 2, numRuns: 5 });
 * ```
 */
export async function taskLaws<X extends Tensor = Tensor>(task: Task<X>, options: TaskLawsOptions = {}): Promise<void> {
  if (typeof task !== 'function') throw new RangeError(`taskLaws: task must be a function, got ${show(task)}.`);
  const where = `taskLaws(${task.name || 'task'})`;
  const {
    classes,
    labels = 'labels',
    batchIndependent = true,
    rows = 'grouped',
    shared = [],
    tolerance = 2e-6,
  } = checkOptions('taskLaws', options, [
    'classes',
    'labels',
    'batchIndependent',
    'rows',
    'shared',
    'tolerance',
    'shapes',
    'channels',
    'inputs',
    'seeds',
    'numRuns',
    'seed',
    'path',
  ]);
  checkFlags('taskLaws', { batchIndependent });
  if (classes !== undefined) checkIntegers(where, { classes: [classes, 1] });
  checkNumbers(where, { tolerance: [tolerance, 0] });
  checkChoice(where, 'rows', rows, ['grouped', 'interleaved']);
  const inputs = lawInputs(where, options);
  await runLaws(
    {
      where,
      subjects: tuple(inputs, options.seeds ?? seeds(), nat(9)).map(([x, seed, part]) =>
        taskSubject(task, x, seed, part),
      ),
      laws: taskChecks(task, { classes, labels, batchIndependent, rows, shared, tolerance }),
      describe: ({ x, seed }) => `${describeData(x)}; seed of the task ${show(seed)}`,
    },
    options,
  );
}
