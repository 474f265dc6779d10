export { adjustBrightness } from './adjustBrightness.js';
export { adjustContrast } from './adjustContrast.js';
export { adjustHue } from './adjustHue.js';
export { adjustSaturation } from './adjustSaturation.js';
export { type AffineOptions, affine } from './affine.js';
export { barlowTwinsPolicy } from './barlowTwinsPolicy.js';
export type { GaussianBlurOptions } from './blurOptions.js';
export type { Border } from './border.js';
export { type ByolPolicyOptions, byolPolicy } from './byolPolicy.js';
export { clipTransform } from './clipTransform.js';
export { type ColorJitterOptions, colorJitter, type Strength } from './colorJitter.js';
export { compose } from './compose.js';
export { type CvrlPolicyOptions, cvrlPolicy } from './cvrlPolicy.js';
export { dinoPolicy } from './dinoPolicy.js';
export { flipLeftRight } from './flipLeftRight.js';
export { flipUpDown } from './flipUpDown.js';
export { gaussianBlur } from './gaussianBlur.js';
export type { GlobalLocalOptions } from './globalAndLocal.js';
export { hsvToRgb } from './hsvToRgb.js';
export { invert } from './invert.js';
export type { ColorJitterParams } from './jitterPlanes.js';
export { type LogMelSpectrogramOptions, logMelSpectrogram } from './logMelSpectrogram.js';
export { type MaePolicyOptions, maePolicy } from './maePolicy.js';
export { makeTransform, type TransformParts } from './makeTransform.js';
export type { MelScale } from './melFilters.js';
export { type MocoV2PolicyOptions, mocoV2Policy } from './mocoV2Policy.js';
export { type CropGroup, type MultiCropOptions, multiCrop } from './multiCrop.js';
export { type NormalizeOptions, normalize } from './normalize.js';
export type { PerImage } from './perImage.js';
export type { Placement } from './placement.js';
export { type RandomAffineOptions, type RandomAffineParams, randomAffine } from './randomAffine.js';
export { type RandomApplyOptions, type RandomApplyParams, randomApply } from './randomApply.js';
export { type RandomAudioNoiseOptions, type RandomAudioNoiseParams, randomAudioNoise } from './randomAudioNoise.js';
export { type RandomChoiceParams, randomChoice } from './randomChoice.js';
export { type RandomCropOptions, randomCrop } from './randomCrop.js';
export { type RandomGainOptions, type RandomGainParams, randomGain } from './randomGain.js';
export {
  type RandomGaussianBlurOptions,
  type RandomGaussianBlurParams,
  randomGaussianBlur,
} from './randomGaussianBlur.js';
export { type RandomGrayscaleOptions, type RandomGrayscaleParams, randomGrayscale } from './randomGrayscale.js';
export {
  type RandomHorizontalFlipOptions,
  type RandomHorizontalFlipParams,
  randomHorizontalFlip,
} from './randomHorizontalFlip.js';
export { type RandomOrderParams, randomOrder } from './randomOrder.js';
export {
  type RandomPerspectiveOptions,
  type RandomPerspectiveParams,
  randomPerspective,
} from './randomPerspective.js';
export { type CropParams, type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop.js';
export { type RandomRotationOptions, type RandomRotationParams, randomRotation } from './randomRotation.js';
export { type RandomRotation90Params, randomRotation90 } from './randomRotation90.js';
export { type RandomSolarizeOptions, type RandomSolarizeParams, randomSolarize } from './randomSolarize.js';
export { type RandomTimeShiftOptions, type RandomTimeShiftParams, randomTimeShift } from './randomTimeShift.js';
export {
  type RandomVerticalFlipOptions,
  type RandomVerticalFlipParams,
  randomVerticalFlip,
} from './randomVerticalFlip.js';
export { resample } from './resample.js';
export { type ResizeOptions, resize } from './resize.js';
export { type Box, type ResizedCropOptions, resizedCrop } from './resizedCrop.js';
export { type RgbToGrayscaleOptions, rgbToGrayscale } from './rgbToGrayscale.js';
export { rgbToHsv } from './rgbToHsv.js';
export { type RotateOptions, rotate } from './rotate.js';
export { rotate90 } from './rotate90.js';
export type { Size } from './shapes.js';
export { type SimclrPolicyOptions, simclrPolicy } from './simclrPolicy.js';
export { solarize } from './solarize.js';
export { type SpecAugmentOptions, type SpecAugmentParams, specAugment } from './specAugment.js';
export type { StepParams } from './steps.js';
export { swavPolicy } from './swavPolicy.js';
export { type TemporalCropOptions, type TemporalCropParams, temporalCrop } from './temporalCrop.js';
export { type TemporalStrideOptions, type TemporalStrideParams, temporalStride } from './temporalStride.js';
export type { ApplyOptions, Interpolation, Transform, Views } from './transform.js';
export type { PolicyOptions } from './viewPolicy.js';
export { views } from './views.js';
