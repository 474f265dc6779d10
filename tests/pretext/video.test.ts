import { dispose, type Rank, reshape, slice, type Tensor2D, type Tensor5D, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrowOfTimeTask,
  audioVisualTask,
  flowCorrespondenceTask,
  frameInterpolationTask,
  frameOrderTask,
  framePredictionTask,
  frameSortingTask,
  maskedTokensTask,
  multiTask,
  patchTrackingTask,
  playbackSpeedTask,
  skipGramTask,
} from '../../src/pretext/index.js';
import { type Seed, uniform } from '../../src/random/index.js';
import { type Task, type TaskLawsOptions, taskLaws } from '../../src/testing/index.js';
import { randomCrop } from '../../src/transforms/index.js';
import { expectKept, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

/** Clips as their own sound, 72 samples a frame, and the first two channels as their own flow. */
const sound = (x: Tensor5D): Tensor2D => reshape(x, [x.shape[0], x.size / x.shape[0]]);
const flow = (x: Tensor5D): Tensor5D => slice(x, [0, 0, 0, 0, 0], [...x.shape.slice(0, 4), 2] as typeof x.shape);

const perFrame = randomCrop({ size: 3 });
const clips = [[3, 8, 4, 6, 3]];
const rows: readonly [string, (x: Tensor5D, seed: Seed) => object, TaskLawsOptions][] = [
  ['frameOrderTask', (x, seed) => frameOrderTask(x, seed), { classes: 2 }],
  ['frameSortingTask', (x, seed) => frameSortingTask(x, seed, { perFrame }), { classes: 12 }],
  ['arrowOfTimeTask', (x, seed) => arrowOfTimeTask(x, seed, { frames: 5 }), { classes: 2 }],
  ['playbackSpeedTask', (x, seed) => playbackSpeedTask(x, seed), { classes: 3 }],
  ['framePredictionTask', (x) => framePredictionTask(x, { context: 5 }), {}],
  ['frameInterpolationTask', (x) => frameInterpolationTask(x), {}],
  [
    'patchTrackingTask',
    (x, seed) => patchTrackingTask(x, seed, { patchSize: 3 }),
    { shapes: [[2, 2, 7, 9, 2]], numRuns: 1 },
  ],
  [
    'audioVisualTask',
    (x, seed) => tidy(() => audioVisualTask(x, sound(x), seed, { sampleRate: 576, spectrogram: { melBins: 8 } })),
    { classes: 2, tolerance: 1e-3, numRuns: 1 },
  ],
  ['flowCorrespondenceTask', (x, seed) => tidy(() => flowCorrespondenceTask(x, flow(x), seed)), { classes: 2 }],
  [
    'multiTask',
    multiTask({ arrow: (x: Tensor5D, seed: Seed) => arrowOfTimeTask(x, seed), speed: playbackSpeedTask }),
    { classes: 3 },
  ],
];

onEveryBackend('tasks of video and sound', () => {
  test.each(rows)('%s keeps the laws of tasks', async (_, task, options) => {
    await taskLaws(task as unknown as Task, { shapes: clips, numRuns: 2, seed: 1, ...options });
  });

  test('frameOrderTask waits for contents with motion sampling, and keeps nothing else', async () => {
    const x = uniforms<Tensor5D>(1, [2, 5, 2, 2, 1]);
    const task: Task<Tensor5D> = (clips, seed) => frameOrderTask(clips, seed, { spacing: 1, sampling: 'motion' });
    const batch = await frameOrderTask(x, 1, { spacing: 1, sampling: 'motion' });
    expect([batch.inputs.shape, batch.labels.shape]).toEqual([[2, 3, 2, 2, 1], [2]]);
    dispose([batch.inputs, batch.labels]);
    await taskLaws(task, {
      inputs: fc.constant({ shape: x.shape, data: uniform(2, x.size) }),
      numRuns: 1,
      classes: 2,
      seed: 1,
    });
  });

  test('patchTrackingTask follows what moves, and its negative shares no pixel with the positive', async () => {
    const shifts = [
      [1, -1],
      [0, 2],
      [-1, 0],
      [2, 1],
      [0, 0],
      [-2, -1],
    ] as const;
    const [batch, frames, side, size] = [shifts.length, 3, 14, 4];
    const world = uniform(3, batch * 32 * 32);
    const pixel = (i: number, y: number, x: number): number => world[(i * 32 + y) * 32 + x] as number;
    const values = shifts.flatMap(([dy, dx], i) =>
      Array.from({ length: frames * side * side }, (_, k) => {
        const [t, y, x] = [Math.floor(k / side / side), Math.floor(k / side) % side, k % side];
        return pixel(i, y + 9 - t * dy, x + 9 - t * dx);
      }),
    );
    const x = hold(tensor<Rank.R5>(values, [batch, frames, side, side, 1]));
    expectKept(4, () => patchTrackingTask(x, 1, { patchSize: size, search: 2 }));
    const { inputs, track } = patchTrackingTask(x, 4, { patchSize: size, search: 2 });
    for (const t of [...Object.values(inputs), track]) hold(t);
    expect([inputs.anchor.shape, track.shape, track.dtype]).toEqual([
      [batch, size, size, 1],
      [batch, frames, 2],
      'int32',
    ]);
    const places = await flat(track);
    const [anchor, positive, negative] = await Promise.all(
      [inputs.anchor, inputs.positive, inputs.negative].map((patch) => flat(patch)),
    );
    let followed = 0;
    for (const [i, [dy, dx]] of shifts.entries()) {
      const at = (t: number): number[] => places.slice((i * frames + t) * 2, (i * frames + t) * 2 + 2);
      const [top = 0, left = 0] = at(0);
      const last = frames - 1;
      const expected = [top + last * dy, left + last * dx];
      const own = (patch: number[] | undefined): number[] => (patch ?? []).slice(i * size ** 2, (i + 1) * size ** 2);
      expect(own(anchor)[0]).toBeCloseTo(pixel(i, top + 9, left + 9), 5);
      if (expected.every((p) => p >= 0 && p <= side - size)) {
        followed++;
        expect(at(last), `clip ${i} from ${at(0)}`).toEqual(expected);
        for (const [k, v] of own(positive).entries()) expect(v).toBeCloseTo(own(anchor)[k] as number, 5);
      }
      const start = Array.from({ length: (side - size + 1) ** 2 }, (_, k) => [Math.floor(k / 11), k % 11] as const);
      const found = start.filter(
        ([y, x]) => Math.abs(pixel(i, y + 9 - last * dy, x + 9 - last * dx) - (own(negative)[0] as number)) < 1e-6,
      );
      expect(found.length).toBe(1);
      const [y, x] = found[0] as readonly [number, number];
      expect(Math.max(Math.abs(y - (at(last)[0] ?? 0)), Math.abs(x - (at(last)[1] ?? 0)))).toBeGreaterThanOrEqual(size);
    }
    expect(followed).toBeGreaterThanOrEqual(4);
  });

  test('text: tokens of a tensor are taken as they are', async () => {
    const ids = hold(tensor<Rank.R2>([5, 6, 7, 1, 8, 9, 5, 1], [2, 4], 'int32'));
    const options = { maskToken: 0, vocabularySize: 10, specialTokens: [1], ratio: 1, masked: 1, random: 0 };
    expectKept(3, () => maskedTokensTask(ids, 1, options));
    const { inputs, targets, mask } = maskedTokensTask(ids, 1, options);
    for (const t of [inputs, targets, mask]) hold(t);
    expect(await flat(inputs)).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
    expect(await flat(targets)).toEqual([5, 6, 7, 1, 8, 9, 5, 1]);
    expect(await flat(mask)).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
    expect([inputs.dtype, targets.dtype, mask.dtype]).toEqual(['int32', 'int32', 'float32']);
    const counts = new Array<number>(10).fill(1);
    const pairs = skipGramTask(ids, 1, { window: 1, dynamicWindow: false, negatives: 2, counts });
    for (const t of [pairs.inputs, pairs.targets, pairs.negatives]) hold(t);
    expect(await flat(pairs.inputs)).toEqual([5, 6, 6, 7, 7, 1, 8, 9, 9, 5, 5, 1]);
    expect(await flat(pairs.targets)).toEqual([6, 5, 7, 6, 1, 7, 9, 8, 5, 9, 1, 5]);
  });
});
