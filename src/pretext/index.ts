export type { ArrayData, Data } from '../internal/arrayData.js';
export type { Labels, RowData } from '../internal/hostRows.js';
export { type BoundariesOptions, type BoundaryMode, boundaries } from './boundaries.js';
export { type ClusterTaskOptions, type ClusterTaskResult, clusterTask } from './clusterTask.js';
export { type ContourTaskOptions, type ContourTaskResult, contourTask } from './contourTask.js';
export { type KMeansOptions, type KMeansResult, kMeans } from './kMeans.js';
export {
  type MovingForegroundTaskOptions,
  type MovingForegroundTaskResult,
  movingForegroundTask,
} from './movingForegroundTask.js';
export { type NoiseAsTargetsOptions, type NoiseAsTargetsResult, noiseAsTargetsTask } from './noiseAsTargetsTask.js';
export { patchify, unpatchify } from './patchify.js';
export { type PcaOptions, type PcaResult, pca } from './pca.js';
export { type RelativeDepthTaskOptions, type RelativeDepthTaskResult, relativeDepthTask } from './relativeDepthTask.js';
export { type SaliencyTaskOptions, type SaliencyTaskResult, saliencyTask } from './saliencyTask.js';
export { type UniformClusterSamplerOptions, uniformClusterSampler } from './uniformClusterSampler.js';
