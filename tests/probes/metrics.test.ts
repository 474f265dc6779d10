import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gram } from '../../src/internal/gram.js';
import { principalComponents, project } from '../../src/internal/principalComponents.js';
import { symmetricEigen } from '../../src/internal/symmetricEigen.js';
import { accuracyInterval } from '../../src/probes/bootstrap.js';
import * as probes from '../../src/probes/index.js';
import { integers, normal, permutation } from '../../src/random/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

const labelsOf = (seed: number, n: number, max = 4): number[] => Array.from(integers(seed, n, { max }));

onEveryBackend('metrics of labels', () => {
  test('take arrays, typed arrays and tensors alike, and keep none', async () => {
    const [guess, truth] = [labelsOf(1, 30), labelsOf(2, 30)];
    const tensors = [hold(tensor1d(guess, 'int32')), hold(tensor1d(truth, 'int32'))] as const;
    const before = memory().numTensors;
    for (const metric of [
      probes.accuracy,
      probes.confusionMatrix,
      probes.meanIoU,
      probes.purity,
      probes.adjustedRandIndex,
    ]) {
      const expected = await metric(guess, truth);
      expect(await metric(...tensors)).toEqual(expected);
      expect(await metric(Int32Array.from(guess), [truth.slice(0, 10), truth.slice(10)])).toEqual(expected);
    }
    expect(memory().numTensors).toBe(before);
  });

  test('clustering metrics ignore names and order, and know perfect and constant clusters', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 40 }), async (seed, n) => {
        const [clusters, truth] = [labelsOf(seed, n), labelsOf(seed + 1, n, 3)];
        const order = permutation(seed, n);
        const renamed = Array.from(order, (i) => ((clusters[i] as number) * 7 + 3) % 11);
        const shuffled = Array.from(order, (i) => truth[i] as number);
        for (const metric of [probes.purity, probes.normalizedMutualInfo, probes.adjustedRandIndex]) {
          const value = await metric(clusters, truth);
          expect(await metric(renamed, shuffled)).toBeCloseTo(value, 9);
          expect(value).toBeLessThanOrEqual(1);
          expect(await metric(truth, truth)).toBeCloseTo(1, 9);
        }
        expect(await probes.adjustedRandIndex(clusters, truth)).toBeCloseTo(
          await probes.adjustedRandIndex(truth, clusters),
          9,
        );
      }),
      { numRuns: 25 },
    ));

  test('are defined at the edges', async () => {
    expect(await probes.normalizedMutualInfo([0, 0], [1, 1])).toBe(1);
    expect(await probes.normalizedMutualInfo([0, 0], [0, 1])).toBe(0);
    expect(await probes.adjustedRandIndex([5], [2])).toBe(1);
    expect(await probes.confusionMatrix([2], [0])).toEqual([
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await probes.meanIoU([1, 1], [1, 1], { classes: 3 })).toEqual({ mean: 1, perClass: [0, 1, 0] });
    expect(await probes.topKAccuracy([[1, 1, 1]], [0], { k: [1, 9] })).toEqual([1, 1]);
    expect(await probes.topKAccuracy([[1, 1, 1]], [2], { k: 2 })).toEqual([0]); // ties do not help
    expect(await probes.averagePrecision([1, 1, 1, 1], [1, 0, 0, 1])).toBe(0.5);
    expect(
      await probes.meanAveragePrecision(
        [
          [1, 2],
          [2, 1],
        ],
        [
          [1, 0],
          [0, 0],
        ],
      ),
    ).toEqual({ mean: 0.5, perClass: [0.5, null] });
  });

  test('say what is wrong', async () => {
    const cases: [Promise<unknown>, string][] = [
      [probes.accuracy([], []), 'accuracy: predictions must have at least one entry, got 0.'],
      [probes.accuracy([1], [1, 2]), 'accuracy: labels must have 1 entries, got 2.'],
      [probes.purity([1.5], [1]), 'purity: clusters must be integers >= 0, got 1.5 at 0.'],
      [probes.confusionMatrix([4], [1], { classes: 3 }), 'confusionMatrix: labels must be below classes = 3, got 4.'],
      [probes.topKAccuracy([[1, 2]], [2]), 'topKAccuracy: labels must be below 2, the classes of scores, got 2.'],
      [probes.topKAccuracy([[1, 2]], [1], { k: 0 }), 'topKAccuracy: k must be an integer >= 1, got 0.'],
      [probes.topKAccuracy([[1, Number.NaN]], [1]), 'topKAccuracy: scores must be finite, got NaN at row 0, column 1.'],
      [probes.averagePrecision([1, 2], [0, 0]), 'averagePrecision: relevant must hold at least one 1, got none.'],
      [probes.averagePrecision([1, Number.NaN], [0, 1]), 'averagePrecision: scores must be finite, got NaN at 1.'],
      [probes.averagePrecision([1, 2], [2, 1]), 'averagePrecision: relevant must be 0 or 1, got 2 at 0.'],
      [probes.recallAtK([[1, 2]], [0]), 'recallAtK: embeddings must have at least 2 rows, got 1.'],
      [probes.linearCKA([[1], [2]], [[1]]), 'linearCKA: y must have 2 rows, got 1.'],
      [
        probes.trustworthiness([[1], [2], [3]], [[1], [2], [3]], { k: 2 }),
        'k must be an integer >= 1 and <= 1, got 2.',
      ],
      [probes.rankMe([[1, 2], [3]]), 'rankMe: embeddings must have rows of 2 numbers, got 1 in row 1.'],
      [probes.accuracy(3 as never, [1]), 'accuracy: predictions must be a tensor or an array, got 3.'],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  });
});

