import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import {
  clone,
  concat,
  fill,
  log,
  memory,
  mul,
  reverse,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldIn, integers, type Seed } from '../../src/random/index.js';
import { clips, type Task, type TaskLawsOptions, taskLaws } from '../../src/testing/index.js';
import { useBackend } from '../helpers/backend.js';
import { column, messageOf } from './support.js';

beforeAll(() => useBackend('cpu'));

const drawn = (x: Tensor, seed: Seed, max = 4): number[] =>
  Array.from({ length: x.shape[0] as number }, (_, i) => integers(foldIn(seed, i), { max }));
const int = (values: number[]): Tensor => tensor1d(values, 'int32');

/** Dims every image by one of four steps and asks which. */
const dimTask = (x: Tensor, seed: Seed): { inputs: Tensor; labels: Tensor } =>
  tidy(() => {
    const steps = drawn(x, seed);
    const factors = column(
      steps.map((step) => 1 - step / 8),
      x.rank,
    );
    return { inputs: mul(x, factors), labels: int(steps) };
  });
/** The whole batch, then the whole batch upside down. */
const bothWays: Task = (x) =>
  tidy(() => {
    const batch = x.shape[0] as number;
    return { inputs: concat([x, reverse(x, 1)]), labels: int(new Array(2 * batch).fill(0).fill(1, batch)) };
  });
let calls = 0;

/** A task, what its failure must say, and options. */
type Row = readonly [string, Task, readonly (string | RegExp)[], TaskLawsOptions?];

const broken: readonly Row[] = [
  [
    'has a label too many',
    (x, seed) => tidy(() => ({ inputs: clone(x), labels: int(drawn(x, seed, 5)) })),
    [
      'taskLaws(task): broken law: labels are int32 in [0, classes)',
      'expected: labels to hold integers from 0 to 3',
      'got: 4',
      /shrunk \d+ times: \[1, 1, 1, 1\] 'zeros', seed 0: 0; seed of the task \d+/,
    ],
  ],
  [
    'has negative labels',
    (x) => tidy(() => ({ labels: int(new Array(x.shape[0]).fill(-1)) })),
    ['got: -1', '[1, 1, 1, 1]'],
  ],
  [
    'has float labels',
    (x) => tidy(() => ({ labels: zeros([x.shape[0] as number]) })),
    ['expected: labels of dtype int32', 'got: float32'],
  ],
  ['has no labels', (x) => ({ inputs: clone(x) }), ['expected: an output labels', 'got: inputs']],
  [
    'hides its labels',
    (x, seed) => ({ ...dimTask(x, seed) }),
    ['expected: an output targets.step', 'got: inputs, labels'],
    { labels: 'targets.step' },
  ],
  [
    'gives NaN',
    (x, seed) => tidy(() => ({ ...dimTask(x, seed), targets: log(mul(x, -1)) })),
    ['is finite', 'targets to hold finite numbers'],
  ],
  [
    'leaks',
    (x, seed) => {
      mul(x, 2);
      return dimTask(x, seed);
    },
    [
      'leaves no tensor behind',
      'expected: live tensors to grow by 2, those returned',
      'got: 3 more',
      "[1, 1, 1, 1] 'zeros'",
    ],
  ],
  [
    'leaks after a pause',
    async (x, seed) => {
      await Promise.resolve();
      mul(x, 2);
      return dimTask(x, seed);
    },
    ['leaves no tensor behind', 'got: 3 more'],
  ],
  [
    'hands its input on',
    (x, seed) => ({ ...dimTask(x, seed), inputs: x }),
    ['leaves its input alone', 'got: the input itself was returned'],
  ],
  [
    'calls Math.random',
    (x) => tidy(() => ({ labels: int([...drawn(x, 0)].fill(Math.floor(4 * Math.random()))) })),
    ['does not call Math.random'],
  ],
  [
    'counts',
    (x) => tidy(() => ({ labels: int(drawn(x, calls++)) })),
    ['the seed decides', 'labels to be the same after other draws'],
  ],
  [
    'labels by the size of the batch',
    (x, seed) => tidy(() => ({ inputs: clone(x), labels: int(drawn(x, foldIn(seed, x.shape[0] as number))) })),
    [
      'entry i does not depend on the size of the batch',
      /expected: labels of the first 1 of [23] entries as in a batch of 1: \d within 0.000002 at \[0\]/,
      /: \[[23], 1, 1, 1\] 'zeros'/,
    ],
  ],
  [
    'orders its rows otherwise than it says',
    bothWays,
    ['entry i does not depend on the size of the batch', /: \[2, 1, 1, 1\] 'zeros'/],
    { rows: 'interleaved' },
  ],
  [
    'returns a sum over the batch',
    (x, seed) => tidy(() => ({ ...dimTask(x, seed), total: sum(x) })),
    [
      'outputs have rows for every entry of the batch',
      'expected: total to have a multiple of 1 rows, or to be named in shared',
      'got: []',
    ],
  ],
  [
    'returns a lone tensor',
    (x) => clone(x),
    ['takes its input', 'expected: an object of tensors', 'got: a lone tensor'],
  ],
  ['returns nothing', () => ({}), ['takes its input', 'expected: an object of tensors', 'got: [object Object]']],
  [
    'rejects',
    () => Promise.reject(new Error('not today')),
    ['takes its input', 'expected: it not to throw', 'got: Error: not today'],
  ],
];

