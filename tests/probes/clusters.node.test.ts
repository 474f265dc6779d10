import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import * as probes from '../../src/probes/index.js';
import { integers, normal, permutation } from '../../src/random/index.js';

beforeAll(async () => {
  await setBackend('cpu');
});

const labelsOf = (seed: number, n: number, max: number): number[] => Array.from(integers(seed, n, { max }));

describe('metrics of clusters', () => {
  test('ignore names and order, know equal and constant clusters, and agree with each other', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 40 }), async (seed, n) => {
        const [clusters, truth] = [labelsOf(seed, n, 4), labelsOf(seed + 1, n, 3)];
        const order = permutation(seed, n);
        const renamed = Array.from(order, (i) => ((clusters[i] as number) * 7 + 3) % 11);
        const shuffled = Array.from(order, (i) => truth[i] as number);
        const { adjustedMutualInfo, clusteringAccuracy, completeness, homogeneity, vMeasure } = probes;
        for (const metric of [adjustedMutualInfo, clusteringAccuracy, completeness, homogeneity, vMeasure]) {
          const value = await metric(clusters, truth);
          expect(await metric(renamed, shuffled)).toBeCloseTo(value, 9);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
          expect(await metric(truth, truth)).toBeCloseTo(1, 9);
        }
        expect(await homogeneity(clusters, truth)).toBeCloseTo(await completeness(truth, clusters), 9);
        expect(await vMeasure(clusters, truth)).toBeCloseTo(await probes.normalizedMutualInfo(clusters, truth), 9);
        expect(await adjustedMutualInfo(clusters, truth)).toBeCloseTo(await adjustedMutualInfo(truth, clusters), 9);
        expect(await clusteringAccuracy(clusters, truth)).toBeLessThanOrEqual(
          (await probes.purity(clusters, truth)) + 1e-12,
        );
      }),
      { numRuns: 15 },
    ));

  test('adjustedMutualInfo of random clusters is 0 on average, where the normalised one is not', async () => {
    let [adjusted, normalized] = [0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const [clusters, truth] = [labelsOf(seed, 60, 12), labelsOf(seed + 100, 60, 5)];
      adjusted += (await probes.adjustedMutualInfo(clusters, truth)) / 20;
      normalized += (await probes.normalizedMutualInfo(clusters, truth)) / 20;
    }
    expect(Math.abs(adjusted)).toBeLessThan(0.03);
    expect(normalized).toBeGreaterThan(0.15);
  });

  // Numbers of scikit-learn 1.2.1.
  test('are defined at the edges', async () => {
    expect(await probes.adjustedMutualInfo([0, 0], [1, 1])).toBe(1);
    expect(await probes.adjustedMutualInfo([0, 0, 0], [0, 1, 1])).toBeCloseTo(0, 9);
    expect(await probes.adjustedMutualInfo([0, 1, 2], [2, 1, 0])).toBeCloseTo(1, 9);
    expect([await probes.homogeneity([0, 0], [0, 1]), await probes.completeness([0, 0], [0, 1])]).toEqual([0, 1]);
    expect(await probes.vMeasure([0, 0], [0, 1])).toBe(0);
    expect(await probes.vMeasure([0, 1, 2, 2], [0, 0, 1, 1], { beta: 2 })).toBeCloseTo(0.75, 9);
    expect(await probes.clusteringAccuracy([0, 1, 2, 3], [1, 1, 1, 1])).toBe(0.25);
    expect(await probes.silhouette([[0], [0], [3]], [4, 4, 9])).toEqual({ mean: 2 / 3, perSample: [1, 1, 0] });
    expect((await probes.silhouette([[1], [1], [1]], [0, 0, 1])).perSample).toEqual([0, 0, 0]);
  });

  test('silhouette does not depend on memory, shift or where it runs', async () => {
    const values = normal(1, 40 * 3);
    const [x, clusters] = [tensor2d(values, [40, 3]), labelsOf(2, 40, 3)];
    const whole = await probes.silhouette(x, clusters);
    const parts = await probes.silhouette(
      tensor2d(
        values.map((v) => v + 50),
        [40, 3],
      ),
      clusters,
      { chunk: 7 },
    );
    for (const [i, v] of whole.perSample.entries()) expect(parts.perSample[i]).toBeCloseTo(v, 4);
  });

  test('say what is wrong', async () => {
    const cases: [Promise<unknown>, string][] = [
      [probes.adjustedMutualInfo([], []), 'adjustedMutualInfo: clusters must have at least one entry, got 0.'],
      [probes.clusteringAccuracy([1], [1, 2]), 'clusteringAccuracy: labels must have 1 entries, got 2.'],
      [probes.vMeasure([1], [1], { beta: 0 }), 'vMeasure: beta must be a number > 0, got 0.'],
      [probes.homogeneity([-1], [1]), 'homogeneity: clusters must be integers >= 0, got -1 at 0.'],
      [probes.silhouette([[1], [2]], [0, 0]), 'silhouette: clusters must hold at least 2 different ones, got 1.'],
      [probes.silhouette([[1], [2]], [0]), 'silhouette: clusters must have 2 entries, got 1.'],
      [probes.silhouette([[1], [2]], [0, 1], { chunk: 0 }), 'silhouette: chunk must be an integer >= 1, got 0.'],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  });
});

describe('clusterProbe', () => {
  const part = (n: number, seed: number) => ({
    x: Array.from({ length: n }, (_, i) =>
      [i % 3 === 0 ? 5 : 0, i % 3 === 1 ? 5 : 0, i % 3 === 2 ? 5 : 0].map(
        (v, c) => v + (normal(seed + 4 * i + c) as number),
      ),
    ),
    labels: Int32Array.from({ length: n }, (_, i) => i % 3),
  });
  const data = (seed: number) => {
    const [train, test] = [part(3, seed), part(60, seed + 1000)];
    const flat = ({ x, labels }: ReturnType<typeof part>) => ({
      x: { data: Float32Array.from(x.flat()), shape: [x.length, 3] },
      labels,
    });
    return { train: flat(train), test: flat(test) };
  };
  test('finds classes that lie apart, without their labels, the same way each time', async () => {
    const before = memory().numTensors;
    const result = await probes.clusterProbe(data(1), 3);
    expect(memory().numTensors).toBe(before);
    expect(result).toMatchObject({ probe: 'cluster', clusters: 3, classes: 3, dim: 3, testSamples: 60 });
    for (const key of [
      'accuracy',
      'purity',
      'normalizedMutualInfo',
      'adjustedMutualInfo',
      'adjustedRandIndex',
    ] as const) {
      expect(result[key]).toBeGreaterThan(0.8);
    }
    expect(await probes.clusterProbe(data(1), 3)).toEqual(JSON.parse(JSON.stringify(result)));
    const shuffled = data(1);
    const labels = shuffled.test.labels.map((_, i) => (i * 7) % 3);
    const { predictions } = await probes.clusterProbe({ ...shuffled, test: { ...shuffled.test, labels } }, 3);
    expect(predictions).toEqual(result.predictions);
  });
  test('takes more clusters than classes, and says what is wrong', async () => {
    const more = await probes.clusterProbe(data(1), 3, { clusters: 9, restarts: 2 });
    expect([more.clusters, new Set(more.predictions).size]).toEqual([9, 9]);
    await expect(probes.clusterProbe(data(1), 3, { clusters: 61 })).rejects.toThrow(
      'clusters must be an integer >= 1 and <= 60, got 61.',
    );
    await expect(probes.clusterProbe(data(1), 3, { normalize: 1 as never })).rejects.toThrow(
      'normalize must be true or false, got 1.',
    );
  });
});
