import '@tensorflow/tfjs-backend-cpu';
import { type Tensor, type Tensor4D, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import * as probes from '../../src/probes/index.js';
import { integers, normal, type Seed } from '../../src/random/index.js';

/** Class c is called names[c]: permutations, gaps, and labels by which nothing may be sized. */
const names = (classes: number, max: number) =>
  fc.uniqueArray(
    fc.oneof(fc.integer({ min: 0, max: Math.min(max, 2 * classes) }), fc.integer({ min: 0, max }), fc.constant(max)),
    { minLength: classes, maxLength: classes },
  );

/** Points of 4 classes; every other one on a grid, so that there are equal rows and ties. */
const features = (seed: Seed, n: number): { x: probes.ArrayData; labels: number[] } => {
  const labels = Array.from(integers(seed, n, { max: 4 }));
  const data = normal(seed, n * 4).map((v, i) => {
    const value = 0.9 * v + (i % 4 === labels[i >> 2] ? 1.5 : 0);
    return (i >> 2) % 2 === 0 ? Math.round(value) : value;
  });
  return { x: { data: Float32Array.from(data), shape: [n, 4] }, labels };
};
const images = (seed: Seed, n: number): { x: probes.ArrayData; labels: number[] } => {
  const labels = Array.from(integers(seed, n, { max: 4 }));
  const data = normal(seed, n * 48).map((v, i) =>
    Math.min(1, Math.max(0, 0.1 * v + 0.2 * (labels[Math.floor(i / 48)] as number) + 0.1 * (i % 3))),
  );
  return { x: { data: Float32Array.from(data), shape: [n, 4, 4, 3] }, labels };
};
const encoder = sequential({
  layers: [
    layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [4, 4, 3], activation: 'relu', name: 'first' }),
    layers.conv2d({ filters: 4, kernelSize: 2, name: 'second' }),
  ],
});
afterAll(() => encoder.dispose());

interface Part {
  readonly x: probes.ArrayData;
  readonly labels: number[];
}
type Data = { readonly train: Part; readonly test: Part };
const vectors = { train: features(1, 40), test: features(2, 25) };
const pictures = { train: images(3, 24), test: images(4, 12) };

/** All numbers under keys that hold predictions, and the rest. */
const split = (result: unknown): { predictions: unknown[]; rest: unknown } => {
  const predictions: unknown[] = [];
  const rest = JSON.parse(
    JSON.stringify(result, (key, value) => {
      if (!/predictions$/i.test(key) && key !== 'seconds') return value;
      if (key !== 'seconds') predictions.push(value);
      return undefined;
    }),
  );
  return { predictions, rest };
};
const renamed = (value: unknown, list: readonly number[]): unknown =>
  Array.isArray(value) ? value.map((v) => renamed(v, list)) : list[value as number];

const runs: [string, Data, (data: Data) => Promise<unknown>, { clusters?: boolean }?][] = [
  ['knnProbe', vectors, (d) => probes.knnProbe(d, 1, { k: 6, temperature: 1 })],
  ['linearProbe', vectors, (d) => probes.linearProbe(d, 1, { maxIterations: 30 })],
  ['ridgeProbe', vectors, (d) => probes.ridgeProbe(d, 1)],
  ['mlpProbe', vectors, (d) => probes.mlpProbe(d, 1, { hidden: 8, epochs: 3, labelSmoothing: 0.1 })],
  ['clusterProbe', vectors, (d) => probes.clusterProbe(d, 1, { restarts: 2 }), { clusters: true }],
  ['retrievalProbe', vectors, (d) => probes.retrievalProbe(d, 1)],
  ...(['linear', 'ridge', 'knn'] as const).map((probe): (typeof runs)[number] => [
    `fewLabelProbe ${probe}`,
    vectors,
    (d) => probes.fewLabelProbe(d, 1, { fractions: [0.2, 1], draws: 2, probe }),
  ]),
  ['layerwiseProbe', pictures, (d) => probes.layerwiseProbe(encoder, d, 1, { probe: 'ridge' })],
  ['fineTuneProbe', pictures, (d) => probes.fineTuneProbe(encoder, d, 1, { steps: 3, batchSize: 8, fraction: 0.5 })],
  [
    'robustnessProbe',
    pictures,
    (d) => probes.robustnessProbe(encoder, d, 1, { kinds: ['brightness'], severities: [2], maxIterations: 20 }),
  ],
  [
    'probeCallback',
    pictures,
    async (d) => {
      const watch = probes.probeCallback(encoder, d, 1, { k: 3 });
      await watch.onBatchBegin(0);
      return watch.history;
    },
  ],
];

