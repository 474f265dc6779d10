export type { FeatureBlock, FeatureBlocks } from '../internal/featureBlocks.js';
export { type AlignmentOptions, alignmentLoss } from './alignment.js';
export {
  type BarlowTwinsOptions,
  type BarlowTwinsTerms,
  type BarlowTwinsTermsOptions,
  barlowTwinsLoss,
  barlowTwinsTerms,
} from './barlowTwins.js';
export { type ChanceName, type ChanceOptions, chanceLoss } from './chance.js';
export { type CrossCorrelationOptions, crossCorrelation } from './crossCorrelation.js';
export { type InfoNceOptions, infoNCELogits, infoNCELoss } from './infoNce.js';
export { type MaskedReconstructionOptions, maskedReconstructionLoss } from './maskedReconstruction.js';
export { mutualInformationBound } from './mutualInformationBound.js';
export { type NtXentOptions, ntXentLoss } from './ntXent.js';
export { stopGradient } from './stopGradient.js';
export { type UniformityOptions, uniformityLoss } from './uniformity.js';
