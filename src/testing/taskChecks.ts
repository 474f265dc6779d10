import type { Tensor } from '@tensorflow/tfjs-core';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { Broken, threw } from './broken.js';
import { checkCall, checkPure } from './callChecks.js';
import { checkRange, checkSame } from './compare.js';
import { type Observed, type Output, observe } from './observe.js';
import { type Law, TAKES } from './runLaws.js';
import { firstEntries, type TensorData } from './tensorData.js';

/** How an output with several rows per entry orders them. */
export type TaskRows = 'grouped' | 'interleaved';

/** What a task claims; see the options of taskLaws. */
export interface TaskClaims {
  readonly classes: number | undefined;
  readonly labels: string;
  readonly batchIndependent: boolean;
  readonly rows: TaskRows;
  readonly shared: readonly string[];
  readonly tolerance: number;
}

/** One batch with a seed, and what the task makes of it, computed once. */
export interface TaskSubject {
  readonly x: TensorData;
  readonly seed: Seed;
  /** Says which smaller batch the outputs are compared with. */
  readonly part: number;
  first(): Promise<Observed>;
}

type AnyTask<X extends Tensor> = (x: X, seed: Seed) => unknown;

/** A subject whose outputs are computed when a law first asks for them. */
export function taskSubject<X extends Tensor>(task: AnyTask<X>, x: TensorData, seed: Seed, part: number): TaskSubject {
  let once: Promise<Observed> | undefined;
  const first = (): Promise<Observed> => {
    once ??= observe<[X]>([x], (tensor) => task(tensor, seed)).catch((error) => {
      throw threw('it', error, TAKES);
    });
    return once;
  };
  return { x, seed, part, first };
}

/** The laws of tasks, in the order in which they build on each other. */
export function taskChecks<X extends Tensor>(task: AnyTask<X>, claims: TaskClaims): Law<TaskSubject>[] {
  const { classes, labels, shared } = claims;
  const laws: Law<TaskSubject>[] = [
    {
      name: TAKES,
      check: async ({ first }) => {
        const { outputs, result } = await first();
        const wrong = outputs.length === 0 ? String(result) : outputs[0]?.path === '' ? 'a lone tensor' : null;
        if (wrong !== null) throw new Broken('an object of tensors', wrong);
      },
    },
    ...checkCall<TaskSubject>(({ first }) => first()),
    {
      name: 'is finite',
      check: async ({ first }) => {
        for (const output of (await first()).outputs) checkRange(output.path, output, null);
      },
    },
    ...(classes === undefined ? [] : [labelLaw(labels, classes)]),
    checkPure(({ first }) => first()),
    {
      name: 'the seed decides',
      check: async ({ x, seed, first }) => {
        await observe<[X]>([x], (tensor) => task(tensor, foldIn(seed, 1)));
        const again = await observe<[X]>([x], (tensor) => task(tensor, randomKey(seed)));
        for (const [output, expected] of paired(again, await first())) {
          checkSame(`${output.path} to be the same after other draws`, output, expected);
        }
      },
    },
    {
      name: 'outputs have rows for every entry of the batch',
      check: async ({ x, first }) => {
        const [batch = 1] = x.shape;
        for (const { path, shape } of (await first()).outputs) {
          const [count = 0] = shape;
          if (shared.includes(path) || (count > 0 && count % batch === 0)) continue;
          throw new Broken(
            `${path} to have a multiple of ${batch} rows, or to be named in shared`,
            `[${shape.join(', ')}]`,
          );
        }
      },
    },
  ];
  return claims.batchIndependent ? [...laws, batchLaw(task, claims)] : laws;
}

function labelLaw(path: string, classes: number): Law<TaskSubject> {
  return {
    name: 'labels are int32 in [0, classes)',
    check: async ({ first }) => {
      const { outputs } = await first();
      const found = outputs.find((output) => output.path === path);
      if (found === undefined) throw new Broken(`an output ${path}`, outputs.map((output) => output.path).join(', '));
      if (found.dtype !== 'int32') throw new Broken(`${path} of dtype int32`, found.dtype);
      const wrong = Array.from(found.data).find((label) => !(label >= 0 && label < classes));
      if (wrong !== undefined) throw new Broken(`${path} to hold integers from 0 to ${classes - 1}`, String(wrong));
    },
  };
}

function batchLaw<X extends Tensor>(task: AnyTask<X>, { rows, shared, tolerance }: TaskClaims): Law<TaskSubject> {
  return {
    name: 'entry i does not depend on the size of the batch',
    check: async ({ x, seed, part, first }) => {
      const [batch = 1] = x.shape;
      if (batch === 1) return;
      const count = 1 + (part % (batch - 1));
      const fewer = await observe<[X]>([firstEntries(x, count)], (tensor) => task(tensor, seed));
      for (const [output, expected] of paired(await first(), fewer)) {
        if (shared.includes(output.path)) continue;
        const what = `${output.path} of the first ${count} of ${batch} entries as in a batch of ${count}`;
        checkSame(what, rowsOf(output, batch, count, rows), expected, tolerance);
      }
    },
  };
}

/** Outputs of two calls with the same paths. */
function paired(actual: Observed, expected: Observed): [Output, Output][] {
  const paths = (observed: Observed): string => observed.outputs.map(({ path }) => path).join(', ');
  if (paths(actual) !== paths(expected)) throw new Broken(`outputs ${paths(expected)}`, paths(actual));
  return actual.outputs.map((output, i) => [output, expected.outputs[i] as Output]);
}

/** The rows of the first entries. */
function rowsOf({ path, shape, dtype, data }: Output, batch: number, count: number, rows: TaskRows): Output {
  const [total = 1, ...rest] = shape;
  const size = data.length / total;
  const perEntry = total / batch;
  const picked = Array.from({ length: total }, (_, row) => row).filter(
    (row) => (rows === 'grouped' ? row % batch : Math.floor(row / perEntry)) < count,
  );
  const values = picked.flatMap((row) => Array.from(data.subarray(row * size, (row + 1) * size)));
  return { path, shape: [picked.length, ...rest], dtype, data: Float32Array.from(values) };
}