describe('probes do not depend on what classes are called', () => {
  for (const [name, data, run, { clusters = false } = {}] of runs) {
    test(name, async () => {
      const before = split(await run(data));
      if (clusters || before.predictions.length === 0) expect(before.rest).not.toEqual({});
      await fc.assert(
        fc.asyncProperty(names(4, 2 ** 31 - 1), async (list) => {
          const part = ({ x, labels }: Part): Part => ({ x, labels: labels.map((c) => list[c] as number) });
          const after = split(await run({ train: part(data.train), test: part(data.test) }));
          expect(after.rest).toEqual(before.rest);
          expect(after.predictions).toEqual(clusters ? before.predictions : renamed(before.predictions, list));
        }),
        { numRuns: 8, examples: [[[1, 2, 3, 4]], [[3, 2, 1, 0]], [[1_000_000, 5, 8, 3]]] },
      );
    });
  }

  test('denseProbe', async () => {
    const part = (seed: number, n: number) => {
      const { x } = images(seed, n);
      return { x, labels: Array.from(integers(seed, n * 16, { max: 3 })) };
    };
    const [train, held] = [part(5, 8), part(6, 4)];
    const maps = sequential({
      layers: [layers.conv2d({ filters: 4, kernelSize: 2, strides: 2, inputShape: [4, 4, 3] })],
    });
    const run = (list: readonly number[]) => {
      const of = ({ x, labels }: ReturnType<typeof part>) => ({
        x,
        labels: {
          data: Int32Array.from(labels, (c) => (c === 2 ? 255 : (list[c] as number))),
          shape: [x.shape[0] as number, 4, 4],
        },
      });
      return probes.denseProbe(maps, { train: of(train), test: of(held) }, 1, { maxIterations: 20 });
    };
    const before = await run([0, 1]);
    await fc.assert(
      fc.asyncProperty(
        names(2, 1_000_000).filter((list) => !list.includes(255)),
        async (list) => {
          const { perClass, predictions, classes, ...rest } = await run(list);
          const { perClass: shares, predictions: guesses, classes: _, ...others } = before;
          expect(rest).toEqual(others);
          expect(list.map((c) => perClass[c])).toEqual(shares);
          expect(classes).toBe(Math.max(...list) + 1);
          expect(predictions).toEqual(renamed(guesses, list));
        },
      ),
      { numRuns: 8, examples: [[[1, 0]], [[1_000_000, 3]]] },
    );
    maps.dispose();
  });

  test('shortcutReport', async () => {
    const run = (list: readonly number[]) =>
      probes.shortcutReport(
        (x: Tensor4D, seed) =>
          tidy(() => ({
            inputs: x.clone() as Tensor,
            labels: tensor1d(
              Array.from(integers(seed, x.shape[0], { max: 3 }), (c) => list[c] as number),
              'int32',
            ),
          })),
        pictures.train.x,
        1,
      );
    const before = await run([0, 1, 2]);
    for (const list of [
      [2, 1, 0],
      [1_000_000, 7, 3],
    ])
      expect(await run(list)).toEqual(before);
  });

  test('fitLogistic, fitRidge, knnPredict: predictions, and the columns of scores', async () => {
    const { train, test: held } = vectors;
    const queries = tensor2d(held.x.data as Float32Array, [25, 4]);
    const run = async (list: readonly number[]) => {
      const labels = train.labels.map((c) => list[c] as number);
      const out: { predictions: number[]; columns: number[][] }[] = [];
      const take = async (scores: Tensor, predictions: Tensor) => {
        const [width, values] = [scores.shape[1] as number, await scores.data()];
        const columns = list.map((c) => Array.from({ length: 25 }, (_, r) => values[r * width + c] as number));
        out.push({ predictions: Array.from(await predictions.data()), columns });
        scores.dispose();
        predictions.dispose();
      };
      for (const make of [probes.fitLogistic, probes.fitRidge]) {
        const classifier = await make(train.x, labels);
        await take(classifier.scores(queries), classifier.predict(queries));
        classifier.dispose();
      }
      const votes = await probes.knnPredict(held.x, train.x, labels, { k: 7, temperature: 0.3 });
      await take(votes.scores, votes.predictions);
      return out;
    };
    const before = await run([0, 1, 2, 3]);
    await fc.assert(
      fc.asyncProperty(names(4, 5000), async (list) => {
        for (const [i, { predictions, columns }] of (await run(list)).entries()) {
          expect(predictions).toEqual(renamed(before[i]?.predictions, list));
          expect(columns).toEqual(before[i]?.columns);
        }
      }),
      { numRuns: 8, examples: [[[1, 2, 3, 4]], [[3, 2, 1, 0]], [[1_000_000, 5, 8, 3]]] },
    );
    const far = await probes.fitRidge(
      train.x,
      train.labels.map((c) => c + 2 ** 31 - 4),
    );
    const predictions = far.predict(queries);
    expect(Array.from(await predictions.data())).toEqual(
      renamed(
        before[1]?.predictions,
        [0, 1, 2, 3].map((c) => c + 2 ** 31 - 4),
      ),
    );
    expect(() => far.scores(queries)).toThrow(
      'Classifier.scores: labels index rows or columns of the result and must be small',
    );
    far.dispose();
    predictions.dispose();
    queries.dispose();
    const wide = { data: new Float32Array(400), shape: [100, 4] };
    await expect(probes.knnPredict(wide, wide, new Array(100).fill(1_000_000))).rejects.toThrow(
      'or set options.classes',
    );
  });
});

