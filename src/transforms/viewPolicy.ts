import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers } from '../internal/checks.js';
import { colorJitter } from './colorJitter.js';
import { compose } from './compose.js';
import { type RandomGaussianBlurOptions, randomGaussianBlur } from './randomGaussianBlur.js';
import { randomGrayscale } from './randomGrayscale.js';
import { randomHorizontalFlip } from './randomHorizontalFlip.js';
import { randomResizedCrop } from './randomResizedCrop.js';
import { randomSolarize } from './randomSolarize.js';
import { type Size, sizePair } from './shapes.js';
import type { StepParams } from './steps.js';
import type { Transform } from './transform.js';

/** Options that all policies have in common. */
export interface PolicyOptions {
  /** Size of the views, `[height, width]` or one number for both. */
  readonly size: Size;
  /**
   * Channels of the images, an integer >= 1. Images of one channel have no saturation, hue and grey to change; those of
   * neither one nor three change in brightness alone.
   * @defaultValue 3
   */
  readonly channels?: number;
  /**
   * Average over the pixels that a shrinking crop passes over, as the authors' image library does; on WASM that makes the
   * crop several times slower. Matters where images are larger than the views.
   * @defaultValue false
   */
  readonly antialias?: boolean;
  /** Least side of a crop in pixels, so that small images are not cut to crumbs. @defaultValue 8 */
  readonly minSide?: number;
  /**
   * Whether to blur at all, or how (the kernel, the range of sigma).
   * @defaultValue true, false for views of up to 32 pixels, as SimCLR's authors do for CIFAR
   */
  readonly blur?: boolean | Omit<RandomGaussianBlurOptions, 'p'>;
}

/** Names of {@link PolicyOptions}. */
export const POLICY_OPTIONS = ['size', 'channels', 'antialias', 'minSide', 'blur'] as const;

/** Everything that one view of a policy consists of. */
export interface ViewRecipe extends PolicyOptions {
  /** Area of the crop. */
  readonly scale: readonly [number, number];
  /** Strengths of brightness, contrast, saturation and hue; the chance of all four. */
  readonly jitter: { readonly strengths: readonly [number, number, number, number]; readonly p: number };
  readonly flipProbability: number;
  readonly grayscaleProbability: number;
  readonly blurProbability: number;
  readonly solarizeProbability: number;
}

/** True for views at which SimCLR's authors drop the blur. */
export function isSmall(size: Size): boolean {
  return Math.max(...(typeof size === 'number' ? [size] : size)) <= 32;
}

/** Checks an option that says whether to blur, or how. */
export function checkBlur(where: string, blur: boolean | RandomGaussianBlurOptions): void {
  if (typeof blur !== 'boolean') checkOptions(where, blur, ['kernelSize', 'sigma', 'p'], 'blur');
}

/**
 * Crop, flip, colour jitter, grey, blur, solarisation. The flip stands beside the crop, where one resampling does both;
 * where the authors flip last, the views have the same distribution, since all that follows treats left and right alike.
 */
export function viewPolicy(where: string, recipe: ViewRecipe): Transform<StepParams> {
  const { scale, jitter, channels = 3, antialias = false, minSide = 8, blur = !isSmall(recipe.size) } = recipe;
  const { flipProbability, grayscaleProbability, blurProbability, solarizeProbability } = recipe;
  const size = sizePair(where, recipe.size);
  checkFlags(where, { antialias });
  checkBlur(where, blur);
  checkIntegers(where, { channels: [channels, 1], minSide: [minSide, 0] });
  checkNumbers(where, {
    jitterProbability: [jitter.p, 0, 1],
    grayscaleProbability: [grayscaleProbability, 0, 1],
    flipProbability: [flipProbability, 0, 1],
  });
  const [brightness, contrast, saturation, hue] = jitter.strengths;
  const [rgb, gray] = [channels === 3, channels === 1];
  const color = {
    brightness,
    contrast: rgb || gray ? contrast : 0,
    saturation: rgb ? saturation : 0,
    hue: rgb ? hue : 0,
  };
  const blurring = typeof blur === 'object' ? blur : {};
  return compose(
    randomResizedCrop({ size, scale, minSide, antialias }),
    randomHorizontalFlip({ p: flipProbability }),
    colorJitter({ ...color, p: jitter.p }),
    ...(rgb ? [randomGrayscale({ p: grayscaleProbability })] : []),
    ...(blur === false || blurProbability === 0 ? [] : [randomGaussianBlur({ p: blurProbability, ...blurring })]),
    ...(solarizeProbability === 0 ? [] : [randomSolarize({ p: solarizeProbability })]),
  );
}
