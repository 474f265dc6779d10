export type { ArrayData, Data } from '../internal/arrayData.js';
export type { Labels, RowData } from '../internal/hostRows.js';
export { type ArrowOfTimeBatch, type ArrowOfTimeOptions, arrowOfTimeTask } from './arrowOfTimeTask.js';
export { type AudioVisualBatch, type AudioVisualOptions, audioVisualTask } from './audioVisualTask.js';
export { autoencodingTask } from './autoencodingTask.js';
export { type BinMotionOptions, binMotion, type MotionBins } from './binMotion.js';
export { type BoundariesOptions, type BoundaryMode, boundaries } from './boundaries.js';
export { type CbowBatch, type CbowOptions, cbowTask } from './cbowTask.js';
export type { ChromaDefence } from './chroma.js';
export { type ClusterTaskOptions, type ClusterTaskResult, clusterTask } from './clusterTask.js';
export type { ColorBins } from './colorBins.js';
export {
  type ColorizationBatch,
  type ColorizationOptions,
  type ColorRegressionBatch,
  colorizationTask,
} from './colorizationTask.js';
export { type ColorPriorOptions, colorPrior } from './colorPrior.js';
export { type ColorWeightsOptions, colorWeights } from './colorWeights.js';
export { type ContourTaskOptions, type ContourTaskResult, contourTask } from './contourTask.js';
export { type CountingBatch, type CountingTaskOptions, countingTask } from './countingTask.js';
export { type DecodeColorsOptions, decodeColors } from './decodeColors.js';
export { type DenoisingOptions, denoisingTask } from './denoisingTask.js';
export { type EgomotionBatch, type EgomotionBins, type EgomotionOptions, egomotionTask } from './egomotionTask.js';
export { type EncodeColorsOptions, encodeColors } from './encodeColors.js';
export {
  type FlowCorrespondenceBatch,
  type FlowCorrespondenceOptions,
  flowCorrespondenceTask,
} from './flowCorrespondenceTask.js';
export {
  type FrameInterpolationBatch,
  type FrameInterpolationOptions,
  frameInterpolationTask,
} from './frameInterpolationTask.js';
export { type FrameOrderBatch, type FrameOrderOptions, frameOrderTask } from './frameOrderTask.js';
export { type FramePredictionBatch, type FramePredictionOptions, framePredictionTask } from './framePredictionTask.js';
export { type FrameSortingBatch, type FrameSortingOptions, frameOrders, frameSortingTask } from './frameSortingTask.js';
export { type GamutBinsOptions, gamutBins } from './gamutBins.js';
export {
  type GeometricTransformBatch,
  type GeometricTransformOptions,
  geometricTransformTask,
} from './geometricTransformTask.js';
export {
  type HammingPermutationsOptions,
  hammingPermutations,
  minHammingDistance,
  type PermutationSet,
  permutationSet,
} from './hammingPermutations.js';
export { type InpaintingBatch, type InpaintingOptions, inpaintingTask } from './inpaintingTask.js';
export { type JigsawBatch, type JigsawOptions, jigsawTask } from './jigsawTask.js';
export { type KMeansOptions, type KMeansResult, kMeans } from './kMeans.js';
export { type MaskedPatches, type MaskedPatchesOptions, maskedPatchesTask } from './maskedPatchesTask.js';
export { type MaskedTokensBatch, type MaskedTokensOptions, maskedTokensTask } from './maskedTokensTask.js';
export { type MaskedTokens, type MaskTokensOptions, maskTokens } from './maskTokens.js';
export {
  type MovingForegroundTaskOptions,
  type MovingForegroundTaskResult,
  movingForegroundTask,
} from './movingForegroundTask.js';
export { type MultiBlockMask, type MultiBlockMaskOptions, multiBlockMaskTask } from './multiBlockMaskTask.js';
export {
  type MultiTask,
  type MultiTaskBatch,
  type MultiTaskData,
  type MultiTaskOptions,
  multiTask,
  type NamedTasks,
  type TaskName,
} from './multiTask.js';
export { type NoiseAsTargetsOptions, type NoiseAsTargetsResult, noiseAsTargetsTask } from './noiseAsTargetsTask.js';
export type { NegativeSource } from './pairing.js';
export { type PatchGridBatch, type PatchGridOptions, patchGridTask } from './patchGridTask.js';
export { patchify, unpatchify } from './patchify.js';
export { type PatchTrackingBatch, type PatchTrackingOptions, patchTrackingTask } from './patchTrackingTask.js';
export { type PcaOptions, type PcaResult, pca } from './pca.js';
export { type PlaybackSpeedBatch, type PlaybackSpeedOptions, playbackSpeedTask } from './playbackSpeedTask.js';
export { type RelativeDepthTaskOptions, type RelativeDepthTaskResult, relativeDepthTask } from './relativeDepthTask.js';
export {
  type RelativePositionBatch,
  type RelativePositionOptions,
  relativePositionTask,
} from './relativePositionTask.js';
export type { RestorationBatch } from './restoration.js';
export { type RotationBatch, type RotationOptions, rotationTask } from './rotationTask.js';
export { type SaliencyTaskOptions, type SaliencyTaskResult, saliencyTask } from './saliencyTask.js';
export type { ShrinkFilter } from './shrink.js';
export { type SkipGramBatch, type SkipGramOptions, skipGramTask } from './skipGramTask.js';
export { type LightnessAndColor, type SplitBrainBatch, splitBrainTask } from './splitBrainTask.js';
export { type SuperResolutionOptions, superResolutionTask } from './superResolutionTask.js';
export type { PerFrameOptions } from './takeFrames.js';
export type { TokenIds } from './tokens.js';
export { type UniformClusterSamplerOptions, uniformClusterSampler } from './uniformClusterSampler.js';
