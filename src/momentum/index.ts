export type { FeatureBlock } from '../internal/featureBlocks.js';
export type { Schedule } from '../internal/schedule.js';
export type { ArrayState, State, StateValue } from '../internal/state.js';
export { ema } from './ema.js';
export { FeatureQueue, type FeatureQueueOptions } from './featureQueue.js';
export {
  MemoryBank,
  type MemoryBankOptions,
  type SampleNegativesOptions,
  type SamplePairedNegativesOptions,
} from './memoryBank.js';
export { type ApplyOptions, MomentumEncoder, type MomentumEncoderOptions } from './momentumEncoder.js';
export { type MomentumScheduleOptions, momentumSchedule } from './momentumSchedule.js';
