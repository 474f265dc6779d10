import { clone, type Scalar, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as testing from '../../src/testing/index.js';
import { makeTransform } from '../../src/transforms/index.js';

// No backend is registered here: no law can be checked, and no part under test is at fault.
const identity = makeTransform<Record<string, never>>('identity', { sample: () => ({}), apply: (x) => x });
const total = (x: Tensor): Scalar => sum(x);

describe('without a backend', () => {
  test.each([
    ['transformLaws', () => testing.transformLaws(identity)],
    ['lossLaws', () => testing.lossLaws(total, { inputs: 1 })],
    ['taskLaws', () => testing.taskLaws((x: Tensor4D) => ({ inputs: clone(x) }))],
    ['checkGradient', () => testing.checkGradient(total, {} as Tensor)],
  ] as const)('%s says that there is none, and speaks of no broken law', async (name, call) => {
    const error = await call().then(
      () => new Error('passed'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toMatch(new RegExp(`^${name}.*: tfjs must have a backend, got none \\(import one.*\\)\\.$`));
    expect(error.message).not.toMatch(/law:|\n/);
  });
});

describe('misuse of testing', () => {
  const wrong = (value: unknown): never => value as never;
  test.each([
    ['lossLaws', () => testing.lossLaws(wrong(null)), 'lossLaws: loss must be a function, got null'],
    [
      'lossLaws',
      () => testing.lossLaws(total, wrong({ numRun: 1 })),
      "lossLaws: options has no 'numRun', did you mean 'numRuns'?",
    ],
    ['lossLaws', () => testing.lossLaws(total, wrong(null)), 'lossLaws: options must be an object, got null'],
    [
      'transformLaws',
      () => testing.transformLaws(identity, wrong({ batchIndependant: true })),
      "did you mean 'batchIndependent'?",
    ],
    [
      'transformLaws',
      () => testing.transformLaws(identity, wrong(null)),
      'transformLaws: options must be an object, got null',
    ],
    [
      'taskLaws',
      () =>
        testing.taskLaws(
          wrong(() => ({})),
          wrong({ numRun: 1 }),
        ),
      "taskLaws: options has no 'numRun'",
    ],
    [
      'taskLaws',
      () =>
        testing.taskLaws(
          wrong(() => ({})),
          wrong('text'),
        ),
      'taskLaws: options must be an object, got "text"',
    ],
    ['checkGradient', () => testing.checkGradient(total, wrong({}), wrong({ stepp: 1 })), "did you mean 'step'?"],
  ] as const)('%s: %#', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
  });
  test.each([
    [() => testing.images(wrong({ batchs: 1 })), "images: options has no 'batchs', did you mean 'batch'?"],
    [() => testing.images(wrong(null)), 'images: options must be an object, got null'],
    [() => testing.clips(wrong({ frame: 1 })), "clips: options has no 'frame', did you mean 'frames'?"],
    [() => testing.embeddings(wrong({ dims: 1 })), "embeddings: options has no 'dims', did you mean 'dim'?"],
    [() => testing.embeddings(wrong([])), 'embeddings: options must be an object, got []'],
    [() => testing.parameters(wrong(null), [1]), 'parameters: transform must be a transform, got null'],
    [() => testing.parameters(identity, wrong(null)), 'parameters: shape must be a list of sizes, got null'],
    [() => testing.parameters(identity, [2, 4, 4, 3], wrong({ minbatch: 1 })), "did you mean 'minBatch'?"],
    [() => testing.countTensors(wrong(5)), 'countTensors: f must be a function, got 5'],
  ] as const)('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});
