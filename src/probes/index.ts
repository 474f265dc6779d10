export type { ArrayData, Data } from '../internal/arrayData.js';
export type { Labels, Numbers, RowData } from '../internal/hostRows.js';
export type { Schedule } from '../internal/schedule.js';
export type { Validation } from './chooseStrength.js';
export { Classifier, type FitReport } from './classifier.js';
export { type ClusterProbeOptions, type ClusterProbeResult, clusterProbe } from './clusterProbe.js';
export { type CollapseReport, type CollapseReportOptions, collapseReport } from './collapseReport.js';
export { type Corruption, type CorruptOptions, corrupt, corruptions } from './corrupt.js';
export {
  type CostReport,
  type CostReportOptions,
  costReport,
  type LayerCost,
  type MeasuredCost,
} from './costReport.js';
export {
  type DensePart,
  type DenseProbeData,
  type DenseProbeOptions,
  type DenseProbeResult,
  denseProbe,
} from './denseProbe.js';
export { type Embed2dOptions, type Embedding2d, embed2d, type PrincipalMap } from './embed2d.js';
export { type ExtractFeaturesOptions, extractFeatures } from './extractFeatures.js';
export type { FeatureProbe, FeatureProbeResult } from './featureProbe.js';
export {
  type FewLabelAccuracy,
  type FewLabelProbeOptions,
  type FewLabelProbeResult,
  fewLabelProbe,
} from './fewLabelProbe.js';
export {
  type FineTuneProbeOptions,
  type FineTuneProbeResult,
  type FineTuneTransform,
  fineTuneProbe,
} from './fineTuneProbe.js';
export { type FitLogisticOptions, fitLogistic } from './fitLogistic.js';
export { type FitRidgeOptions, fitRidge } from './fitRidge.js';
export { type KnnPrediction, type KnnPredictOptions, knnPredict } from './knnPredict.js';
export { type KnnProbeOptions, type KnnProbeResult, knnProbe } from './knnProbe.js';
export {
  type LayerName,
  type LayerwiseProbeOptions,
  type LayerwiseProbeResult,
  layerwiseProbe,
} from './layerwiseProbe.js';
export { type LinearProbeOptions, type LinearProbeResult, linearProbe } from './linearProbe.js';
export { accuracy } from './metrics/accuracy.js';
export { adjustedMutualInfo } from './metrics/adjustedMutualInfo.js';
export { type AngularError, type AngularErrorOptions, angularError } from './metrics/angularError.js';
export { averagePrecision, type MeanAveragePrecision, meanAveragePrecision } from './metrics/averagePrecision.js';
export { adjustedRandIndex, normalizedMutualInfo, purity } from './metrics/clustering.js';
export { clusteringAccuracy } from './metrics/clusteringAccuracy.js';
export { type ClassesOptions, confusionMatrix, type MeanIoU, meanIoU } from './metrics/confusionMatrix.js';
export { type DepthErrors, type DepthErrorsOptions, depthErrors } from './metrics/depthErrors.js';
export {
  type DetectionAP,
  type DetectionAPOptions,
  type Detections,
  detectionAP,
  type TrueBoxes,
} from './metrics/detectionAP.js';
export { type EndpointError, type EndpointErrorOptions, endpointError } from './metrics/endpointError.js';
export { linearCKA } from './metrics/linearCKA.js';
export { type Pck, type PckOptions, pck } from './metrics/pck.js';
export { effectiveRank, type RankOptions, rankMe } from './metrics/rankMe.js';
export { recallAtK } from './metrics/recallAtK.js';
export { type Silhouette, type SilhouetteOptions, silhouette } from './metrics/silhouette.js';
export { type TopKOptions, topKAccuracy } from './metrics/topKAccuracy.js';
export { type TrajectoryError, type TrajectoryErrorOptions, trajectoryError } from './metrics/trajectoryError.js';
export { type TrustworthinessOptions, trustworthiness } from './metrics/trustworthiness.js';
export { completeness, homogeneity, type VMeasureOptions, vMeasure } from './metrics/vMeasure.js';
export { type MlpProbeOptions, type MlpProbeResult, mlpProbe } from './mlpProbe.js';
export { type NearestNeighborsOptions, type Neighbors, nearestNeighbors } from './nearestNeighbors.js';
export {
  type ProbeCallback,
  type ProbeCallbackOptions,
  type ProbeEntry,
  type ProbeLogs,
  probeCallback,
} from './probeCallback.js';
export type { ProbeData, ProbeOptions, ProbePart } from './probeData.js';
export {
  type RecallResult,
  type RetrievalProbeOptions,
  type RetrievalProbeResult,
  retrievalProbe,
} from './retrievalProbe.js';
export { type LeaveOneOut, type RidgeProbeOptions, type RidgeProbeResult, ridgeProbe } from './ridgeProbe.js';
export { type RobustnessProbeOptions, robustnessProbe } from './robustnessProbe.js';
export type { CorruptedAccuracy, KindAccuracy, RobustnessProbeResult } from './robustnessResult.js';
export {
  type ShortcutReport,
  type ShortcutReportOptions,
  shortcutReport,
} from './shortcutReport.js';
export type { ShortcutBatch, ShortcutTask } from './shortcutSamples.js';
export type { ShortcutGroup } from './shortcutStatistics.js';
export type { ShortcutAccuracy } from './shortcutVerdict.js';
export type { TrainingOptions } from './trainClassifier.js';