onEveryBackend('metrics of embeddings', () => {
  test('ranks do not depend on rotation, scale or the longer side, and see the number of directions', async () => {
    const x = normal(1, 30 * 6);
    const rows = Array.from({ length: 30 }, (_, r) => Array.from(x.subarray(6 * r, 6 * r + 6)));
    const columns = Array.from({ length: 6 }, (_, c) => rows.map((row) => row[c] as number));
    const [rank, turned] = [await probes.rankMe(rows), await probes.rankMe(columns)];
    expect(turned).toBeCloseTo(rank, 6);
    expect(await probes.rankMe(rows.map((row) => row.map((v) => 100 * v)))).toBeCloseTo(rank, 6);
    expect(await probes.rankMe(normals(1, [30, 6]))).toBeCloseTo(rank, 5);
    expect(
      await probes.effectiveRank([
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ]),
    ).toBeCloseTo(3, 9);
    expect(
      await probes.effectiveRank([
        [1, 2],
        [2, 4],
        [-1, -2],
      ]),
    ).toBeCloseTo(1, 6);
    expect(
      await probes.rankMe([
        [0, 0],
        [0, 0],
      ]),
    ).toBe(1);
  });

  test('linearCKA is 1 for equal representations, 0 where one is constant', async () => {
    const x = normals(1, [20, 4]);
    expect(await probes.linearCKA(x, x)).toBeCloseTo(1, 9);
    expect(await probes.linearCKA(x, hold(tensor2d(new Float32Array(20).fill(3), [20, 1])))).toBe(0);
    expect(await probes.linearCKA(x, normals(2, [20, 4]))).toBeLessThan(0.7);
  });

  test('embed2d finds the plane that points lie in, the same way each time', async () => {
    const plane = normal(3, 2 * 40);
    const at = (r: number, c: number) =>
      3 * (plane[2 * r] as number) * (c === 1 ? 1 : 0) + (plane[2 * r + 1] as number) * (c === 4 ? 1 : 0);
    const x = hold(
      tensor2d(
        Float32Array.from({ length: 40 * 6 }, (_, i) => at(Math.floor(i / 6), i % 6) + 5),
        [40, 6],
      ),
    );
    const { points, explained, trustworthiness } = await probes.embed2d(x);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 5);
    expect(trustworthiness).toBeCloseTo(1, 6);
    expect(await probes.embed2d(x)).toEqual({ points, explained, trustworthiness });
    expect((await probes.embed2d([[1, 2]])).points).toEqual([[0, 0]]);
  });
});

