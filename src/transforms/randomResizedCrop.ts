import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkIntegers, checkNumbers } from '../internal/checks.js';
import { foldIn, type RandomKey, uniform } from '../random/index.js';
import { between, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { rangePair } from './perImage.js';
import { checkBoxes, cropPlacement, resizedCrop } from './resizedCrop.js';
import { checkEntries, type Size, sizePair } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randomResizedCrop}. */
export interface RandomResizedCropOptions {
  /** Size of the result, `[height, width]` or one number for both. */
  readonly size: Size;
  /** Area of the crop as a share of the image's, a range in (0, 1]. @defaultValue [0.08, 1], as in SimCLR and torchvision */
  readonly scale?: readonly [number, number];
  /** Width over height of the crop, a range > 0, drawn on a log scale. @defaultValue [3 / 4, 4 / 3] */
  readonly ratio?: readonly [number, number];
  /**
   * Least height and width of a crop in pixels, >= 0 (or the image's own where it is smaller): a small share of a small
   * image holds nothing to learn from.
   * @defaultValue 0
   */
  readonly minSide?: number;
  /** Average over the pixels that a shrinking crop passes over, as {@link resizedCrop} does. @defaultValue false */
  readonly antialias?: boolean;
}

/** Parameters of {@link randomResizedCrop} and {@link randomCrop}. */
export interface CropParams {
  /** `[top, left, height, width]` in pixels, one per image. */
  readonly boxes: number[][];
}

/**
 * Cuts out a random part of every image and resizes it ("Inception crop"). Area and aspect ratio are drawn up to 10 times
 * until the crop fits; after that the largest centred crop with an allowed ratio is taken, as torchvision does.
 *
 * @param options - Size of the result and ranges of area and ratio.
 * @returns A transform of images with any number of channels; `apply` takes `interpolation: 'nearest'` for masks.
 * @throws RangeError if an option is out of range.
 * @see Szegedy et al., arXiv:1409.4842, section 6; Chen et al., SimCLR, arXiv:2002.05709, appendix A; torchvision
 * `RandomResizedCrop`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomResizedCrop } from 'selfsup/transforms';
 * const images = ones<Rank.R4>([4, 48, 64, 3]);
 * const mask = ones<Rank.R4>([4, 48, 64, 1]);
 * const crop = randomResizedCrop({ size: 32, scale: [0.2, 1] });
 * const params = crop.sample(images.shape, 7);
 * console.log(crop.apply(images, params).shape, crop.apply(mask, params, { interpolation: 'nearest' }).shape);
 * ```
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Transform<CropParams> {
  const where = 'randomResizedCrop';
  const { minSide = 0, antialias = false } = checkOptions('randomResizedCrop', options, [
    'size',
    'scale',
    'ratio',
    'minSide',
    'antialias',
  ]);
  const scale = rangePair(where, 'scale', options.scale ?? [0.08, 1], 0, 1);
  const ratio = rangePair(where, 'ratio', options.ratio ?? [3 / 4, 4 / 3], 0);
  const size = sizePair(where, options.size);
  checkFlags('randomResizedCrop', { antialias });
  checkNumbers(where, { 'scale[1]': [scale[1], Number.MIN_VALUE, 1], 'ratio[0]': [ratio[0], Number.MIN_VALUE] });
  checkIntegers(where, { minSide: [minSide, 0] });
  return makeTransform<CropParams>(where, {
    sample: (shape, seed) => ({
      boxes: imageKeys(shape, seed).map((key) => drawBox(key, shape, { scale, ratio, minSide })),
    }),
    apply: (x, { boxes }, { interpolation }) => resizedCrop(x, boxes, size, { interpolation, antialias }),
    geometry: (shape, { boxes }) => [cropPlacement(shape, boxes, size, antialias)],
    outputShape: ([batch, , , channels]) => [batch as number, ...size, channels as number],
    checkParams: (params, shape) => {
      checkEntries(where, params, shape);
      checkBoxes(where, params.boxes, shape[0] as number, antialias);
    },
  });
}

/** What {@link drawBox} draws from. */
interface Ranges {
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly minSide: number;
}

function drawBox(key: RandomKey, shape: readonly number[], { scale, ratio, minSide }: Ranges): number[] {
  const [, height = 0, width = 0] = shape;
  const logRatio = [Math.log(ratio[0]), Math.log(ratio[1])] as const;
  for (let attempt = 0; attempt < 10; attempt++) {
    const [a = 0, b = 0, c = 0, d = 0] = uniform(foldIn(key, attempt), 4);
    const area = height * width * between(scale, a);
    const aspect = Math.exp(between(logRatio, b));
    const h = Math.max(Math.round(Math.sqrt(area / aspect)), Math.min(minSide, height));
    const w = Math.max(Math.round(Math.sqrt(area * aspect)), Math.min(minSide, width));
    if (h > 0 && h <= height && w > 0 && w <= width) {
      return [Math.floor(c * (height - h + 1)), Math.floor(d * (width - w + 1)), h, w];
    }
  }
  const aspect = Math.min(Math.max(width / height, ratio[0]), ratio[1]);
  const h = Math.max(1, Math.min(height, Math.round(width / aspect)));
  const w = Math.max(1, Math.min(width, Math.round(height * aspect)));
  return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w];
}
