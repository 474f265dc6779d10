export { adjustBrightness } from './adjustBrightness.js';
export { adjustContrast } from './adjustContrast.js';
export { adjustHue } from './adjustHue.js';
export { adjustSaturation } from './adjustSaturation.js';
export { adjustSharpness } from './adjustSharpness.js';
export { type AffineOptions, affine } from './affine.js';
export { autocontrast } from './autocontrast.js';
export { barlowTwinsPolicy } from './barlowTwinsPolicy.js';
export type { GaussianBlurOptions } from './blurOptions.js';
export type { Border } from './border.js';
export type { RowPerImage } from './boxes.js';
export { type ByolPolicyOptions, byolPolicy } from './byolPolicy.js';
export { clipTransform } from './clipTransform.js';
export { type ColorJitterOptions, colorJitter, type Strength } from './colorJitter.js';
export { compose } from './compose.js';
export { cutmix } from './cutmix.js';
export { type CutmixBoxes, cutmixBoxes } from './cutmixBoxes.js';
export { type CvrlPolicyOptions, cvrlPolicy } from './cvrlPolicy.js';
export { dilate, type MorphologyOptions } from './dilate.js';
export { dinoPolicy } from './dinoPolicy.js';
export { equalize } from './equalize.js';
export { erase } from './erase.js';
export { erode } from './erode.js';
export { flipLeftRight } from './flipLeftRight.js';
export { flipUpDown } from './flipUpDown.js';
export { gaussianBlur } from './gaussianBlur.js';
export type { GlobalLocalOptions } from './globalAndLocal.js';
export { type HogOptions, hog } from './hog.js';
export { hsvToRgb } from './hsvToRgb.js';
export { invert } from './invert.js';
export type { ColorJitterParams } from './jitterPlanes.js';
export { labToRgb } from './labToRgb.js';
export { type LogMelSpectrogramOptions, logMelSpectrogram } from './logMelSpectrogram.js';
export { type MaePolicyOptions, maePolicy } from './maePolicy.js';
export { makeTransform, type TransformParts } from './makeTransform.js';
export type { MelScale } from './melFilters.js';
export type { MixedImages, Mixing, MixOptions, MixParams } from './mixing.js';
export { mixup } from './mixup.js';
export { type MocoV2PolicyOptions, mocoV2Policy } from './mocoV2Policy.js';
export { type CropGroup, type MultiCropOptions, multiCrop } from './multiCrop.js';
export { type NormalizeOptions, normalize } from './normalize.js';
export type { PerImage } from './perImage.js';
export type { Placement } from './placement.js';
export { posterize } from './posterize.js';
export { type RandAugmentOptions, type RandAugmentParams, randAugment } from './randAugment.js';
export {
  type RandomAdjustSharpnessOptions,
  type RandomAdjustSharpnessParams,
  randomAdjustSharpness,
} from './randomAdjustSharpness.js';
export { type RandomAffineOptions, type RandomAffineParams, randomAffine } from './randomAffine.js';
export { type RandomApplyOptions, type RandomApplyParams, randomApply } from './randomApply.js';
export { type RandomAudioNoiseOptions, type RandomAudioNoiseParams, randomAudioNoise } from './randomAudioNoise.js';
export {
  type RandomAutocontrastOptions,
  type RandomAutocontrastParams,
  randomAutocontrast,
} from './randomAutocontrast.js';
export { type RandomChannelDropOptions, type RandomChannelDropParams, randomChannelDrop } from './randomChannelDrop.js';
export { type RandomChoiceParams, randomChoice } from './randomChoice.js';
export { type RandomCropOptions, randomCrop } from './randomCrop.js';
export { type RandomCutmixParams, randomCutmix } from './randomCutmix.js';
export { type RandomEqualizeOptions, type RandomEqualizeParams, randomEqualize } from './randomEqualize.js';
export { type RandomErasingOptions, type RandomErasingParams, randomErasing } from './randomErasing.js';
export { type RandomGainOptions, type RandomGainParams, randomGain } from './randomGain.js';
export {
  type RandomGaussianBlurOptions,
  type RandomGaussianBlurParams,
  randomGaussianBlur,
} from './randomGaussianBlur.js';
export {
  type RandomGaussianNoiseOptions,
  type RandomGaussianNoiseParams,
  randomGaussianNoise,
} from './randomGaussianNoise.js';
export { type RandomGrayscaleOptions, type RandomGrayscaleParams, randomGrayscale } from './randomGrayscale.js';
export {
  type RandomHorizontalFlipOptions,
  type RandomHorizontalFlipParams,
  randomHorizontalFlip,
} from './randomHorizontalFlip.js';
export { type RandomInvertOptions, type RandomInvertParams, randomInvert } from './randomInvert.js';
export { randomMixup } from './randomMixup.js';
export { type RandomOrderParams, randomOrder } from './randomOrder.js';
export {
  type RandomPerspectiveOptions,
  type RandomPerspectiveParams,
  randomPerspective,
} from './randomPerspective.js';
export { type RandomPosterizeOptions, type RandomPosterizeParams, randomPosterize } from './randomPosterize.js';
export { type CropParams, type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop.js';
export { type RandomRotationOptions, type RandomRotationParams, randomRotation } from './randomRotation.js';
export { type RandomRotation90Params, randomRotation90 } from './randomRotation90.js';
export { type RandomSobelOptions, type RandomSobelParams, randomSobel } from './randomSobel.js';
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
export { rgbToLab } from './rgbToLab.js';
export { type RotateOptions, rotate } from './rotate.js';
export { rotate90 } from './rotate90.js';
export type { Size } from './shapes.js';
export { type SimclrPolicyOptions, simclrPolicy } from './simclrPolicy.js';
export { type SobelOptions, type SobelVariant, sobel } from './sobel.js';
export { solarize } from './solarize.js';
export { type SpecAugmentOptions, type SpecAugmentParams, specAugment } from './specAugment.js';
export { standardize } from './standardize.js';
export type { StepParams } from './steps.js';
export { swavPolicy } from './swavPolicy.js';
export { type TemporalCropOptions, type TemporalCropParams, temporalCrop } from './temporalCrop.js';
export { type TemporalStrideOptions, type TemporalStrideParams, temporalStride } from './temporalStride.js';
export type { ApplyOptions, Interpolation, Transform, Views } from './transform.js';
export type { PolicyOptions } from './viewPolicy.js';
export { views } from './views.js';
