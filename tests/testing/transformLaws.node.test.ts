import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { add, cast, clone, keep, memory, mul, randomUniform, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldIn, uniform } from '../../src/random/index.js';
import { clips, embeddings, images, type TransformLawsOptions, transformLaws } from '../../src/testing/index.js';
import { makeTransform, randomCrop, randomGrayscale, type Transform } from '../../src/transforms/index.js';
import { useBackend } from '../helpers/backend.js';
import { byHand, changed, dim, type Factors, messageOf, replayOf } from './support.js';

beforeAll(() => useBackend('cpu'));

let calls = 0;
const same = (factor: number) => (shape: readonly number[]) => ({
  factor: new Array<number>(shape[0] ?? 0).fill(factor),
});
const odd = (params: object): Transform<unknown> =>
  makeTransform('odd', { sample: () => params, apply: (x) => x, checkParams: () => {} });

/** A transform, what its failure must say, and options. */
type Row = readonly [string, Transform<unknown>, readonly (string | RegExp)[], TransformLawsOptions?];

const broken: readonly Row[] = [
  [
    'draws once for a batch, whatever its size',
    changed('perBatch', { sample: (shape, seed) => same(uniform(seed))(shape) }),
    [
      'transformLaws(perBatch): broken law: draws for each image',
      'expected: two copies of an image in one batch to come out different under some of 16 seeds',
      'claim perImage: false',
      /two copies of the first image of \[1, 1, 1, 1\] 'ones'/,
    ],
  ],
  [
    'draws from the size of the batch',
    changed('byBatch', { sample: (shape, seed) => same(uniform(foldIn(seed, shape[0] as number)))(shape) }),
    [
      'image i does not depend on the size of the batch',
      /expected: the first 1 of 2 images as in a batch of 1: 0\.\d+ within 0.000002 at \[0, 0, 0, 0\]/,
      /shrunk \d+ times: \[2, 1, 1, 1\] 'ones', seed 0: all 1; seed of the transform 0/,
    ],
  ],
  [
    'looks at other images',
    changed('sums', {
      apply: (x, params) => tidy(() => mul(dim.apply(x, params), x.shape[0] / 4)),
    }),
    ['image i does not depend on the size of the batch', /: \[2, 1, 1, 1\] 'ones'/],
  ],
  [
    'leaks a tensor',
    byHand(dim.sample, (x, params) => add(dim.apply(x, params), 0)),
    [
      'leaves no tensor behind',
      'expected: live tensors to grow by 1, those returned',
      'got: 3 more',
      "[1, 1, 1, 1] 'zeros'",
    ],
  ],
  [
    'leaves the range',
    changed('bright', {
      apply: (x, params) => tidy(() => mul(dim.apply(x, params), 2.5)),
    }),
    [
      'stays in range',
      'expected: the result to hold numbers in [0, 1]',
      /got: [12]\.\d+ at \[0, 0, 0, 0\]/,
      /: \[1, 1, 1, 1\] '/,
    ],
  ],
  [
    'gives NaN',
    changed('nan', { apply: (x) => tidy(() => mul(x, Number.NaN)) }),
    ['stays in range', 'the result to hold finite numbers', 'got: NaN'],
    { range: null },
  ],
  [
    'calls Math.random',
    changed('wild', { sample: ([batch = 0]) => ({ factor: Array.from({ length: batch }, Math.random) }) }),
    [
      'does not call Math.random',
      'expected: draws from the seed alone',
      'got: calls of Math.random: 1',
      '[1, 1, 1, 1]',
    ],
  ],
  [
    'draws by tfjs without a seed',
    changed('unseeded', { apply: (x) => tidy(() => randomUniform(x.shape)) as Tensor4D }),
    ['does not call Math.random'],
  ],
  [
    'counts its draws',
    changed('counts', { sample: (shape, seed) => same(uniform(foldIn(seed, calls++)))(shape) }),
    ['the seed decides', /expected: sample to draw {"factor":\[.*\]} again/, '[1, 1, 1, 1]'],
  ],
  [
    'counts its applications',
    changed('ages', { apply: (x) => tidy(() => mul(x, 1 / ++calls)) }),
    ['the seed decides', 'the same result after other draws: '],
  ],
  [
    'does not take what it drew',
    Object.assign((x: Tensor4D, seed: number) => changed('a', {})(x, seed), changed('b', {}), {
      apply: (x: Tensor4D) => clone(x),
    }),
    ['replays from its parameters', 'apply(x, sample(x.shape, seed)) to be transform(x, seed)', "[1, 1, 1, 1] 'ones'"],
  ],
  [
    'changes its parameters',
    changed('marks', {
      apply: (x, params) => {
        const y = dim.apply(x, params);
        params.factor.fill(0);
        return y;
      },
    }),
    ['replays from its parameters', 'apply to leave its parameters as they were', 'got: {"factor":[0'],
  ],
  [
    'disposes its input',
    byHand(dim.sample, (x, params) =>
      tidy(() => {
        const y = dim.apply(x, params);
        x.dispose();
        return y;
      }),
    ),
    ['leaves its input alone', 'got: the input was disposed', "[1, 1, 1, 1] 'zeros'"],
  ],
  [
    'writes into its input',
    byHand(dim.sample, (x) => {
      x.dataSync().fill(0.5);
      return clone(x);
    }),
    ['leaves its input alone', 'got: number 0 of the input became 0.5, it was 0'],
  ],
  ['returns its input', byHand(dim.sample, (x) => x), ['leaves its input alone', 'got: the input itself was returned']],
  [
    'says another shape',
    changed('wide', {
      outputShape: ([batch = 0, height = 0, width = 0, channels = 0]) => [batch, height, width + 1, channels],
    }),
    ['has the shape that outputShape says', 'expected: shape [1, 1, 2, 1], as outputShape says', 'got: [1, 1, 1, 1]'],
  ],
  [
    'changes the dtype',
    changed('whole', { apply: (x) => tidy(() => cast(x, 'int32')) }),
    ['has the dtype', 'expected: dtype float32', 'got: int32'],
  ],
  [
    'draws a tensor',
    changed('live', {
      sample: (shape, seed) => {
        randomUniform([1], 0, 1, 'float32', 7).dispose();
        return dim.sample(shape, seed);
      },
    }),
    ['sample makes no tensor', 'expected: sample to make no tensor', 'got: 1 made'],
  ],
  [
    'draws a typed array',
    odd({ a: { b: new Float32Array(1) } }),
    ['parameters survive JSON', 'got: params.a.b is a Float32Array'],
  ],
  ['draws undefined', odd({ a: undefined }), ['got: params.a is undefined']],
  ['draws NaN', odd({ a: [1, Number.NaN] }), ['got: params.a[1] is NaN']],
  ['draws infinity', odd({ a: Number.POSITIVE_INFINITY }), ['got: params.a is Infinity']],
  ['draws a function', odd({ a: () => 1 }), ['got: params.a is a function']],
  [
    'throws',
    changed('sulks', {
      check: () => {
        throw new Error('not today');
      },
    }),
    ['takes its input', 'expected: it not to throw', 'got: Error: not today', '[1, 1, 1, 1]'],
  ],
];

