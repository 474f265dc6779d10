import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { assign } from '../../src/internal/assignment.js';
import { rowBlocks, rowFrame } from '../../src/internal/rowBlocks.js';
import * as pretext from '../../src/pretext/index.js';
import { framedLengths, nearestCenters } from '../../src/pretext/nearestCenters.js';
import { splitLarge } from '../../src/pretext/refill.js';
import { integers, normal, uniform } from '../../src/random/index.js';
import { taskLaws } from '../../src/testing/index.js';
import { disposeAll } from '../helpers/index.js';

beforeAll(async () => {
  await setBackend('cpu');
});

const rowsOf = (seed: number, rows: number, dim: number): number[][] => {
  const values = normal(seed, rows * dim);
  return Array.from({ length: rows }, (_, r) => Array.from(values.subarray(r * dim, (r + 1) * dim)));
};
const cluster = async (
  x: ArrayLike<ArrayLike<number>>,
  seed: number,
  options: pretext.KMeansOptions,
): Promise<{ labels: number[]; centers: number[]; inertia: number; iterations: number }> => {
  const before = memory().numTensors;
  const { labels, centers, inertia, iterations } = await pretext.kMeans(x, seed, options);
  expect(memory().numTensors - before).toBe(2);
  const result = {
    labels: Array.from(await labels.data()),
    centers: Array.from(await centers.data()),
    inertia,
    iterations,
  };
  disposeAll([labels, centers]);
  return result;
};

describe('assign', () => {
  /** Least total of every way to give rows different columns. */
  const least = (costs: Float64Array, rows: number, columns: number, row = 0, used = 0): number => {
    if (row === rows) return 0;
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0; c < columns; c++) {
      if (used & (1 << c)) continue;
      best = Math.min(
        best,
        (costs[row * columns + c] as number) + least(costs, rows, columns, row + 1, used | (1 << c)),
      );
    }
    return best;
  };
  test('is as cheap as the best of all assignments, ties and rectangles too', () =>
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        (seed, rows, columns, whole) => {
          const drawn = normal(seed, rows * columns);
          const costs = Float64Array.from(drawn, (v) => (whole ? Math.round(v) : v));
          const columnOf = assign(costs, rows, columns);
          const taken = Array.from(columnOf).filter((c) => c >= 0);
          expect(new Set(taken).size).toBe(Math.min(rows, columns));
          const total = columnOf.reduce((sum, c, r) => sum + (c < 0 ? 0 : (costs[r * columns + c] as number)), 0);
          const turned = Float64Array.from(
            { length: rows * columns },
            (_, i) => costs[(i % rows) * columns + Math.floor(i / rows)] as number,
          );
          expect(total).toBeCloseTo(rows <= columns ? least(costs, rows, columns) : least(turned, columns, rows), 9);
        },
      ),
      { numRuns: 60 },
    ));
});