describe('metrics do not depend on what classes are called', () => {
  const n = 60;
  const truth = Array.from(integers(1, n, { max: 5 }));
  const guess = truth.map((c, i) => (i % 3 === 0 ? (c + i) % 5 : c));
  const x = Array.from({ length: n }, (_, i) =>
    Array.from(normal(i, 3), (v, k) => v + (k === (truth[i] as number) % 3 ? 2 : 0)),
  );
  const { adjustedMutualInfo, adjustedRandIndex, clusteringAccuracy, completeness, homogeneity } = probes;
  const { normalizedMutualInfo, purity, vMeasure } = probes;

  const metrics: Record<string, (guess: number[], truth: number[]) => Promise<unknown>> = {
    ...{ adjustedMutualInfo, adjustedRandIndex, clusteringAccuracy, completeness, homogeneity },
    ...{ normalizedMutualInfo, purity, vMeasure },
    silhouette: (_, labels) => probes.silhouette(x, labels),
    recallAtK: (_, labels) => probes.recallAtK(x, labels, { k: [1, 4] }),
    accuracy: (a, b) => probes.accuracy(a, b),
  };
  for (const [name, metric] of Object.entries(metrics)) {
    test(name, async () => {
      const before = await metric(guess, truth);
      await fc.assert(
        fc.asyncProperty(names(5, 2 ** 31 - 1), names(5, 2 ** 31 - 1), async (list, other) => {
          const own = name === 'accuracy' ? list : other; // clusters have names of their own
          expect(await metric(renamed(guess, own) as number[], renamed(truth, list) as number[])).toEqual(before);
        }),
        {
          numRuns: 20,
          examples: [
            [
              [2 ** 31 - 1, 2 ** 31 - 2, 3, 1, 0],
              [2 ** 31 - 2, 2 ** 31 - 1, 7, 8, 9],
            ],
          ],
        },
      );
    });
  }

  test('meanIoU, confusionMatrix, topKAccuracy, meanAveragePrecision: rows and columns move along', async () => {
    const scores = Array.from({ length: n }, (_, i) => Array.from(normal(1000 + i, 5)));
    const [matrix, iou] = [await probes.confusionMatrix(guess, truth), await probes.meanIoU(guess, truth)];
    const [top, hits] = [
      await probes.topKAccuracy(scores, truth, { k: [1, 3] }),
      truth.map((c) => [0, 1, 2, 3, 4].map((k) => (k === c ? 1 : 0))),
    ];
    const precision = await probes.meanAveragePrecision(scores, hits);
    await fc.assert(
      fc.asyncProperty(names(5, 300), fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), async (list, order) => {
        const [a, b] = [renamed(guess, list) as number[], renamed(truth, list) as number[]];
        const found = await probes.confusionMatrix(a, b);
        expect(list.map((r) => list.map((c) => found[r]?.[c]))).toEqual(matrix);
        const { mean, perClass } = await probes.meanIoU(a, b);
        expect(mean).toBe(iou.mean);
        expect(list.map((c) => perClass[c])).toEqual(iou.perClass);
        const permuted = (rows: number[][]) => rows.map((row) => order.map((c) => row[c] as number));
        const place = truth.map((c) => order.indexOf(c));
        expect(await probes.topKAccuracy(permuted(scores), place, { k: [1, 3] })).toEqual(top);
        expect((await probes.meanAveragePrecision(permuted(scores), permuted(hits))).mean).toBeCloseTo(
          precision.mean,
          12,
        );
      }),
      { numRuns: 20 },
    );
    const far = await probes.meanIoU(
      renamed(guess, [1_000_000, 1, 2, 3, 4]) as number[],
      renamed(truth, [1_000_000, 1, 2, 3, 4]) as number[],
    );
    expect(far.mean).toBe(iou.mean);
    await expect(probes.confusionMatrix([1_000_000], [1])).rejects.toThrow(
      'confusionMatrix: labels index rows or columns of the result and must be small, got 1000000: number the classes from 0',
    );
    await expect(probes.meanIoU([2 ** 31 - 1], [1])).rejects.toThrow('meanIoU: labels index rows');
  });

  test('does not grow with the labels', async () => {
    const many = Array.from({ length: 200_000 }, (_, i) => i);
    expect(await probes.purity(many, many)).toBe(1); // more classes than a call has arguments
  });
});
