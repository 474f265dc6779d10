import { type RowPerImage, rowPerImage } from './boxes.js';
import { type PerImage, perImage } from './perImage.js';
import { checkShape, IMAGES } from './shapes.js';

/** What {@link cutmixBoxes} gives. */
export interface CutmixBoxes {
  /** `[top, left, height, width]` in pixels, one per image, inside the image and perhaps empty. */
  readonly boxes: number[][];
  /** Share of each image that its box leaves, in [0, 1]: exactly `1 - area / (height * width)`. */
  readonly lambda: number[];
}

/**
 * The boxes of CutMix: `width * sqrt(1 - lambda)` wide and high alike, rounded to a whole and even number of pixels (down),
 * around a centre, clipped to the image. Plain arithmetic on the host.
 *
 * @param shape - Shape of the images, `[batch, height, width, channels]`.
 * @param centers - `[x, y]` in pixels, one per image, or one for all: integers from 0 to width - 1 and to height - 1.
 * @param lambda - Share to keep, in [0, 1], or one per image.
 * @returns The boxes, and the share that each keeps once rounded and clipped, for the labels.
 * @throws ShapeError on a wrong shape or number of entries; RangeError if a centre or a share is out of range.
 * @see Yun et al., CutMix, arXiv:1905.04899, equation 2; `rand_bbox` of github.com/clovaai/CutMix-PyTorch.
 * @example
 * ```ts
 * import { cutmixBoxes } from 'selfsup/transforms';
 * console.log(cutmixBoxes([1, 8, 8, 3], [7, 4], 0.75)); // { boxes: [[2, 5, 4, 3]], lambda: [0.8125] }
 * ```
 */
export function cutmixBoxes(shape: readonly number[], centers: RowPerImage, lambda: PerImage): CutmixBoxes {
  checkShape('cutmixBoxes', shape, IMAGES);
  const [batch, height, width] = shape as [number, number, number];
  const pairs = rowPerImage('cutmixBoxes', 'centers', centers, batch, { x: [0, width - 1], y: [0, height - 1] });
  const shares = perImage('cutmixBoxes', 'lambda', lambda, batch, 0, 1);
  const boxes = pairs.map(([x = 0, y = 0], i) => {
    const side = Math.sqrt(1 - (shares[i] as number));
    const [left, right] = span(x, Math.floor(width * side), width);
    const [top, bottom] = span(y, Math.floor(height * side), height);
    return [top, left, bottom - top, right - left];
  });
  return { boxes, lambda: boxes.map(([, , h = 0, w = 0]) => 1 - (h * w) / (height * width)) };
}

/** Ends of a stretch around a centre, cut off at 0 and the size. */
function span(center: number, length: number, size: number): [number, number] {
  const half = Math.floor(length / 2);
  return [Math.max(0, center - half), Math.min(size, center + half)];
}
