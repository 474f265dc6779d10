export { type ArrowOfTimeBatch, type ArrowOfTimeOptions, arrowOfTimeTask } from './arrowOfTimeTask.js';
export { type AudioVisualBatch, type AudioVisualOptions, audioVisualTask } from './audioVisualTask.js';
export { type CbowBatch, type CbowOptions, cbowTask } from './cbowTask.js';
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
export { type MaskedTokensBatch, type MaskedTokensOptions, maskedTokensTask } from './maskedTokensTask.js';
export {
  type MultiTask,
  type MultiTaskBatch,
  type MultiTaskData,
  type MultiTaskOptions,
  multiTask,
  type NamedTasks,
  type TaskName,
} from './multiTask.js';
export type { NegativeSource } from './pairing.js';
export { patchify, unpatchify } from './patchify.js';
export { type PatchTrackingBatch, type PatchTrackingOptions, patchTrackingTask } from './patchTrackingTask.js';
export { type PlaybackSpeedBatch, type PlaybackSpeedOptions, playbackSpeedTask } from './playbackSpeedTask.js';
export { type SkipGramBatch, type SkipGramOptions, skipGramTask } from './skipGramTask.js';
export type { PerFrameOptions } from './takeFrames.js';
export type { TokenIds } from './tokens.js';
