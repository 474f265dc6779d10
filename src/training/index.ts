export type { ArrayData, Data } from '../internal/arrayData.js';
export type { CheckpointStore } from '../internal/checkpointStore.js';
export type { Schedule } from '../internal/schedule.js';
export type { ArrayState, State, StateValue } from '../internal/state.js';
export { type Batches, type BatchesOptions, batches, type NamedBatch, type NamedData } from './batches.js';
export type { BatchSource, DatasetIterator, DatasetLike } from './batchSource.js';
export type { TrainingCallbacks, TrainingLogs } from './callbacks.js';
export type { Method } from './method.js';
export { type CheckpointOptions, type History, type PretrainOptions, pretrain } from './pretrain.js';
