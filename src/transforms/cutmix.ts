import { add, clone, mul, sub, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { eachRun, pixelBoxes, type RowPerImage } from './boxes.js';
import { checkInput, IMAGES } from './shapes.js';
import { checkPermutation, takeImages } from './takeImages.js';

/**
 * Pastes a box of another image of the batch into every image, at the same place.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any range and number of channels.
 * @param permutation - Index of each image's partner, integers from 0 to batch - 1, a plain or typed array.
 * @param boxes - `[top, left, height, width]` in whole pixels, one per image, or one for all, as {@link cutmixBoxes} gives
 * them; what lies outside the image is left out.
 * @returns Images of the same shape; the caller disposes them. Labels mix by {@link mixup} with the lambda of the boxes.
 * @throws ShapeError on a wrong shape or number of entries; RangeError if an index is out of range or a box not of integers.
 * @see Yun et al., CutMix, arXiv:1905.04899, equation 1.
 * @example
 * ```ts
 * import { tensor2d, tensor4d } from '@tensorflow/tfjs-core';
 * import { cutmix, cutmixBoxes, mixup } from 'selfsup/transforms';
 * const [images, labels] = [tensor4d([1, 1, 1, 1, 5, 5, 5, 5], [2, 2, 2, 1]), tensor2d([[1, 0], [0, 1]])];
 * const { boxes, lambda } = cutmixBoxes(images.shape, [0, 0], 0); // the box that stays inside is one pixel of four
 * cutmix(images, [1, 0], boxes).print(); // 5 1 1 1 and 1 5 5 5
 * mixup(labels, [1, 0], lambda).print(); // [0.75, 0.25] and [0.25, 0.75]
 * ```
 */
export function cutmix(x: Tensor4D, permutation: ArrayLike<number>, boxes: RowPerImage): Tensor4D {
  checkInput('cutmix', x, IMAGES);
  const partners = checkPermutation('cutmix', permutation, x.shape[0]);
  const checked = pixelBoxes('cutmix', boxes, x.shape[0]);
  const pasted = new Float32Array(x.size);
  let any = false;
  eachRun(checked, x.shape, (_, start, end) => {
    any = true;
    pasted.fill(1, start, end);
  });
  if (!any) return clone(x);
  return tidy(() => {
    const mask = tensor4d(pasted, x.shape);
    return add(mul<Tensor4D>(x, sub(1, mask)), mul(takeImages(x, partners), mask));
  });
}
