export { adjustBrightness } from './adjustBrightness.js';
export { adjustContrast } from './adjustContrast.js';
export { adjustHue } from './adjustHue.js';
export { adjustSaturation } from './adjustSaturation.js';
export { adjustSharpness } from './adjustSharpness.js';
export { autocontrast } from './autocontrast.js';
export type { GaussianBlurOptions } from './blurOptions.js';
export type { RowPerImage } from './boxes.js';
export { type ColorJitterOptions, colorJitter, type Strength } from './colorJitter.js';
export { compose } from './compose.js';
export { cutmix } from './cutmix.js';
export { type CutmixBoxes, cutmixBoxes } from './cutmixBoxes.js';
export { dilate, type MorphologyOptions } from './dilate.js';
export { equalize } from './equalize.js';
export { erase } from './erase.js';
export { erode } from './erode.js';
export { flipLeftRight } from './flipLeftRight.js';
export { flipUpDown } from './flipUpDown.js';
export { gaussianBlur } from './gaussianBlur.js';
export { type HogOptions, hog } from './hog.js';
export { hsvToRgb } from './hsvToRgb.js';
export { invert } from './invert.js';
export type { ColorJitterParams } from './jitterPlanes.js';
export { labToRgb } from './labToRgb.js';
export { makeTransform, type TransformParts } from './makeTransform.js';
export type { MixedImages, Mixing, MixOptions, MixParams } from './mixing.js';
export { mixup } from './mixup.js';
export { type NormalizeOptions, normalize } from './normalize.js';
export type { PerImage } from './perImage.js';
export { posterize } from './posterize.js';
export {
  type RandomAdjustSharpnessOptions,
  type RandomAdjustSharpnessParams,
  randomAdjustSharpness,
} from './randomAdjustSharpness.js';
export { type RandomApplyOptions, type RandomApplyParams, randomApply } from './randomApply.js';
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
export { type RandomPosterizeOptions, type RandomPosterizeParams, randomPosterize } from './randomPosterize.js';
export { type CropParams, type RandomResizedCropOptions, randomResizedCrop } from './randomResizedCrop.js';
export { type RandomSobelOptions, type RandomSobelParams, randomSobel } from './randomSobel.js';
export { type RandomSolarizeOptions, type RandomSolarizeParams, randomSolarize } from './randomSolarize.js';
export {
  type RandomVerticalFlipOptions,
  type RandomVerticalFlipParams,
  randomVerticalFlip,
} from './randomVerticalFlip.js';
export { type ResizeOptions, resize } from './resize.js';
export { type Box, resizedCrop } from './resizedCrop.js';
export { type RgbToGrayscaleOptions, rgbToGrayscale } from './rgbToGrayscale.js';
export { rgbToHsv } from './rgbToHsv.js';
export { rgbToLab } from './rgbToLab.js';
export { rotate90 } from './rotate90.js';
export type { Size } from './shapes.js';
export { type SimclrPolicyOptions, simclrPolicy } from './simclrPolicy.js';
export { type SobelOptions, type SobelVariant, sobel } from './sobel.js';
export { solarize } from './solarize.js';
export { standardize } from './standardize.js';
export type { StepParams } from './steps.js';
export type { ApplyOptions, Interpolation, Transform, Views } from './transform.js';
export { views } from './views.js';
