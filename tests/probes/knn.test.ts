import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepTop, nearest, sortTop } from '../../src/internal/nearest.js';
import { knnPredict, knnProbe, nearestNeighbors } from '../../src/probes/index.js';
import { integers, normal } from '../../src/random/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';
import { blobs } from './blobs.js';

onEveryBackend('knnPredict', () => {
  test('votes with exp(similarity / temperature), caps k, keeps two tensors', async () => {
    const bank = hold(
      tensor2d([
        [1, 0],
        [0, 2],
        [3, 3],
      ]),
    );
    const queries = hold(
      tensor2d([
        [5, 0],
        [0, 0],
      ]),
    );
    const before = memory().numTensors;
    const { scores, predictions } = await knnPredict(queries, bank, [0, 1, 1], { temperature: 0.5 });
    expect(memory().numTensors - before).toBe(2);
    const half = Math.exp(Math.SQRT1_2 / 0.5);
    await expectClose(hold(scores), [Math.exp(2), 1 + half, 1, 2]); // a row of zeros is equally far from all
    expect(Array.from(await hold(predictions).data())).toEqual([0, 1]);
    expect(predictions.dtype).toBe('int32');
  });

  test('does not depend on the chunk, on the kind of labels, or on scale', async () => {
    const [bank, queries] = [blobs(1, 40), blobs(2, 13)];
    const labels = hold(tensor1d(bank.labels, 'int32'));
    const whole = await knnPredict(queries.x, bank.x, bank.labels, { k: 7 });
    const parts = await knnPredict(queries.x, bank.x, labels, { k: 7, chunk: 3 });
    const scaled = { data: (await bank.x.data()).map((v) => v * 64) as Float32Array, shape: [40, 5] };
    const larger = await knnPredict(queries.x, scaled, Int32Array.from(bank.labels), { k: 7 });
    for (const one of [parts, larger]) {
      await expectClose(hold(one.scores), hold(whole.scores), { rtol: 1e-3 });
      expect(Array.from(await hold(one.predictions).data())).toEqual(Array.from(await hold(whole.predictions).data()));
    }
  });

  test('holds at extreme temperatures, with ties and with classes that do not occur', async () => {
    const bank = hold(
      tensor2d([
        [1, 0],
        [1, 0],
        [0, 1],
      ]),
    );
    const query = hold(tensor2d([[1, 0]]));
    const { scores, predictions } = await knnPredict(query, bank, [3, 1, 0], { temperature: 1e-4, classes: 6, k: 2 });
    const values = Array.from(await hold(scores).data());
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values[0]).toBe(0);
    expect(Array.from(await hold(predictions).data())).toEqual([3]); // of equal classes the first in the bank
    const first = await knnPredict(query, bank, [3, 1, 0], { k: 1 });
    expect(Array.from(await hold(first.predictions).data())).toEqual([3]); // of equal rows the first
    hold(first.scores);
  });

  test('says what is wrong, before it makes a tensor', async () => {
    const before = memory().numTensors;
    const bank = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
    const query = { data: Float32Array.of(1, 2), shape: [1, 2] };
    const cases: [Promise<unknown>, string][] = [
      [knnPredict(query, bank, [0]), 'knnPredict: labels must have 2 entries, got 1.'],
      [knnPredict(query, bank, [0, -1]), 'knnPredict: labels must be integers >= 0, got -1 at 1.'],
      [knnPredict(query, bank, [0, 0.5]), 'knnPredict: labels must be integers >= 0, got 0.5 at 1.'],
      [knnPredict(query, bank, [0, 3], { classes: 3 }), 'labels must be below classes = 3, got 3.'],
      [knnPredict(query, bank, [0, 1], { k: 0 }), 'knnPredict: k must be an integer >= 1, got 0.'],
      [knnPredict(query, bank, [0, 1], { temperature: 0 }), 'temperature must be a number > 0, got 0.'],
      [
        knnPredict({ data: Float32Array.of(1), shape: [1, 1] }, bank, [0, 1]),
        'queries must have rows of 2 numbers, got 1.',
      ],
      [
        knnPredict({ data: Float32Array.of(1, Number.NaN), shape: [1, 2] }, bank, [0, 1]),
        'knnPredict: queries must be finite, got NaN at row 0, column 1.',
      ],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});

onEveryBackend('nearestNeighbors', () => {
  test('finds what sorting all distances finds', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom('cosine' as const, 'euclidean' as const), async (seed, metric) => {
        const [n, rows, dim] = [4, 12, 3];
        const [q, b] = [normal(seed, n * dim), normal(seed + 1, rows * dim)];
        const { indices, distances } = await nearestNeighbors(
          { data: q, shape: [n, dim] },
          { data: b, shape: [rows, dim] },
          { k: 5, metric, chunk: 3 },
        );
        for (let i = 0; i < n; i++) {
          const all = Array.from({ length: rows }, (_, j) => {
            const [u, v] = [q.subarray(i * dim, (i + 1) * dim), b.subarray(j * dim, (j + 1) * dim)];
            const dot = u.reduce((sum, x, k) => sum + x * (v[k] as number), 0);
            return metric === 'cosine'
              ? 1 - dot / (Math.hypot(...u) * Math.hypot(...v))
              : Math.hypot(...u.map((x, k) => x - (v[k] as number)));
          });
          await expectClose(distances[i] as number[], [...all].sort((x, y) => x - y).slice(0, 5), {
            rtol: 1e-3,
            atol: 1e-3,
          });
          await expectClose(
            distances[i] as number[],
            (indices[i] as number[]).map((j) => all[j] as number),
            { rtol: 1e-3, atol: 1e-3 },
          );
        }
      }),
      { numRuns: 20 },
    ));

  test('leaves the row itself out where told', async () => {
    const x = normals(3, [6, 4]);
    const { indices } = await nearestNeighbors(x, x, { k: 10, excludeSelf: true });
    for (const [i, row] of indices.entries()) {
      expect(row).toHaveLength(5);
      expect(row).not.toContain(i);
    }
    await expect(nearestNeighbors(x, normals(4, [5, 4]), { excludeSelf: true })).rejects.toThrow(
      'nearestNeighbors: queries must have shape [5, 4], got [6, 4].',
    );
  });

  test('the selection sorts what it is offered piece by piece, equal values by place', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
        (seed, [n, wanted, piece]) => {
          const k = Math.min(n, wanted);
          const values = Float32Array.from(integers(seed, n, { max: 6 }));
          const [indices, scores] = [new Int32Array(k), new Float32Array(k)];
          for (let at = 0; at < n; at += piece) keepTop(values.subarray(at, at + piece), at, indices, scores);
          sortTop(indices, scores);
          const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
          expect(Array.from(indices)).toEqual(order.slice(0, k));
          expect(Array.from(scores)).toEqual(order.slice(0, k).map((i) => values[i]));
        },
      ),
    );
  });

  test('the bank in blocks gives what the bank at once gives', async () => {
    const x = { values: normal(5, 37 * 4), rows: 37, dim: 4 };
    for (const metric of ['cosine', 'dot', 'euclidean'] as const) {
      const options = { k: 30, metric, excludeSelf: true };
      const [whole, blocks] = [await nearest(x, x, options), await nearest(x, x, { ...options, chunk: 5, block: 40 })];
      expect(blocks.indices).toEqual(whole.indices);
      await expectClose(blocks.scores, whole.scores, { atol: 1e-5 });
    }
  });
});

onEveryBackend('knnProbe', () => {
  test('reports accuracy, interval and predictions as JSON, the same every time', async () => {
    const data = { train: blobs(1, 60), test: blobs(2, 30) };
    const before = memory().numTensors;
    const result = await knnProbe(data, 5, { k: 9 });
    expect(memory().numTensors).toBe(before);
    expect(result.accuracy).toBeGreaterThan(0.8);
    expect(result.interval[0]).toBeLessThanOrEqual(result.accuracy);
    expect(result.interval[1]).toBeGreaterThanOrEqual(result.accuracy);
    expect(result).toMatchObject({ probe: 'knn', k: 9, temperature: 0.07, classes: 3, dim: 5, trainSamples: 60 });
    expect(JSON.parse(JSON.stringify(await knnProbe(data, 5, { k: 9 })))).toEqual(result);
    const bad = { train: data.train } as unknown as typeof data;
    await expect(knnProbe(bad, 5)).rejects.toThrow('knnProbe: data.test must be {x, labels}, got undefined.');
  });
});
