import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import {
  add,
  cast,
  cumprod,
  customGrad,
  div,
  exp,
  log,
  mean,
  memory,
  mul,
  norm,
  randomUniform,
  relu,
  type Scalar,
  scalar,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { barlowTwinsLoss, infoNCELoss } from '../../src/losses/index.js';
import { type Loss, type LossLawsOptions, lossLaws } from '../../src/testing/index.js';
import { useBackend } from '../helpers/backend.js';
import { messageOf } from './support.js';

beforeAll(() => useBackend('cpu'));

const squares: Loss = (a) => tidy(() => sum<Scalar>(square(a as Tensor)));
const one = { inputs: 1 };
/** A function with a value and a gradient that need not belong together. */
const withGradient = (value: (x: Tensor) => Tensor, gradient: (x: Tensor) => Tensor): Loss => {
  const operation = customGrad((x) => ({
    value: tidy(() => value(x as Tensor)),
    gradFunc: (dy: Tensor) => mul(dy, gradient(x as Tensor)),
  }));
  return (x) => operation(x as Tensor) as Scalar;
};
let calls = 0;

/** A loss, what its failure must say, and options. */
type Row = readonly [string, Loss, readonly (string | RegExp)[], LossLawsOptions?];

const broken: readonly Row[] = [
  [
    'has a wrong gradient',
    withGradient(
      (x) => sum(square(x)),
      (x) => mul(x, 1.8),
    ),
    [
      'lossLaws(loss): broken law: has the gradient that finite differences show',
      'expected: the gradient in input 0 to agree with central differences',
      /got: along .* the slope must be -?[\d.]+, the central difference, got -?[\d.]+ from the gradient/,
      /shrunk \d+ times: input 0 \[2, 2\] 'normal', seed 0: /,
    ],
    one,
  ],
  [
    'has a wrong gradient in its second input',
    (a, b) =>
      tidy(() =>
        add(
          squares(a as Tensor),
          withGradient(
            (x) => sum(square(x)),
            (x) => mul(x, -2),
          )(b as Tensor),
        ),
      ),
    ['the gradient in input 1 to agree'],
  ],
  [
    'loses its gradient',
    withGradient(
      (x) => sum(square(x)),
      (x) => mul(x, 0),
    ),
    ['the gradient must not be zero everywhere, got only 0'],
    one,
  ],
  [
    'is NaN where rows are zero',
    (a) => tidy(() => mean<Scalar>(div(a as Tensor, sqrt(sum(square(a as Tensor), 1, true))))),
    [
      'is finite for zeros',
      'expected: the value to hold finite numbers',
      'got: NaN at []',
      /: input 0 \[2, 2\] 'zeros', seed 0: all 0/,
    ],
    { ...one, gradient: { mayBeZero: true } },
  ],
  [
    'has a gradient of NaN at zero',
    (a) => tidy(() => norm(a as Tensor) as Scalar),
    ['is finite for zeros', 'expected: the gradient in input 0 to hold finite numbers', 'got: NaN at [0, 0]'],
    one,
  ],
  [
    'overflows',
    (a) => tidy(() => log(sum<Scalar>(exp(a as Tensor)))),
    ['is finite for large', 'got: Infinity', "'large'"],
    one,
  ],
  [
    'depends on the order of the batch',
    (a, b) =>
      tidy(() => add(squares(a as Tensor), sum(square(sub(slice(a as Tensor, 0, 1), slice(b as Tensor, 0, 1)))))),
    [
      'does not depend on the order of the batch',
      /expected: rows in the order 1, 0 to give the same: [\d.]+ within [\d.e-]+ at \[\]/,
      /: input 0 \[2, 1\] 'normal', seed 0: [-\d., ]+; input 1 \[2, 1\]/,
    ],
    { batchOrder: true, dim: [1, 6] },
  ],
  [
    'leaks',
    (a) => sum<Scalar>(square(a as Tensor)),
    ['leaves no tensor behind', 'got: 2 more', "input 0 [2, 2] 'normal'"],
    one,
  ],
  [
    'disposes an input',
    (a, b) => {
      const loss = tidy(() => sum<Scalar>(mul(a as Tensor, b as Tensor)));
      b?.dispose();
      return loss;
    },
    ['leaves its input alone', 'got: input 1 was disposed'],
  ],
  ['is no scalar', (a) => tidy(() => sum(a as Tensor, 1)) as Scalar, ['is a float32 scalar', 'got: float32 [2]'], one],
  [
    'is no float',
    (a) => tidy(() => cast(sum(a as Tensor), 'int32')) as Scalar,
    ['is a float32 scalar', 'got: int32 []'],
    one,
  ],
  ['gives a number', () => 1 as never, ['takes its input', 'expected: one tensor', 'got: 1'], one],
  [
    'draws',
    (a) => tidy(() => sum<Scalar>(mul(a as Tensor, randomUniform(a?.shape ?? [])))),
    ['does not call Math.random'],
    one,
  ],
  ['counts', (a) => tidy(() => mul<Scalar>(squares(a as Tensor), scalar(++calls))), ['has the same value again'], one],
  [
    'throws',
    (a) => {
      throw new Error(`no room for ${a?.shape[0]} rows`);
    },
    ['takes its input', 'got: Error: no room for 2 rows', '[2, 2]'],
    one,
  ],
];

describe('lossLaws', () => {
  test.each([
    ['of two views', (a, b) => barlowTwinsLoss(a as never, b as never), { batchOrder: true, batch: [3, 6] }],
    [
      'of given shapes',
      (a, b, n) => infoNCELoss(a as never, b as never, { negatives: n as never, temperature: 0.3 }),
      {
        inputs: [
          [5, 4],
          [5, 4],
          [7, 4],
        ],
        batchOrder: true,
      },
    ],
    ['of one sample too', squares, { inputs: 1, extremes: ['one sample', 'mixed', 'small'] }],
    [
      'with a target',
      (a, b) => tidy(() => sum<Scalar>(square(sub(a as Tensor, b as Tensor)))),
      { differentiable: [0] },
    ],
    ['with kinks', (a) => tidy(() => sum<Scalar>(relu(a as Tensor))), { inputs: 1, gradient: { mayBeZero: true } }],
    [
      'without a gradient',
      (a) => tidy(() => sum<Scalar>(cast(cast(a as Tensor, 'int32'), 'float32'))),
      { inputs: 1, differentiable: [] },
    ],
    [
      'that is wrong where nobody looks',
      withGradient(
        (x) => sum(square(x)),
        (x) => x,
      ),
      { inputs: 1, gradient: false },
    ],
  ] as readonly [string, Loss, LossLawsOptions][])('passes a loss %s', async (_, loss, options) => {
    const before = memory().numTensors;
    await lossLaws(loss, { seed: 2, numRuns: 5, ...options });
    expect(memory().numTensors).toBe(before);
  });

  for (const [name, loss, parts, options] of broken) {
    test(`catches one that ${name}`, async () => {
      const before = memory().numTensors;
      const message = await messageOf(lossLaws(loss, { seed: 3, ...options }));
      for (const part of parts) expect(message).toMatch(part);
      expect(message).toMatch(/ {2}counterexample, shrunk \d+ times: .*\n {2}replay: the same call with \{ seed: 3/);
      expect(memory().numTensors, 'tensors left by the check').toBe(before);
    });
  }

  test('catches one that tfjs cannot differentiate', async () => {
    const products: Loss = (a) => tidy(() => sum<Scalar>(cumprod(a as Tensor)));
    const message = await messageOf(lossLaws(products, { ...one, seed: 3 }));
    expect(message).toMatch('broken law: can be differentiated');
    expect(message).toMatch('expected: its gradient not to throw');
    expect(message).toMatch('gradient function not found for Cumprod');
    expect(message).toMatch("input 0 [2, 2] 'normal'");
  });

  test('shrinks given shapes together', async () => {
    const perBatch: Loss = (a, b, n) =>
      tidy(() => {
        if (a?.shape[0] !== b?.shape[0] || a?.shape[1] !== n?.shape[1]) throw new Error('unequal shapes');
        return sum<Scalar>(mul(slice(a as Tensor, 0, 1), sum(n as Tensor)));
      });
    const message = await messageOf(
      lossLaws(perBatch, {
        inputs: [
          [6, 4],
          [6, 4],
          [9, 4],
        ],
        batchOrder: true,
        differentiable: [0],
        seed: 1,
      }),
    );
    expect(message).toMatch('does not depend on the order of the batch');
    expect(message).toMatch(/input 0 \[2, 1\] .*; input 1 \[2, 1\] .*; input 2 \[1, 1\]/);
  });

  test('refuses options out of range', async () => {
    await expect(lossLaws(squares, { inputs: 0 })).rejects.toThrow('inputs must be an integer >= 1, got 0');
    await expect(lossLaws(squares, { inputs: [] })).rejects.toThrow('inputs.length must be an integer >= 1, got 0');
    await expect(lossLaws(squares, { inputs: [[2, -1]] })).rejects.toThrow(
      'inputs[0][1] must be an integer >= 1, got -1',
    );
    await expect(lossLaws(squares, { differentiable: [2] })).rejects.toThrow(
      'differentiable must be an integer >= 0 and <= 1, got 2',
    );
    await expect(lossLaws(squares, { scale: 0 })).rejects.toThrow('scale must be a number > 0, got 0');
    await expect(lossLaws(squares, { extremes: ['huge' as 'large'] })).rejects.toThrow(
      "extremes must be one of 'one sample', 'zeros'",
    );
    await expect(lossLaws(squares, { batch: [3, 2] })).rejects.toThrow('batch (max) must be an integer >= 3, got 2');
  });
});
