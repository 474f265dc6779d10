import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { uniform } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import type { CropParams } from './randomResizedCrop.js';
import { checkBoxes, cropPlacement, resizedCrop } from './resizedCrop.js';
import { checkEntries, type Size, sizePair } from './shapes.js';
import type { Transform } from './transform.js';

/** Options of {@link randomCrop}. */
export interface RandomCropOptions {
  /** Size of the crop in pixels, `[height, width]` or one number for both. */
  readonly size: Size;
  /** Zeros put around the image first, in pixels: one number, or `[left and right, top and bottom]`. @defaultValue 0 */
  readonly padding?: number | readonly [x: number, y: number];
}

/**
 * Cuts a crop of fixed size out of every image at a random place; with `padding: 4`, the usual augmentation of CIFAR.
 *
 * @param options - Size and padding.
 * @returns A transform of images with any number of channels; it throws ShapeError for images smaller than the crop.
 * @throws RangeError if an option is out of range.
 * @see He et al., arXiv:1512.03385, section 4.2; torchvision `RandomCrop`.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomCrop } from 'selfsup/transforms';
 * console.log(randomCrop({ size: 32, padding: 4 })(ones<Rank.R4>([2, 32, 32, 3]), 1).shape); // [2, 32, 32, 3]
 * ```
 */
export function randomCrop(options: RandomCropOptions): Transform<CropParams> {
  const { padding = 0 } = checkOptions('randomCrop', options, ['size', 'padding']);
  const size = sizePair('randomCrop', options.size);
  const pair = typeof padding === 'number' ? [padding, padding] : padding;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new RangeError(`randomCrop: padding must be an integer or [x, y], got ${show(padding)}.`);
  }
  const [padX, padY] = pair as [number, number];
  checkIntegers('randomCrop', { 'padding (x)': [padX, 0], 'padding (y)': [padY, 0] });
  const [cropHeight, cropWidth] = size;
  return makeTransform<CropParams>('randomCrop', {
    sample: (shape, seed) => {
      const [, height = 0, width = 0] = shape;
      const boxes = imageKeys(shape, seed).map((key) => {
        const [a = 0, b = 0] = uniform(key, 2);
        const top = Math.floor(a * (height + 2 * padY - cropHeight + 1)) - padY;
        const left = Math.floor(b * (width + 2 * padX - cropWidth + 1)) - padX;
        return [top, left, cropHeight, cropWidth];
      });
      return { boxes };
    },
    apply: (x, { boxes }, { interpolation }) => resizedCrop(x, boxes, size, { interpolation }),
    geometry: (shape, { boxes }) => [cropPlacement(shape, boxes, size, false)],
    outputShape: ([batch, , , channels]) => [batch as number, ...size, channels as number],
    checkParams: (params, shape) => {
      checkEntries('randomCrop', params, shape);
      checkBoxes('randomCrop', params.boxes, shape[0] as number);
    },
    check: ([, height = 0, width = 0]) => {
      if (height + 2 * padY < cropHeight || width + 2 * padX < cropWidth) {
        throw new ShapeError(
          `randomCrop: images with their padding must be at least ${cropHeight} x ${cropWidth}, got ${height + 2 * padY} x ${width + 2 * padX}.`,
        );
      }
    },
  });
}
