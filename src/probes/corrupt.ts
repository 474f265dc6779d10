import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkIntegers } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import { defocusBlur, gaussianBlur, motionBlur } from './corruptions/blur.js';
import { jpeg, pixelate } from './corruptions/compression.js';
import type { CorruptImages } from './corruptions/draws.js';
import { occlusion, rotation, translation } from './corruptions/geometry.js';
import { brightness, contrast, fog, saturation } from './corruptions/light.js';
import { gaussianNoise, impulseNoise, shotNoise } from './corruptions/noise.js';

/** Name of a corruption. */
export type Corruption =
  | 'gaussianNoise'
  | 'shotNoise'
  | 'impulseNoise'
  | 'defocusBlur'
  | 'gaussianBlur'
  | 'motionBlur'
  | 'brightness'
  | 'contrast'
  | 'saturation'
  | 'fog'
  | 'pixelate'
  | 'jpeg'
  | 'occlusion'
  | 'rotation'
  | 'translation';

const kinds: Readonly<Record<Corruption, CorruptImages>> = {
  gaussianNoise,
  shotNoise,
  impulseNoise,
  defocusBlur,
  gaussianBlur,
  motionBlur,
  brightness,
  contrast,
  saturation,
  fog,
  pixelate,
  jpeg,
  occlusion,
  rotation,
  translation,
};

/** The names of all corruptions that {@link corrupt} knows. */
export const corruptions: readonly Corruption[] = Object.keys(kinds) as Corruption[];

/** Options of {@link corrupt}. */
export interface CorruptOptions {
  /** What happens to the images. */
  readonly kind: Corruption;
  /** How much, from 1 to 5. @defaultValue 3 */
  readonly severity?: number;
}

/**
 * Spoils images by one of 15 graded corruptions: noise (Gaussian, shot, impulse), blur (defocus, Gaussian, motion), light
 * (brightness, contrast, saturation, fog), compression (pixelate, JPEG) and geometry (occlusion, rotation, translation).
 * Lengths are shares of the shorter side, so that a severity means much the same at every size.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1].
 * @param seed - Draws noise, directions and places: image i from the seed and i alone.
 * @param options - Kind and severity.
 * @returns Images of the same shape in [0, 1]; the caller disposes them.
 * @throws ShapeError on a wrong shape, and for saturation unless there are 3 channels; RangeError on an unknown kind or
 * severity.
 * @see After Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations",
 * arXiv:1903.12261. Kinds and grades are not those of ImageNet-C: numbers of the two are not to be compared.
 * @example
 * ```ts
 * import { type Rank, ones } from '@tensorflow/tfjs-core';
 * import { corrupt, corruptions } from 'selfsup/probes';
 *
 * const images = ones<Rank.R4>([2, 16, 16, 3]);
 * for (const kind of corruptions) corrupt(images, 1, { kind, severity: 5 }).dispose();
 * ```
 */
export function corrupt(x: Tensor4D, seed: Seed, options: CorruptOptions): Tensor4D {
  checkImages('corrupt', x);
  if (options !== undefined) checkOptions('corrupt', options, ['kind', 'severity']);
  checkCorruption('corrupt', x.shape, options);
  const key = randomKey(seed);
  const keys = Array.from({ length: x.shape[0] }, (_, i) => foldIn(key, i));
  return corruptWith(x, keys, options.kind, options.severity ?? 3);
}

/** Checks kind and severity for images of a shape. */
export function checkCorruption(
  where: string,
  shape: readonly number[],
  { kind, severity = 3 }: CorruptOptions = {} as CorruptOptions,
): void {
  checkChoice(where, 'kind', kind, corruptions);
  checkIntegers(where, { severity: [severity, 1, 5] });
  if (kind === 'saturation' && shape[3] !== 3) {
    throw new ShapeError(`${where}: images must have 3 channels for kind 'saturation', got ${shape[3]}.`);
  }
}

/** The same with one key for each image, unchecked. */
export function corruptWith(x: Tensor4D, keys: readonly Seed[], kind: Corruption, severity: number): Tensor4D {
  return kinds[kind](x, keys, severity - 1);
}
