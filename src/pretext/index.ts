export { autoencodingTask } from './autoencoding.js';
export { type BinMotionOptions, binMotion, type MotionBins } from './binMotion.js';
export type { ChromaDefence } from './chroma.js';
export type { ColorBins } from './colorBins.js';
export {
  type ColorizationBatch,
  type ColorizationOptions,
  type ColorRegressionBatch,
  colorizationTask,
} from './colorization.js';
export { type ColorPriorOptions, colorPrior } from './colorPrior.js';
export { type ColorWeightsOptions, colorWeights } from './colorWeights.js';
export { type CountingBatch, type CountingTaskOptions, countingTask } from './counting.js';
export { type DecodeColorsOptions, decodeColors } from './decodeColors.js';
export { type DenoisingOptions, denoisingTask } from './denoising.js';
export { type EgomotionBatch, type EgomotionBins, type EgomotionOptions, egomotionTask } from './egomotion.js';
export { type EncodeColorsOptions, encodeColors } from './encodeColors.js';
export { type GamutBinsOptions, gamutBins } from './gamutBins.js';
export {
  type GeometricTransformBatch,
  type GeometricTransformOptions,
  geometricTransformTask,
} from './geometricTransform.js';
export {
  type HammingPermutationsOptions,
  hammingPermutations,
  minHammingDistance,
  type PermutationSet,
  permutationSet,
} from './hammingPermutations.js';
export { type InpaintingBatch, type InpaintingOptions, inpaintingTask } from './inpainting.js';
export { type JigsawBatch, type JigsawOptions, jigsawTask } from './jigsaw.js';
export { patchify, unpatchify } from './patchify.js';
export { type RelativePositionBatch, type RelativePositionOptions, relativePositionTask } from './relativePosition.js';
export type { RestorationBatch } from './restoration.js';
export { type RotationBatch, type RotationOptions, rotationTask } from './rotation.js';
export type { ShrinkFilter } from './shrink.js';
export { type LightnessAndColor, type SplitBrainBatch, splitBrainTask } from './splitBrain.js';
export { type SuperResolutionOptions, superResolutionTask } from './superResolution.js';
