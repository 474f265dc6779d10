import '@tensorflow/tfjs-backend-cpu';
import {
  add,
  concat,
  memory,
  reshape,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { shortcutReport } from '../../src/probes/index.js';
import { type ShortcutGroup, statisticsOf } from '../../src/probes/shortcutStatistics.js';
import { guessesAsWell } from '../../src/probes/shortcutVerdict.js';
import { foldIn, integers, normal, type Seed, uniform } from '../../src/random/index.js';
import { flipLeftRight } from '../../src/transforms/index.js';

/** Smooth random images whose left and right are alike in law. */
const images = (n: number, size = 8) => ({
  data: Float32Array.from(normal(1, n * size * size * 3), (v) => 0.5 + 0.1 * v),
  shape: [n, size, size, 3],
});

const classes = (seed: Seed, n: number, max = 2): Tensor1D => tensor1d(integers(foldIn(seed, 7), n, { max }), 'int32');

describe('shortcutReport', () => {
  test('a tight task is near chance', async () => {
    // Labels that the inputs know nothing of.
    const before = memory().numTensors;
    const report = await shortcutReport(
      (x: Tensor4D, seed) => tidy(() => ({ inputs: flipLeftRight(x), labels: classes(seed, x.shape[0], 3) })),
      images(150),
      1,
    );
    expect(memory().numTensors).toBe(before);
    expect(report.leaks).toBe(false);
    expect(report).toMatchObject({ trainSamples: 105, testSamples: 45 });
    expect(report.sentence).toMatch(
      /^No shortcut found: .* \d+ % \(95 % interval \d+ % to \d+ %, chance \d+ %\) of samples\.$/,
    );
    expect(Math.abs(report.together.accuracy - report.chance)).toBeLessThan(0.25);
    expect(report.chance).toBeGreaterThanOrEqual(1 / 3);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  /** A task whose label shows in one place only, and the group of statistics that has to find it. */
  const leaky: [string, ShortcutGroup, (x: Tensor4D, label: number, key: Seed) => Tensor4D][] = [
    [
      'one corner is busier',
      'patches',
      (x, label, key) => {
        const u = uniform(key, 192);
        const busy = u.map((v, p) => (label === 1 && p % 24 < 9 && p < 96 ? 0.6 * (v - 0.5) : 0));
        return add<Tensor4D>(x, reshape(tensor1d(busy), [1, 8, 8, 3]));
      },
    ],
    [
      'the top line is dotted, one way or the other',
      'borders',
      (x, label) => {
        const dots = Float32Array.from({ length: 192 }, (_, p) =>
          p >= 24 ? 0 : (p % 6 < 3 ? 0.1 : -0.1) * (2 * label - 1),
        );
        return add<Tensor4D>(x, reshape(tensor1d(dots), [1, 8, 8, 3]));
      },
    ],
    [
      'a bright dot somewhere',
      'channels',
      (x, label, key) => {
        const at = integers(key, { max: 64 });
        const dot = Float32Array.from({ length: 192 }, (_, p) => (Math.floor(p / 3) === at ? 0.4 * label : 0));
        return add<Tensor4D>(x, reshape(tensor1d(dot), [1, 8, 8, 3]));
      },
    ],
    [
      'channels are shifted',
      'offsets',
      (x, label) => {
        const grey = slice(x, [0, 0, 0, 0], [1, 8, 8, 1]);
        const moved = concat([slice(grey, [0, 0, 1, 0], [1, 8, 7, 1]), slice(grey, [0, 0, 0, 0], [1, 8, 1, 1])], 2);
        return concat([grey, label === 1 ? moved : grey, grey], 3) as Tensor4D;
      },
    ],
  ];
  for (const [name, group, spoil] of leaky) {
    test(`finds the leak: ${name}`, async () => {
      const before = memory().numTensors;
      const task = async (x: Tensor4D, seed: Seed) =>
        tidy(() => {
          const n = x.shape[0];
          const labels = integers(seed, n, { max: 2 });
          const parts = Array.from(labels, (label, i) =>
            spoil(slice(x, [i, 0, 0, 0], [1, 8, 8, 3]), label, foldIn(foldIn(seed, 9), i)),
          );
          return { inputs: concat(parts, 0) as Tensor, labels: tensor1d(labels, 'int32') };
        });
      const report = await shortcutReport(task, images(112), 2, { batchSize: 50 });
      expect(memory().numTensors).toBe(before);
      expect(report.leaks).toBe(true);
      expect(report[group]?.leaks).toBe(true);
      expect(report.best).toBe(group);
      expect(report.continuity).toBeNull();
      expect(report.tests).toBe(5);
      expect(report.sentence).toContain(`${group} most of all`);
      expect(report.sentence).toMatch(/^Shortcut: /);
    });
  }

  test('finds that neighbouring pieces go on in each other, until there is a gap', async () => {
    // Left and right half in order or not: only where they touch do they tell.
    const cut = (gap: number) => (x: Tensor4D, seed: Seed) =>
      tidy(() => {
        const n = x.shape[0];
        const labels = integers(seed, n, { max: 2 });
        const pairs = Array.from(labels, (label, i) => {
          const piece = (column: number) => slice(x, [i, 0, column, 0], [1, 12, 4, 1]);
          const [left, right] = [piece(0), piece(4 + gap)];
          return concat(label === 0 ? [left, right] : [right, left], 0);
        });
        return { inputs: stack(pairs) as Tensor, labels: tensor1d(labels, 'int32') };
      });
    // Neighbouring pixels are alike, half of each is its own; few images.
    const n = 112;
    const steps = normal(3, n * 12 * 16);
    const data = new Float32Array(n * 12 * 16);
    for (let i = 0; i < data.length; i++)
      data[i] = (i % 16 === 0 ? 0 : (data[i - 1] as number)) * 0.5 + (steps[i] as number);
    const walks = { data, shape: [n, 12, 16, 1] };
    const touching = await shortcutReport(cut(0), walks, 1);
    expect(touching).toMatchObject({
      leaks: true,
      best: 'continuity',
      continuity: { leaks: true },
      tests: 5,
      offsets: null,
    });
    expect(touching.pValue).toBe(5 * (touching.continuity?.pValue ?? Number.NaN));
    const apart = await shortcutReport(cut(8), walks, 1);
    expect(apart.leaks).toBe(false);
    expect(apart.continuity?.accuracy).toBeLessThan((touching.continuity?.accuracy ?? 0) - 0.1);
  });

  test('accuses a task without leaks no more often than it is told to', async () => {
    // 20 tosses of a coin: 15 or more heads come with probability 21700 / 2^20.
    expect(guessesAsWell(0.75, 20, 0.5)).toBeCloseTo(21700 / 2 ** 20, 12);
    expect(guessesAsWell(0, 20, 0.5)).toBe(1);
    const task = (x: Tensor4D, seed: Seed) => ({ inputs: x.clone(), labels: classes(seed, x.shape[0]) });
    let alarms = 0;
    for (let run = 0; run < 15; run++) {
      const data = { data: normal(50 + run, 60 * 32), shape: [60, 4, 4, 2] };
      const report = await shortcutReport(task, data, run, { alpha: 0.2, C: 0.1 });
      expect(report.leaks).toBe(report.pValue <= 0.2);
      if (report.leaks) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(5); // more than 5 of 15 at 0.2: 6 %
  });

  test('statistics are what they say', () => {
    const values = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const [left, right] = [1, 2].map((s) => ({
      values: values.map((v) => s * v),
      count: 1,
      height: 2,
      width: 4,
      channels: 1,
    }));
    const { patches, borders, continuity, channels, offsets } = statisticsOf([left, right] as never, 0, 2);
    expect(patches.slice(0, 4)).toEqual([1.5, 0.25, 3.5, 0.25]);
    expect(channels).toEqual([4.5, Math.sqrt(5.25), 1, 8, 9, Math.sqrt(21), 2, 16]);
    expect(borders.slice(0, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 5, 4, 8]);
    expect([borders.length, offsets.length]).toEqual([24, 0]);
    // Were the second above the first, below, left, right of it: one side goes on in the other, up to a factor.
    const facing = [
      [1, 2, 3, 4, 10, 12, 14, 16],
      [5, 6, 7, 8, 2, 4, 6, 8],
      [1, 5, 8, 16],
      [4, 8, 2, 10],
    ];
    const apart = facing.map((all) => {
      const half = all.length / 2;
      return all.slice(0, half).reduce((sum, v, i) => sum + Math.abs(v - (all[half + i] as number)), 0) / half;
    });
    expect(continuity.filter((_, i) => i % 2 === 0)).toEqual(apart);
    for (const r of continuity.filter((_, i) => i % 2 === 1)) expect(r).toBeCloseTo(1, 9);
  });

  test('takes vectors and says what is wrong, leaving no tensor', async () => {
    const vectors = { data: normal(1, 60 * 5), shape: [60, 5] };
    const report = await shortcutReport(
      (x, seed) => ({ inputs: [x.clone()], labels: classes(seed, x.shape[0] as number) }),
      vectors,
      1,
    );
    expect(report.testSamples).toBe(18);
    const before = memory().numTensors;
    const one = (x: Tensor) => ({ inputs: x.clone(), labels: tensor1d(new Int32Array(x.shape[0] as number), 'int32') });
    const cases: [Promise<unknown>, string][] = [
      [shortcutReport(one, vectors, 1), 'shortcutReport: labels must be of at least 2 classes, got 1.'],
      [
        shortcutReport((() => ({ inputs: {}, labels: 3 })) as never, vectors, 1),
        'shortcutReport: task must give {inputs, labels}, tensors',
      ],
      [
        shortcutReport((x) => ({ inputs: x.clone(), labels: tensor1d([0], 'int32') }), vectors, 1),
        'labels of the task must have 18 entries, got 1.',
      ],
      [
        shortcutReport(one, { data: new Float32Array(5), shape: [1, 5] }, 1),
        'data must have at least 2 samples, got 1.',
      ],
      [shortcutReport(one, vectors, 1, { grid: 0 }), 'grid must be an integer >= 1, got 0.'],
      [shortcutReport(one, vectors, 1, { alpha: 0 }), 'alpha must be a number > 0'],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});
