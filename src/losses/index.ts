export type { FeatureBlock, FeatureBlocks } from '../internal/featureBlocks.js';
export {
  type AdversarialKind,
  type DiscriminatorOptions,
  discriminatorLoss,
  type GeneratorOptions,
  generatorLoss,
} from './adversarial.js';
export { type AlignmentOptions, alignmentLoss } from './alignment.js';
export {
  type BarlowTwinsOptions,
  type BarlowTwinsTerms,
  type BarlowTwinsTermsOptions,
  barlowTwinsLoss,
  barlowTwinsTerms,
} from './barlowTwins.js';
export { byolLoss } from './byol.js';
export { type ChanceName, type ChanceOptions, chanceLoss } from './chance.js';
export { type ClipOptions, clipLoss } from './clip.js';
export { type Co2Options, co2Loss } from './co2.js';
export { colorCrossEntropyLoss } from './colorCrossEntropy.js';
export { type ConsistencyOptions, consistencyLoss } from './consistency.js';
export {
  type ContextEncoderOptions,
  type ContextEncoderTerms,
  type ContextEncoderTermsOptions,
  contextEncoderLoss,
  contextEncoderTerms,
} from './contextEncoder.js';
export { type ContrastiveMarginOptions, contrastiveMarginLoss } from './contrastiveMargin.js';
export { type CountingOptions, type CountingTerms, countingLoss, countingTerms } from './counting.js';
export { type CrossCorrelationOptions, crossCorrelation } from './crossCorrelation.js';
export { type DecoupledContrastiveOptions, decoupledContrastiveLoss } from './decoupledContrastive.js';
export { type DinoOptions, dinoLoss } from './dino.js';
export { entropyLoss } from './entropy.js';
export { iBotLoss } from './iBot.js';
export { type InfoNceOptions, infoNCELogits, infoNCELoss } from './infoNce.js';
export { type KoLeoOptions, koLeoLoss } from './koLeo.js';
export type { LossInput } from './lossInput.js';
export { maskedCrossEntropyLoss } from './maskedCrossEntropy.js';
export { maskedL1Loss } from './maskedL1.js';
export { type MaskedReconstructionOptions, maskedReconstructionLoss } from './maskedReconstruction.js';
export { type MmcrOptions, type MmcrTerms, type MmcrTermsOptions, mmcrLoss, mmcrTerms } from './mmcr.js';
export { type MsnOptions, type MsnTerms, type MsnTermsOptions, msnLoss, msnTerms } from './msn.js';
export { mutualInformationBound } from './mutualInformationBound.js';
export { type NceNormalizerOptions, type NceOptions, nceLoss, nceNormalizer } from './nce.js';
export { negativeCosineLoss } from './negativeCosine.js';
export { type NtXentOptions, ntXentLoss } from './ntXent.js';
export { type PseudoLabelOptions, pseudoLabelLoss } from './pseudoLabel.js';
export { type SigLipOptions, sigLipLoss } from './sigLip.js';
export { type SinkhornOptions, sinkhorn } from './sinkhorn.js';
export { skipGramLoss } from './skipGram.js';
export { type SmoothL1Options, smoothL1Loss } from './smoothL1.js';
export { stopGradient } from './stopGradient.js';
export { type SupConOptions, supConLoss } from './supCon.js';
export { type SwavOptions, swavLoss } from './swav.js';
export { type TicoOptions, type TicoTerms, type TicoTermsOptions, ticoLoss, ticoTerms } from './tico.js';
export { type TripletOptions, tripletLoss } from './triplet.js';
export { type UniformityOptions, uniformityLoss } from './uniformity.js';
export { type UpdateCenterOptions, updateCenter } from './updateCenter.js';
export { type UpdateCovarianceOptions, updateCovariance } from './updateCovariance.js';
export { type VicRegOptions, type VicRegTerms, type VicRegTermsOptions, vicRegLoss, vicRegTerms } from './vicReg.js';
export {
  type VicRegLOptions,
  type VicRegLTerms,
  type VicRegLTermsOptions,
  vicRegLLoss,
  vicRegLTerms,
} from './vicRegL.js';
export { type VirtualAdversarialOptions, virtualAdversarialLoss } from './virtualAdversarial.js';
export { type WhitenOptions, whiten } from './whiten.js';
export { wMseLoss } from './wMse.js';
