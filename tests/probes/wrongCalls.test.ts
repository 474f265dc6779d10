import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import * as probes from '../../src/probes/index.js';
import { normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('wrong calls of probes and metrics', () => {
  const part = { x: { data: Float32Array.of(0, 1, 1, 0, 2, 1, 0, 3), shape: [4, 2] }, labels: [0, 1, 0, 1] };
  const data = { train: part, test: part };
  const rows = [
    [1, 0],
    [0, 1],
    [2, 1],
    [0, 3],
  ];
  const labels = part.labels;
  const box = { boxes: [[0, 0, 1, 1]], images: [0] };
  const task = () => ({}) as never;
  const o = (options: unknown) => options as never;

  /** Every export that takes options, called with them; the rest is right. */
  const calls = (model: ReturnType<typeof sequential>): Record<string, (options: unknown) => Promise<unknown>> => ({
    clusterProbe: (x) => probes.clusterProbe(data, 1, o(x)),
    fewLabelProbe: (x) => probes.fewLabelProbe(data, 1, o(x)),
    knnProbe: (x) => probes.knnProbe(data, 1, o(x)),
    linearProbe: (x) => probes.linearProbe(data, 1, o(x)),
    mlpProbe: (x) => probes.mlpProbe(data, 1, o(x)),
    retrievalProbe: (x) => probes.retrievalProbe(data, 1, o(x)),
    ridgeProbe: (x) => probes.ridgeProbe(data, 1, o(x)),
    angularError: (x) => probes.angularError([[1, 0, 0]], [[1, 0, 0]], o(x)),
    collapseReport: (x) => probes.collapseReport(part.x, o(x)),
    confusionMatrix: (x) => probes.confusionMatrix(labels, labels, o(x)),
    corrupt: async (x) => probes.corrupt(normals(1, [1, 4, 4, 3]), 1, o(x)),
    costReport: (x) => probes.costReport(model, o(x)),
    denseProbe: (x) => probes.denseProbe(model, data as never, 1, o(x)),
    depthErrors: (x) => probes.depthErrors([1], [1], o(x)),
    detectionAP: (x) => probes.detectionAP({ ...box, scores: [1] }, box, o(x)),
    effectiveRank: (x) => probes.effectiveRank(rows, o(x)),
    embed2d: (x) => probes.embed2d(rows, 1, o(x)),
    endpointError: (x) => probes.endpointError(rows, rows, o(x)),
    extractFeatures: (x) => probes.extractFeatures(model, part.x, o(x)),
    fineTuneProbe: (x) => probes.fineTuneProbe(model, data, 1, o(x)),
    fitLogistic: (x) => probes.fitLogistic(part.x, labels, o(x)),
    fitRidge: (x) => probes.fitRidge(part.x, labels, o(x)),
    knnPredict: (x) => probes.knnPredict(part.x, part.x, labels, o(x)),
    layerwiseProbe: (x) => probes.layerwiseProbe(model, data, 1, o(x)),
    meanIoU: (x) => probes.meanIoU(labels, labels, o(x)),
    nearestNeighbors: (x) => probes.nearestNeighbors(part.x, part.x, o(x)),
    pck: (x) => probes.pck([rows], [rows], o(x)),
    probeCallback: async (x) => probes.probeCallback(model, data, 1, o(x)),
    rankMe: (x) => probes.rankMe(rows, o(x)),
    recallAtK: (x) => probes.recallAtK(rows, labels, o(x)),
    robustnessProbe: (x) => probes.robustnessProbe(model, data, 1, o(x)),
    shortcutReport: (x) => probes.shortcutReport(task, part.x, 1, o(x)),
    silhouette: (x) => probes.silhouette(rows, labels, o(x)),
    topKAccuracy: (x) => probes.topKAccuracy(rows, labels, o(x)),
    trajectoryError: (x) => probes.trajectoryError([[1, 0, 0]], [[1, 0, 0]], o(x)),
    trustworthiness: (x) => probes.trustworthiness(rows, rows, o(x)),
    vMeasure: (x) => probes.vMeasure(labels, labels, o(x)),
  });
  /** Exports without options, or tested elsewhere. */
  const without = [
    ...['Classifier', 'accuracy', 'adjustedMutualInfo', 'adjustedRandIndex', 'averagePrecision', 'clusteringAccuracy'],
    ...['completeness', 'corruptions', 'homogeneity', 'linearCKA', 'meanAveragePrecision', 'normalizedMutualInfo'],
    ...['probeReport', 'purity'],
  ];

  test('unknown options and options that are none throw, for every export', async () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] });
    const table = calls(model);
    expect([...Object.keys(table), ...without].sort()).toEqual(expect.arrayContaining(Object.keys(probes).sort()));
    for (const [name, call] of Object.entries(table)) {
      await expect(call({ nonsense: 1 }), name).rejects.toThrow(`${name}: options has no 'nonsense'`);
      for (const bad of [null, 'text', 3, [1], true]) {
        await expect(call(bad), `${name} ${bad}`).rejects.toThrow(`${name}: options must be an object, got`);
      }
    }
    model.dispose();
  });

  test('disposed tensors and wrong kinds of data are named, in every place', async () => {
    const gone: Tensor2D = tensor2d(rows);
    gone.dispose();
    for (const bad of [gone, [part.x], rows[0], 'x', null, { data: rows, shape: [4, 2] }] as never[]) {
      const probeCalls: [string, () => Promise<unknown>][] = [
        ['knnProbe', () => probes.knnProbe({ ...data, train: { x: bad, labels } }, 1)],
        ['knnProbe', () => probes.knnProbe({ ...data, test: { x: bad, labels } }, 1)],
        ['nearestNeighbors', () => probes.nearestNeighbors(bad, part.x)],
        ['fitRidge', () => probes.fitRidge(bad, labels)],
        ['rankMe', () => probes.rankMe(bad)],
        ['linearCKA', () => probes.linearCKA(rows, bad)],
        ['silhouette', () => probes.silhouette(bad, labels)],
        ['collapseReport', () => probes.collapseReport(bad)],
      ];
      for (const [name, call] of probeCalls)
        await expect(call(), name).rejects.toThrow(new RegExp(`^${name}: \\S+ must .*got`));
    }
    const list = gone as never;
    await expect(probes.accuracy(list, labels)).rejects.toThrow('accuracy: predictions must be a tensor in use');
    await expect(probes.accuracy(labels, list)).rejects.toThrow('accuracy: labels must be a tensor in use');
  });
});