describe('transformLaws', () => {
  test.each([
    ['with draws per image', changed('dim', {}), {}],
    ['with a smallest size', randomCrop({ size: 4, padding: 1 }), {}],
    ['with rare draws', randomGrayscale({ p: 0.2 }), { channels: 3 }],
    ['without draws', changed('still', { sample: same(0.5) }), {}],
    [
      'with one draw for the batch, as it claims',
      changed('one', { sample: (shape, seed) => same(uniform(seed))(shape) }),
      { perImage: false },
    ],
    ['of given images', changed('dim', {}), { inputs: images({ batch: 3, height: 2, width: [2, 3], channels: 4 }) }],
    [
      'of clips',
      makeTransform('clip', { ...dim, axes: ['n', 't', 'h', 'w', 'c'] } as never),
      { inputs: clips({ batch: [2, 3] }) },
    ],
    [
      'of embeddings',
      makeTransform('rows', { ...dim, axes: ['n', 'd'] } as never),
      { inputs: embeddings(), range: null },
    ],
  ] as const)('passes a transform %s', async (_, transform, options) => {
    const before = memory().numTensors;
    await transformLaws(transform as Transform<Factors>, { seed: 1, ...options } as TransformLawsOptions);
    expect(memory().numTensors).toBe(before);
  });

  for (const [name, transform, parts, options] of broken) {
    test(`catches one that ${name}`, async () => {
      const before = memory().numTensors;
      const random = Math.random;
      const message = await messageOf(transformLaws(transform, { channels: 1, seed: 3, ...options }));
      for (const part of parts) expect(message).toMatch(part);
      expect(message).toMatch(/ {2}counterexample, shrunk \d+ times: .*\n {2}replay: the same call with \{ seed: 3/);
      expect(memory().numTensors, 'tensors left by the check').toBe(before);
      expect(Math.random).toBe(random);
    });
  }

  test('catches a tensor that is kept against tidy', async () => {
    const kept: Tensor4D[] = [];
    const keeps = changed('keeps', {
      apply: (x) => {
        kept.push(keep(clone(x)));
        return x;
      },
    });
    expect(await messageOf(transformLaws(keeps, { seed: 3 }))).toMatch('got: 2 more');
    for (const tensor of kept) tensor.dispose();
  });

  test('shrinks to the smallest input that breaks the same law, and replays it', async () => {
    const crop = randomCrop({ size: [4, 3] });
    const flipped = byHand(
      (shape, seed) => crop.sample(shape, foldIn(seed, shape[0] as number)),
      (x, params) => crop.apply(x, params),
      crop.outputShape,
    );
    const message = await messageOf(transformLaws(flipped, { shapes: [[4, 9, 8, 2]], seed: 5 }));
    expect(message).toMatch('image i does not depend on the size of the batch');
    const [, shape] = /: \[([\d, ]+)\] '/.exec(message) ?? [];
    const [batch, height, width, channels] = (shape ?? '').split(', ').map(Number) as [number, number, number, number];
    expect([batch, channels]).toEqual([2, 1]);
    expect((height - 4) * (width - 3), 'one row or column more than the crop').toBe(0);
    expect(height * width).toBeLessThan(30);
    const replayed = await messageOf(transformLaws(flipped, { shapes: [[4, 9, 8, 2]], ...replayOf(message) }));
    expect(/ {2}counterexample[^:]*: (.*)/.exec(replayed)?.[1]).toBe(
      / {2}counterexample[^:]*: (.*)/.exec(message)?.[1],
    );
  });

  test('refuses what is no transform and options out of range', async () => {
    const good = changed('dim', {});
    await expect(transformLaws((() => 1) as never)).rejects.toThrow(
      'transform must be callable, with sample, apply and outputShape',
    );
    await expect(transformLaws(good, { tolerance: -1 })).rejects.toThrow(
      'transformLaws(dim): tolerance must be a number >= 0, got -1',
    );
    await expect(transformLaws(good, { numRuns: 0 })).rejects.toThrow('numRuns must be an integer >= 1, got 0');
    await expect(transformLaws(good, { channels: [3, 1] })).rejects.toThrow(
      'channels (max) must be an integer >= 3, got 1',
    );
    await expect(transformLaws(good, { shapes: [] })).rejects.toThrow('shapes must be a list of at least one shape');
    await expect(transformLaws(good, { shapes: [[2, 0, 1, 1]] })).rejects.toThrow(
      'shapes[0][1] must be an integer >= 1, got 0',
    );
    await expect(transformLaws(good, { shapes: [[1, 1, 1, 1]], inputs: images() })).rejects.toThrow(
      'give inputs or shapes, got both',
    );
  });
});
