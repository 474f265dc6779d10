import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { kMeans, pca } from '../../src/pretext/index.js';
import * as probes from '../../src/probes/index.js';
import { hold, onEveryBackend } from '../helpers/index.js';

/** What `Number()` turns into 0 or 1, or what is no number for another reason. */
const wrong: [string, unknown][] = [
  ['null', null],
  ["''", ''],
  ["'1'", '1'],
  ['false', false],
  ['true', true],
  ['[]', []],
  ['undefined', undefined],
  ['a bigint', 1n],
  ['a date', new Date(0)],
  ['an object', {}],
];

onEveryBackend('entries that are no numbers', () => {
  const labels = (bad: unknown) => [1, bad] as never;
  const nested = (bad: unknown) => [[1], [bad]] as never;
  const rows = (bad: unknown) =>
    [
      [1, 0],
      [0.5, bad],
      [2, 1],
      [0, 3],
    ] as never;
  const good = [
    [1, 0],
    [0.5, 1],
    [2, 1],
    [0, 3],
  ];
  const part = { x: { data: Float32Array.of(1, 0), shape: [2, 1] }, labels: [0, 1] };
  const box = [[0, 0, 1, 1]];

  /** Each takes the entry at a second place of an argument; the rest is right. */
  const calls: Record<string, (bad: unknown) => Promise<unknown>> = {
    'accuracy labels': (bad) => probes.accuracy([1, 0], labels(bad)),
    'accuracy predictions': (bad) => probes.accuracy(labels(bad), [1, 0]),
    'accuracy nested': (bad) => probes.accuracy([1, 0], nested(bad)),
    confusionMatrix: (bad) => probes.confusionMatrix(labels(bad), [1, 0]),
    meanIoU: (bad) => probes.meanIoU([[1, 0]], [labels(bad)]),
    adjustedMutualInfo: (bad) => probes.adjustedMutualInfo(labels(bad), [1, 0]),
    purity: (bad) => probes.purity([1, 0], labels(bad)),
    averagePrecision: (bad) => probes.averagePrecision(labels(bad), [1, 0]),
    'averagePrecision relevant': (bad) => probes.averagePrecision([0.5, 0.4], labels(bad)),
    meanAveragePrecision: (bad) => probes.meanAveragePrecision(good, rows(bad)),
    topKAccuracy: (bad) => probes.topKAccuracy(rows(bad), [0, 1, 0, 1]),
    silhouette: (bad) => probes.silhouette(rows(bad), [0, 1, 0, 1]),
    recallAtK: (bad) => probes.recallAtK(rows(bad), [0, 1, 0, 1]),
    rankMe: (bad) => probes.rankMe(rows(bad)),
    effectiveRank: (bad) => probes.effectiveRank(rows(bad)),
    linearCKA: (bad) => probes.linearCKA(good, rows(bad)),
    trustworthiness: (bad) => probes.trustworthiness(rows(bad), good, { k: 1 }),
    embed2d: (bad) => probes.embed2d(rows(bad)),
    depthErrors: (bad) => probes.depthErrors([1, 2], labels(bad)),
    'depthErrors predictions': (bad) => probes.depthErrors(labels(bad), [1, 2]),
    endpointError: (bad) => probes.endpointError([labels(bad)], [[1, 2]]),
    'endpointError valid': (bad) => probes.endpointError(good, good, { valid: [1, 1, 0, bad] as never }),
    angularError: (bad) => probes.angularError([[1, bad, 0]] as never, [[1, 0, 0]]),
    trajectoryError: (bad) => probes.trajectoryError([[1, bad, 0]] as never, [[1, 0, 0]]),
    pck: (bad) => probes.pck([[labels(bad)]], [[[1, 0]]], { keypoints: 1, size: [1] }),
    'pck visible': (bad) => probes.pck([good.slice(0, 2)], [good.slice(0, 2)], { keypoints: 2, visible: labels(bad) }),
    'detectionAP boxes': (bad) =>
      probes.detectionAP({ boxes: [[0, bad, 1, 1]] as never, scores: [1], images: [0] }, { boxes: box, images: [0] }),
    'detectionAP scores': (bad) =>
      probes.detectionAP({ boxes: [...box, ...box], scores: labels(bad), images: [0, 0] }, { boxes: box, images: [0] }),
    'detectionAP images': (bad) =>
      probes.detectionAP({ boxes: [...box, ...box], scores: [1, 1], images: labels(bad) }, { boxes: box, images: [0] }),
    'probe labels': (bad) => probes.knnProbe({ train: { ...part, labels: labels(bad) }, test: part }, 1),
    'knnPredict labels': (bad) => probes.knnPredict(part.x, part.x, labels(bad)),
    'fitLogistic labels': (bad) => probes.fitLogistic(part.x, labels(bad)),
    'fitRidge labels': (bad) => probes.fitRidge(part.x, labels(bad)),
    kMeans: (bad) => kMeans(rows(bad), 1, { clusters: 2 }),
    pca: (bad) => pca(rows(bad)),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`${name}: each is refused, and named with its place`, async () => {
      for (const [kind, bad] of wrong) {
        const message = await call(bad).then(
          () => `${kind} was taken`,
          (error: Error) => {
            expect(['RangeError', 'ShapeError'], `${kind}: ${error.message}`).toContain(error.name);
            return error.message;
          },
        );
        expect(message).toMatch(/^\w+: [\w.]+ must .*got .* (at|row|in row) .*\d/);
      }
    });
  }

  test('holes, strings, tensors of text and wrong containers are refused', async () => {
    const hole = [1, 0, 1];
    delete hole[1];
    await expect(probes.accuracy([1, 0, 1], hole)).rejects.toThrow(
      'accuracy: labels must hold numbers, got undefined at 1.',
    );
    const text = hold(tensor(['1', '0']));
    const big = BigInt64Array.of(1n, 0n) as never;
    for (const list of ['10', text, big, new DataView(new ArrayBuffer(2)), new Map(), { 0: 1, 1: 0 }]) {
      await expect(probes.accuracy([1, 0], list as never)).rejects.toThrow(/^accuracy: labels must /);
    }
    for (const list of [['12', '34'], '12', big, [[1], text], [hold(tensor([1]))], [[[1]], [[2]]], text]) {
      await expect(probes.rankMe(list as never)).rejects.toThrow(/^rankMe: embeddings must /);
    }
    await expect(probes.rankMe({ data: [1, null], shape: [2, 1] } as never)).rejects.toThrow(
      'rankMe: embeddings.data must be a Uint8Array, Uint8ClampedArray, Float32Array or Int32Array, got an array of 2.',
    );
    await expect(probes.rankMe({ data: Float32Array.of(1, 2), shape: ['2', true] } as never)).rejects.toThrow('shape');
  });

  test('arrays, typed arrays and tensors in each other stay numbers', async () => {
    const inside: Tensor = hold(tensor([1, 0], [2], 'int32'));
    expect(
      await probes.accuracy(
        [inside, Int32Array.of(1, 1)],
        [
          [1, 0],
          [1, 0],
        ],
      ),
    ).toBe(0.75);
    expect(await probes.accuracy(Float64Array.of(1, 0), Uint8Array.of(1, 0))).toBe(1);
    expect(await probes.rankMe([Float32Array.of(1, 0), [0, 1]])).toBeCloseTo(2, 4);
  });
});
