import { add, matMul, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { Adapters } from '../adapter.js';

/** Rows of the group 'evaluation'. */
export const evaluation: Adapters = {
  knnPredict: {
    outputs: async ({ lib, inputs, params }) => {
      const { queries, bank, labels } = inputs as { queries: Tensor2D; bank: Tensor2D; labels: Tensor1D };
      const { numClasses: classes, k, temperature, normalize } = params;
      const options = { classes, k, temperature, normalize };
      const { scores, predictions } = await lib.probes.knnPredict(queries, bank, labels, options);
      return { scores, top1: predictions };
    },
  },
  logisticRegression: {
    outputs: async ({ lib, inputs, params }) => {
      const { x, y, xTest, yTest } = inputs as { x: Tensor2D; y: Tensor1D; xTest: Tensor2D; yTest: Tensor1D };
      const classifier = await lib.probes.fitLogistic(x, y, { C: params.C, classes: params.numClasses });
      const score = async (features: Tensor2D, labels: Tensor1D): Promise<number> => {
        const predictions = classifier.predict(features);
        const share = await lib.probes.accuracy(predictions, labels);
        predictions.dispose();
        return share;
      };
      const outputs = {
        testProbabilities: classifier.scores(xTest),
        trainAccuracy: await score(x, y),
        testAccuracy: await score(xTest, yTest),
        objective: classifier.report.objective,
      };
      classifier.dispose();
      return outputs;
    },
  },
  ridgeClassifier: {
    outputs: async ({ lib, inputs, params }) => {
      const { x, y, xTest } = inputs as { x: Tensor2D; y: Tensor1D; xTest: Tensor2D };
      const classifier = await lib.probes.fitRidge(x, y, { alpha: params.alpha, classes: params.numClasses });
      const outputs = { decision: classifier.scores(xTest), prediction: classifier.predict(xTest) };
      classifier.dispose();
      return outputs;
    },
  },
  rankMe: {
    outputs: async ({ lib, inputs, params }) => {
      const { embeddings } = inputs as { embeddings: Tensor2D };
      const { centered } = params;
      return {
        rankMe: await lib.probes.rankMe(embeddings, { centered }),
        effectiveRank: await lib.probes.effectiveRank(embeddings, { centered }),
      };
    },
  },
  topKAccuracy: {
    outputs: async ({ lib, inputs, params }) => {
      const { scores, labels } = inputs as { scores: Tensor2D; labels: Tensor1D };
      return { accuracy: await lib.probes.topKAccuracy(scores, labels, { k: params.k }) };
    },
  },
  confusionMatrix: {
    outputs: async ({ lib, inputs, params }) => {
      const { predictions, labels } = inputs as { predictions: Tensor; labels: Tensor };
      const options = { classes: params.numClasses };
      const { mean, perClass } = await lib.probes.meanIoU(predictions, labels, options);
      return {
        matrix: (await lib.probes.confusionMatrix(predictions, labels, options)).flat(),
        accuracy: await lib.probes.accuracy(predictions, labels),
        perClassIoU: perClass,
        meanIoU: mean,
      };
    },
  },
  averagePrecision: {
    outputs: async ({ lib, inputs }) => ({
      ap: await lib.probes.averagePrecision(inputs.scores as Tensor, inputs.relevant as Tensor),
    }),
  },
  meanAveragePrecision: {
    outputs: async ({ lib, inputs }) => {
      const { scores, labels } = inputs as { scores: Tensor2D; labels: Tensor2D };
      const { mean, perClass } = await lib.probes.meanAveragePrecision(scores, labels);
      return { map: mean, perClass: perClass.map((v) => v ?? 0) };
    },
  },
  kMeans: {
    outputs: async ({ lib, inputs, params }) => {
      const { x, initialCenters } = inputs as { x: Tensor2D; initialCenters: Tensor2D };
      const options = { clusters: params.k, initialCenters, maxIterations: params.maxIter, tolerance: 0 };
      const { labels, centers, inertia } = await lib.pretext.kMeans(x, 0, options);
      return { labels, centers, inertia };
    },
  },
  pca: {
    outputs: async ({ lib, inputs, params }) => {
      const { scores, components, ...rest } = await lib.pretext.pca(inputs.x as Tensor2D, { components: params.k });
      const reconstruction = tidy(() => add(matMul(scores, components), rest.mean));
      scores.dispose();
      components.dispose();
      return { ...rest, reconstruction };
    },
  },
  adjustedMutualInfo: {
    outputs: async ({ lib, inputs }) => ({
      ami: await lib.probes.adjustedMutualInfo(inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor),
    }),
  },
  clusteringAccuracy: {
    outputs: async ({ lib, inputs }) => ({
      accuracy: await lib.probes.clusteringAccuracy(inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor),
    }),
  },
  vMeasure: {
    outputs: async ({ lib, inputs }) => {
      const pair = [inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor] as const;
      return {
        homogeneity: await lib.probes.homogeneity(...pair),
        completeness: await lib.probes.completeness(...pair),
        vMeasure: await lib.probes.vMeasure(...pair),
      };
    },
  },
  silhouette: {
    outputs: async ({ lib, inputs }) => {
      const { mean, perSample } = await lib.probes.silhouette(inputs.x as Tensor2D, inputs.labels as Tensor1D);
      return { score: mean, samples: perSample };
    },
  },
  adjustedRandIndex: {
    outputs: async ({ lib, inputs }) => ({
      ari: await lib.probes.adjustedRandIndex(inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor),
    }),
  },
  normalizedMutualInfo: {
    outputs: async ({ lib, inputs }) => ({
      nmi: await lib.probes.normalizedMutualInfo(inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor),
    }),
  },
  purity: {
    outputs: async ({ lib, inputs }) => ({
      purity: await lib.probes.purity(inputs.labelsPred as Tensor, inputs.labelsTrue as Tensor),
    }),
  },
  recallAtK: {
    outputs: async ({ lib, inputs, params }) => {
      const { embeddings, labels } = inputs as { embeddings: Tensor2D; labels: Tensor1D };
      return { recall: await lib.probes.recallAtK(embeddings, labels, { k: params.k }) };
    },
  },
  linearCka: {
    outputs: async ({ lib, inputs }) => ({
      cka: await lib.probes.linearCKA(inputs.x as Tensor2D, inputs.y as Tensor2D),
    }),
  },
  trustworthiness: {
    outputs: async ({ lib, inputs, params }) => {
      const { x, embedding } = inputs as { x: Tensor2D; embedding: Tensor2D };
      return { trustworthiness: await lib.probes.trustworthiness(x, embedding, { k: params.nNeighbors }) };
    },
  },
  detectionAp: {
    outputs: async ({ lib, inputs, params }) => {
      const { detBoxes, detScores, detImages, gtBoxes, gtImages } = inputs as Record<string, Tensor>;
      const { allPoint, elevenPoint, matches } = await lib.probes.detectionAP(
        { boxes: detBoxes as Tensor, scores: detScores as Tensor, images: detImages as Tensor },
        { boxes: gtBoxes as Tensor, images: gtImages as Tensor },
        { threshold: params.iouThreshold },
      );
      return { tp: matches, ap11: elevenPoint, apAll: allPoint };
    },
  },
  depthMetrics: {
    outputs: async ({ lib, inputs, params }) => {
      const range = params.medianScaling ? { min: 1e-3, max: 80 } : {};
      const options = { medianScaling: params.medianScaling, ...range };
      const { within, ...errors } = await lib.probes.depthErrors(inputs.pred as Tensor, inputs.gt as Tensor, options);
      const { absRel, sqRel, rmse, rmseLog } = errors;
      return { absRel, sqRel, rmse, rmseLog, a1: within[0], a2: within[1], a3: within[2] };
    },
  },
  flowEndpointError: {
    outputs: async ({ lib, inputs }) => {
      const { pred, gt, valid } = inputs as Record<string, Tensor>;
      const options = valid ? { valid } : {};
      const { mean, within, outliers } = await lib.probes.endpointError(pred as Tensor, gt as Tensor, options);
      return { epe: mean, px1: within[0], px3: within[1], px5: within[2], fl: outliers };
    },
  },
};
