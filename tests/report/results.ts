import type {
  ClusterProbeResult,
  CollapseReport,
  CostReport,
  DenseProbeResult,
  Embedding2d,
  FewLabelProbeResult,
  FineTuneProbeResult,
  KnnProbeResult,
  LayerwiseProbeResult,
  LinearProbeResult,
  MlpProbeResult,
  Neighbors,
  RetrievalProbeResult,
  RidgeProbeResult,
  RobustnessProbeResult,
  ShortcutReport,
} from '../../src/probes/index.js';

/** Classes of eight test samples of three classes. */
export const labels = [0, 1, 2, 0, 1, 2, 0, 1];
const judged = { classes: 3, dim: 4, trainSamples: 1200, testSamples: 8 };

/** One result of each kind, all of the same eight samples. */
export const linear: LinearProbeResult = {
  ...{ probe: 'linear', accuracy: 0.75, interval: [0.4375, 0.96], predictions: [0, 1, 2, 1, 1, 2, 1, 1], C: 0.01 },
  ...{ trainAccuracy: 0.875, validation: [], gradientNorm: 1e-6, converged: true, iterations: 9, ...judged },
};
export const ridge: RidgeProbeResult = {
  ...{ probe: 'ridge', accuracy: 0.5, interval: [0.2, 0.8], predictions: [0, 0, 0, 0, 1, 1, 1, 1], alpha: 10 },
  ...{ trainAccuracy: 0.6, validation: [], ...judged },
};
export const knn: KnnProbeResult = {
  ...{ probe: 'knn', accuracy: 0.375, interval: [0.1, 0.7], predictions: [0, 0, 0, 0, 0, 0, 0, 0], k: 20 },
  ...{ temperature: 0.07, ...judged },
};
export const mlp: MlpProbeResult = {
  ...{ probe: 'mlp', accuracy: 1, interval: [1, 1], predictions: labels, trainAccuracy: 1, loss: [1], hidden: 64 },
  ...judged,
};
export const fineTune: FineTuneProbeResult = {
  ...{
    probe: 'fineTune',
    accuracy: 0,
    interval: [0, 0],
    predictions: [1, 2, 0, 1, 2, 0, 1, 2],
    loss: [1],
    steps: 1500,
  },
  ...judged,
};
export const layerwise: LayerwiseProbeResult = {
  probe: 'layerwise',
  layers: [
    { layer: 'stem', ...linear },
    { layer: 'block', ...ridge },
  ],
};
export const fewLabel: FewLabelProbeResult = {
  ...{ probe: 'fewLabel', fitted: 'ridge', classes: 3, dim: 4, testSamples: 8 },
  results: [
    {
      ...{ fraction: 0.01, trainSamples: 12, mean: 0.3125, interval: [0.2, 0.41], accuracies: [0.25, 0.375] },
      predictions: [],
    },
    { fraction: 1, trainSamples: 1200, mean: 0.625, interval: [0.5, 0.7], accuracies: [0.625], predictions: [] },
  ],
};
export const robustness: RobustnessProbeResult = {
  ...{ probe: 'robustness', clean: 0.875, cleanInterval: [0.6, 1], cleanPredictions: labels },
  corrupted: [
    { kind: 'gaussianNoise', severity: 1, accuracy: 0.75, interval: [0.4, 1], predictions: labels },
    { kind: 'gaussianNoise', severity: 3, accuracy: 0.5, interval: [0.2, 0.8], predictions: labels },
  ],
  byKind: [{ kind: 'gaussianNoise', accuracy: 0.625, relativeError: 1.5 }],
  ...{ accuracy: 0.625, relativeAccuracy: 0.714, meanCorruptionError: 1.5, ...judged },
};
export const retrieval: RetrievalProbeResult = {
  probe: 'retrieval',
  recall: [{ k: 5, recall: 0.625, interval: [0.3, 0.9] }],
  ...{ meanAveragePrecision: 0.4375, interval: [0.4, 0.5], chance: 0.34, firstHit: [1, 1, 1, 1, 1, 6, 7, null] },
  ...{ withoutRelevant: 1, dim: 4, trainSamples: 1200, testSamples: 8 },
};
export const cluster: ClusterProbeResult = {
  ...{ probe: 'cluster', accuracy: 0.625, normalizedMutualInfo: 0.4, adjustedMutualInfo: -0.0123 },
  ...{ adjustedRandIndex: 0.25, purity: 0.75, predictions: labels, inertia: 3, clusters: 5, classes: 3 },
  ...{ dim: 4, testSamples: 8 },
};
export const dense: DenseProbeResult = {
  ...{ probe: 'dense', meanIoU: 0.3125, interval: [0.25, 0.4], perClass: [0.5, null, 0.125], pixelAccuracy: 0.8125 },
  ...{ predictions: [], C: 1, validation: [], classes: 3, grid: [6, 7], dim: 4, trainCells: 99, testSamples: 8 },
};
export const neighbors: Neighbors = {
  indices: [
    [2, 0],
    [1, 3],
  ],
  distances: [
    [0, 0.5],
    [0.1, 0.2],
  ],
};
export const map: Embedding2d = {
  points: labels.map((label, i) => [label + i / 10, i]),
  explained: [0.6, 0.25],
  trustworthiness: 0.9123,
};
export const collapse: CollapseReport = {
  ...{ collapse: 'none', sentence: 'No collapse: so it is.', samples: 2048, dim: 4, featureStd: 0.25 },
  ...{ expectedStd: 0.5, rankMe: 2.5, effectiveRank: 3.25, fullRank: 4, spectrum: [0.5, 0.3, 0.2, 0] },
  ...{ uniformity: -1.5, alignment: null },
};
export const cost: CostReport = {
  ...{ parameters: 12345, trainable: 12000, multiplyAdds: 1000000, uncounted: ['odd'] },
  layers: [
    { name: 'stem', kind: 'Conv2D', parameters: 12000, multiplyAdds: 250000 },
    { name: 'odd', kind: 'Odd', parameters: 345, multiplyAdds: null },
  ],
  measured: {
    ...{ secondsPerStep: 0.125, imagesPerSecond: 512, peakTensors: 70, peakBytes: 2.5e6, trainingSeconds: 3600 },
  },
};
const leak = { accuracy: 0.3, interval: [0.25, 0.35] as [number, number], pValue: 0.4, leaks: false };
export const shortcut: ShortcutReport = {
  ...{ leaks: true, sentence: 'Borders leak.', chance: 0.26, patches: leak, channels: leak, trainSamples: 70 },
  ...{ borders: { accuracy: 0.9, interval: [0.8, 0.95], pValue: 1e-9, leaks: true } },
  ...{ continuity: { ...leak, accuracy: 0.4 }, offsets: null, together: { ...leak, accuracy: 0.85 } },
  ...{ best: 'borders', tests: 5, pValue: 5e-9, testSamples: 30 },
};
/** All of them. */
export const everyResult = [
  ...[linear, ridge, knn, mlp, fineTune, layerwise, fewLabel, robustness, retrieval, cluster, dense, neighbors, map],
  ...[collapse, cost, shortcut],
];