describe('taskLaws', () => {
  test.each([
    ['with a row per image', dimTask, {}],
    ['with the batch twice', bothWays, { classes: 2 }],
    [
      'with two rows per image in turn',
      (x) => tidy(() => ({ labels: int(Array.from({ length: 2 * (x.shape[0] as number) }, (_, i) => i % 2)) })),
      { rows: 'interleaved', classes: 2 },
    ],
    [
      'with nested outputs and shared ones',
      (x, seed) =>
        tidy(() => ({ views: [clone(x), clone(x)], targets: { step: int(drawn(x, seed)) }, mean: fill([3], 1) })),
      { labels: 'targets.step', shared: ['mean'] },
    ],
    [
      'of one label for the batch, as it claims',
      (x, seed) => tidy(() => ({ labels: int(drawn(x, seed).fill((x.shape[0] as number) % 4)) })),
      { batchIndependent: false },
    ],
    ['that waits', async (x, seed) => dimTask(x, seed), {}],
    ['of clips', dimTask, { inputs: clips({ batch: [1, 3], channels: 1 }) }],
  ] as readonly [string, Task, TaskLawsOptions][])('passes a task %s', async (_, task, options) => {
    const before = memory().numTensors;
    await taskLaws(task, { classes: 4, seed: 1, ...options });
    expect(memory().numTensors).toBe(before);
  });

  for (const [name, task, parts, options] of broken) {
    test(`catches one that ${name}`, async () => {
      const before = memory().numTensors;
      const message = await messageOf(taskLaws(task, { classes: 4, channels: 1, seed: 3, ...options }));
      for (const part of parts) expect(message).toMatch(part);
      expect(message).toMatch(/ {2}counterexample, shrunk \d+ times: .*\n {2}replay: the same call with \{ seed: 3/);
      expect(memory().numTensors, 'tensors left by the check').toBe(before);
    });
  }

  test('refuses what is no task and options out of range', async () => {
    await expect(taskLaws(1 as never)).rejects.toThrow('taskLaws: task must be a function, got 1');
    await expect(taskLaws(dimTask, { classes: 0 })).rejects.toThrow('classes must be an integer >= 1, got 0');
    await expect(taskLaws(dimTask, { rows: 'mixed' as 'grouped' })).rejects.toThrow(
      "rows must be one of 'grouped', 'interleaved'",
    );
    await expect(taskLaws(dimTask, { tolerance: Number.NaN })).rejects.toThrow(
      'tolerance must be a number >= 0, got NaN',
    );
  });
});