onEveryBackend('decompositions', () => {
  test('give back the matrix, with orthonormal vectors', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 14 }), (seed, n, rows) => {
        const a = gram({ values: normal(seed, n * rows), rows, dim: n }, 'columns');
        const { values, vectors } = symmetricEigen(a, n, { vectors: true });
        const alone = symmetricEigen(a, n).values;
        const scale = Math.max(1, ...a.map(Math.abs));
        for (let i = 0; i < n; i++) {
          expect(Math.abs((alone[i] as number) - (values[i] as number))).toBeLessThan(1e-10 * scale);
          for (let j = 0; j < n; j++) {
            let [back, dot] = [0, 0];
            for (let k = 0; k < n; k++) {
              back += (values[k] as number) * (vectors[k * n + i] as number) * (vectors[k * n + j] as number);
              dot += (vectors[i * n + k] as number) * (vectors[j * n + k] as number);
            }
            expect(Math.abs(back - (a[i * n + j] as number))).toBeLessThan(1e-10 * scale);
            expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-10);
          }
        }
      }),
    );
    expect(Array.from(symmetricEigen(new Float64Array(9), 3, { vectors: true }).values)).toEqual([0, 0, 0]);
  });

  test('eigenvalues that are but rounding come out as such', () => {
    // Rows of 128 numbers in 30 directions, each weaker than the one before: as a projection head makes them.
    const [rows, rank, dim] = [100, 30, 128];
    const codes = normal(1, rows * rank).map((v, i) => (v + (i % rank === 0 ? 2 : 0)) * Math.exp(-0.5 * (i % rank)));
    const head = { values: normal(2, rank * dim), rows: rank, dim };
    const values = new Float32Array(rows * dim);
    for (let i = 0; i < values.length; i++) {
      const [row, column] = [Math.floor(i / dim), i % dim];
      for (let k = 0; k < rank; k++) {
        (values[i] as number) += (codes[row * rank + k] as number) * (head.values[k * dim + column] as number);
      }
    }
    const products = gram({ values, rows, dim }, 'columns');
    const { values: found } = symmetricEigen(products, dim, { vectors: true });
    const trace = Array.from({ length: dim }, (_, i) => products[i * dim + i] as number).reduce((a, b) => a + b);
    expect(found.reduce((a, b) => a + b) / trace).toBeCloseTo(1, 12);
    expect(Math.abs(found[dim - 1] as number)).toBeLessThan(1e-12 * trace);
  });

  test('principal components of wide and tall matrices agree', async () => {
    const x = { values: normal(5, 6 * 9), rows: 6, dim: 9 };
    const wide = principalComponents(x, 5);
    const again = { values: Float32Array.from([...x.values, ...x.values]), rows: 12, dim: 9 };
    const tall = principalComponents(again, 5);
    await expectClose(wide.components, tall.components, { atol: 1e-6 });
    await expectClose(project(x, wide), Array.from(project(again, tall)).slice(0, 30), { atol: 1e-6 });
  });

  test('the bootstrap interval is that of resampling, and covers what it should', () => {
    const [low, high] = accuracyInterval(300, 400, 1);
    expect(low).toBeCloseTo(0.75 - 1.96 * Math.sqrt((0.75 * 0.25) / 400), 2);
    expect(high).toBeCloseTo(0.75 + 1.96 * Math.sqrt((0.75 * 0.25) / 400), 2);
    expect([accuracyInterval(0, 5, 1)[0], accuracyInterval(5, 5, 1)[1]]).toEqual([0, 1]);
    // 95 % of the intervals hold the share, near its end too: all numbers of hits, weighted by their chance.
    for (const [n, p] of [
      [50, 0.98],
      [20, 0.5],
    ] as const) {
      let [covered, chance] = [0, (1 - p) ** n];
      for (let hits = 0; hits <= n; hits++) {
        const [least, most] = accuracyInterval(hits, n, hits);
        if (least <= p && p <= most) covered += chance;
        chance *= ((n - hits) / (hits + 1)) * (p / (1 - p));
      }
      expect(covered).toBeGreaterThan(0.95);
    }
    const [a, b] = accuracyInterval(49_000, 100_000, 1); // no underflow
    expect([a < 0.49, b > 0.49, b - a < 0.01]).toEqual([true, true, true]);
  });
});