describe('kMeans', () => {
  test('labels are those of the nearest centres, and every cluster has rows', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 8, max: 30 }),
        async (seed, clusters, rows) => {
          const x = rowsOf(seed, rows, 3);
          const { labels, centers, inertia } = await cluster(x, seed, { clusters });
          let sum = 0;
          for (const [r, row] of x.entries()) {
            const away = Array.from({ length: clusters }, (_, k) =>
              row.reduce((total, v, c) => total + (v - (centers[3 * k + c] as number)) ** 2, 0),
            );
            expect(away[labels[r] as number]).toBeCloseTo(Math.min(...away), 4);
            sum += away[labels[r] as number] as number;
          }
          expect(inertia).toBeCloseTo(sum, 3);
          expect(new Set(labels).size).toBe(clusters);
          expect(await cluster(x, seed, { clusters })).toEqual({
            labels,
            centers,
            inertia,
            iterations: expect.any(Number),
          });
        },
      ),
      { numRuns: 12 },
    ));

  test('restarts find no worse a minimum, mini-batches nearly as good a one', async () => {
    const x = rowsOf(4, 300, 4);
    const one = await cluster(x, 9, { clusters: 12 });
    const many = await cluster(x, 9, { clusters: 12, restarts: 4 });
    expect(many.inertia).toBeLessThanOrEqual(one.inertia);
    const mini = await cluster(x, 9, { clusters: 12, batchSize: 50, maxIterations: 60 });
    expect(mini.inertia).toBeLessThan(1.15 * one.inertia);
    expect(mini.iterations).toBe(60);
  });

  test('empty clusters are refilled; equal rows leave one empty', async () => {
    const x = [[0], [0.1], [0.2], [5], [5.1], [5.2]];
    const far = [[0], [5], [1000], [2000]];
    const { labels } = await cluster(x, 1, { initialCenters: far });
    expect(new Set(labels).size).toBe(4);
    expect(new Set((await cluster(x, 1, { initialCenters: far, maxIterations: 1 })).labels).size).toBe(4);
    const assigned = await cluster(x, 1, { initialCenters: far, maxIterations: 0 });
    expect(assigned).toEqual({
      labels: [0, 0, 0, 1, 1, 1],
      centers: [0, 5, 1000, 2000],
      inertia: expect.closeTo(0.1, 6),
      iterations: 0,
    });
    // A large cluster is split and both halves move on: a row made a centre at the end would leave it between two groups.
    const groups = [...Array.from({ length: 20 }, (_, i) => [(i % 2) * 10 + i / 100]), [1000]];
    const split = await cluster(groups, 1, { initialCenters: [[5], [1000], [1e5]] });
    expect(split.inertia).toBeLessThan(1);
    const equal = await cluster(
      [
        [1, 2],
        [1, 2],
        [1, 2],
        [3, 4],
      ],
      1,
      { clusters: 3 },
    );
    expect(equal.inertia).toBeCloseTo(0, 9);
    expect(new Set(equal.labels).size).toBe(2);
    expect((await cluster([[7], [7]], 1, { clusters: 2 })).centers.every((c) => Math.abs(c - 7) < 0.01)).toBe(true);
  });

  test('a split takes rows from large clusters only and moves the halves apart', () => {
    const counts = Float64Array.from([0, 1, 9, 0]);
    const values = Float64Array.from([0, 0, 1, 1, 2, 2, 0, 0]);
    expect(splitLarge({ values, count: 4 }, counts, 3)).toBe(true);
    expect(counts.every((n) => n >= 1) && counts[1] === 1).toBe(true);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(values.slice(2, 4)).toEqual(Float64Array.from([1, 1]));
    const pairs = [0, 2, 3].map((k) => `${values[2 * k]},${values[2 * k + 1]}`);
    expect(new Set(pairs).size).toBe(3);
    for (const k of [0, 2, 3]) expect(Math.abs((values[2 * k] as number) - 2)).toBeLessThan(0.01);
  });

  test('takes large numbers and many blocks as it takes small ones', async () => {
    const x = rowsOf(2, 60, 2);
    const small = await cluster(x, 3, { clusters: 4 });
    const large = await cluster(
      x.map((row) => row.map((v) => 1e20 * v)),
      3,
      { clusters: 4 },
    );
    expect(large.labels).toEqual(small.labels);
    const rows = { values: Float32Array.from(x.flat()), rows: 60, dim: 2 };
    const [frame, centers] = [rowFrame(rows), { values: Float64Array.from([1, 0, -1, 0, 0, 2]), count: 3 }];
    const found = await Promise.all(
      [3, 2 ** 22 / 8, 2 ** 22].map(async (width) => {
        const blocks = rowBlocks(rows, frame, width); // all rows, 8, or one at a time
        const nearest = await nearestCenters(blocks, framedLengths(rows, frame), centers);
        blocks.dispose();
        return Array.from(nearest.labels);
      }),
    );
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  test('says what is wrong', async () => {
    const x = [
      [1, 2],
      [3, 4],
    ];
    const cases: [Promise<unknown>, string][] = [
      [pretext.kMeans(x, 1, {}), 'kMeans: clusters must be an integer >= 1, got NaN.'],
      [pretext.kMeans(x, 1, { clusters: 3 }), 'kMeans: clusters must be an integer >= 1 and <= 2, got 3.'],
      [pretext.kMeans(x, 1.5, { clusters: 1 }), 'kMeans: seed must be'],
      [pretext.kMeans([[1, Number.NaN]], 1, { clusters: 1 }), 'kMeans: x must be finite, got NaN at row 0, column 1.'],
      [pretext.kMeans(x, 1, { initialCenters: [[1]] }), 'kMeans: initialCenters must have shape [1, 2], got [1, 1].'],
      [pretext.kMeans(x, 1, { clusters: 1, batchSize: 0 }), 'kMeans: batchSize must be an integer >= 1, got 0.'],
      [pretext.kMeans(x, 1, { clusters: 1, tolerance: -1 }), 'kMeans: tolerance must be a number >= 0, got -1.'],
      [pretext.pca(x, { components: 0 }), 'pca: components must be an integer >= 1, got 0.'],
      [pretext.clusterTask(x, 1, { clusters: 3 }), 'clusterTask: clusters must be an integer >= 1 and <= 2, got 3.'],
      [pretext.clusterTask(x, 1, { clusters: 1, pca: 0 }), 'clusterTask: pca must be an integer >= 1, got 0.'],
      [pretext.clusterTask(x, 1, { clusters: 1, whiten: 1 as never }), 'whiten must be true or false, got 1.'],
      [pretext.uniformClusterSampler([], 1), 'uniformClusterSampler: labels must have at least one entry, got 0.'],
      [pretext.uniformClusterSampler([1], 1, { size: 0 }), 'size must be an integer >= 1, got 0.'],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
    const before = memory().numTensors;
    const bad = tensor2d([[1, Number.POSITIVE_INFINITY]]);
    await expect(pretext.noiseAsTargetsTask(bad, 1)).rejects.toThrow('features and targets must be finite');
    await expect(pretext.noiseAsTargetsTask(bad, 1, { targets: tensor2d([[1]]) })).rejects.toThrow(
      'targets must have shape [1, 2]',
    );
    expect(memory().numTensors - before).toBe(2);
    disposeAll(bad);
  });
});

describe('pca', () => {
  test('gives directions without variance a score of 0 when it whitens, and takes more columns than rows', async () => {
    const flat = await pretext.pca(
      [
        [1, 1, 5],
        [2, 2, 5],
        [4, 4, 5],
      ],
      { whiten: true },
    );
    const scores = (await flat.scores.array()) as number[][];
    expect(scores.flatMap((row) => row.slice(1))).toEqual([0, 0, 0, 0, 0, 0]);
    const wide = await pretext.pca(rowsOf(1, 3, 7));
    expect(wide.components.shape).toEqual([3, 7]);
    disposeAll([...Object.values(flat), ...Object.values(wide)]);
  });
});

describe('clusterTask', () => {
  test('keeps the laws of tasks', () =>
    taskLaws<Tensor2D>((x, seed) => pretext.clusterTask(x, seed, { clusters: 2, pca: 2 }), {
      shapes: [
        [7, 3],
        [2, 5],
      ],
      classes: 2,
      batchIndependent: false,
      shared: ['centers'],
      numRuns: 5,
    }));
  test('normalises and whitens unless told otherwise', async () => {
    const x = rowsOf(3, 40, 4).map((row) => [10 * (row[0] as number), ...row.slice(1)]);
    const sums = async (
      options: Partial<pretext.ClusterTaskOptions>,
    ): Promise<{ lengths: number[]; first: number }> => {
      const task = await pretext.clusterTask(x, 1, { clusters: 3, ...options });
      const rows = (await task.inputs.array()) as number[][];
      disposeAll(Object.values(task));
      return {
        lengths: rows.map((row) => Math.hypot(...row)),
        first: rows.reduce((s, row) => s + (row[0] as number) ** 2 / 39, 0),
      };
    };
    for (const length of (await sums({})).lengths) expect(length).toBeCloseTo(1, 5);
    expect((await sums({ normalize: false })).first).toBeCloseTo(1, 4);
    expect((await sums({ normalize: false, whiten: false })).first).toBeGreaterThan(50);
    expect((await sums({ normalize: false, pca: null })).lengths[0]).toBeCloseTo(Math.hypot(...(x[0] as number[])), 4);
  });
});

describe('noiseAsTargetsTask', () => {
  test('keeps the laws of tasks, gives unit targets one to one, none of which can be exchanged', async () => {
    await taskLaws<Tensor2D>((x, seed) => pretext.noiseAsTargetsTask(x, seed), {
      shapes: [
        [7, 3],
        [2, 5],
      ],
      batchIndependent: false,
      numRuns: 5,
    });
    const features = tensor2d(normal(5, 20 * 6), [20, 6]);
    const task = await pretext.noiseAsTargetsTask(features, 7);
    const [f, t] = [(await task.inputs.array()) as number[][], (await task.targets.array()) as number[][]];
    const dot = (a: number, b: number): number =>
      (f[a] as number[]).reduce((s, v, i) => s + v * ((t[b] as number[])[i] as number), 0);
    for (let i = 0; i < 20; i++) {
      expect(Math.hypot(...(t[i] as number[]))).toBeCloseTo(1, 5);
      for (let j = 0; j < i; j++) expect(dot(i, i) + dot(j, j)).toBeGreaterThanOrEqual(dot(i, j) + dot(j, i) - 1e-5);
    }
    expect(Array.from(await task.assignment.data()).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    disposeAll([features, ...(Object.values(task) as Tensor[])]);
  });
});

describe('uniformClusterSampler', () => {
  test('every cluster comes up equally often, every row of one before any comes again', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 80 }),
        async (seed, n, size) => {
          const labels = Int32Array.from(integers(seed, n, { max: 5 }), (v, i) => ((uniform(i) < 0.5 ? 0 : v) * 3) | 0);
          const rows = await pretext.uniformClusterSampler(labels, seed, { size });
          expect(rows.length).toBe(size);
          const tally = (list: Iterable<number>): number[] => {
            const counts = new Map<number, number>();
            for (const v of list) counts.set(v, (counts.get(v) ?? 0) + 1);
            return [...counts.values()];
          };
          const clusters = new Set(labels).size;
          const counts = tally(Array.from(rows, (r) => labels[r] as number));
          expect(Math.max(...counts) - (counts.length < clusters ? 0 : Math.min(...counts))).toBeLessThanOrEqual(1);
          for (const label of new Set(labels)) {
            const own = Array.from(rows).filter((r) => labels[r] === label);
            const times = tally(own);
            const all = labels.filter((l) => l === label).length;
            if (times.length > 0)
              expect(Math.max(...times) - (times.length < all ? 0 : Math.min(...times))).toBeLessThanOrEqual(1);
          }
          expect(await pretext.uniformClusterSampler(Array.from(labels), seed, { size })).toEqual(rows);
        },
      ),
      { numRuns: 30 },
    ));
});
