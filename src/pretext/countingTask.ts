import { reshape, type Tensor4D, type Tensor5D, tidy, transpose } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkNumbers, checkSeed, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, integers, type RandomKey, type Seed, split } from '../random/index.js';
import { randomGrayscale } from '../transforms/index.js';
import { takeImages } from '../transforms/takeImages.js';
import { SHRINK_FILTERS, type ShrinkFilter, shrink } from './shrink.js';

/** Options of {@link countingTask}. */
export interface CountingTaskOptions {
  /** Filters to shrink by, one drawn for each image. @defaultValue all four */
  readonly filters?: readonly ShrinkFilter[];
  /** Share of images that turn grey, in [0, 1]; only for 3 channels. @defaultValue 0.3 */
  readonly grayscale?: number;
}

/** What {@link countingTask} gives; the caller disposes all three. */
export type CountingBatch = {
  /** What `countingLoss` compares the features of. */
  readonly inputs: {
    /** The images at half their size, float32 `[batch, height / 2, width / 2, channels]`. */
    readonly whole: Tensor4D;
    /** The quarters of the images, row by row: float32 `[batch, 4, height / 2, width / 2, channels]`. */
    readonly tiles: Tensor5D;
    /** For each image another one of the batch at half its size, `[batch, height / 2, width / 2, channels]`. */
    readonly other: Tensor4D;
  };
};

/**
 * Learning to count: what an image shows must be as much as its four quarters show together, and not what another one shows.
 * There are no labels: the features of all three go to `countingLoss`.
 *
 * Shortcuts: all features 0, which `other` forbids; telling shrunk images from quarters by how they were shrunk, and by colour
 * fringes, which shrinking halves. Defences: a filter drawn for each image; grey images.
 *
 * @param x - Images, float32 `[batch, height, width, channels]` in [0, 1], batch \>= 2, both sides even.
 * @param seed - Filter and grey of image i depend on the seed and i alone; the other image is i + k around the batch, with k
 * drawn, the same for all, so that it depends on the batch's size.
 * @param options - Filters and the share of grey images.
 * @returns Images; the caller disposes all three.
 * @throws ShapeError on a wrong shape, one image or odd sides; RangeError if an option is out of range.
 * @see Noroozi, Pirsiavash and Favaro, "Representation Learning by Learning to Count", ICCV 2017, arXiv:1708.06734, sections 3
 * and 4.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { countingTask } from 'selfsup/pretext';
 * const { inputs } = countingTask(ones<Rank.R4>([2, 32, 32, 3]), 1);
 * console.log(inputs.whole.shape, inputs.tiles.shape); // 2, 16, 16, 3 and 2, 4, 16, 16, 3
 * ```
 */
export function countingTask(x: Tensor4D, seed: Seed, options: CountingTaskOptions = {}): CountingBatch {
  checkSeed('countingTask', seed);
  const where = 'countingTask';
  const { filters = SHRINK_FILTERS, grayscale = 0.3 } = checkOptions('countingTask', options, ['filters', 'grayscale']);
  checkImages(where, x);
  checkNumbers(where, { grayscale: [grayscale, 0, 1] });
  if (!Array.isArray(filters) || filters.length === 0) {
    throw new RangeError(`${where}: filters must be a list of at least one, got ${show(filters)}.`);
  }
  for (const [i, filter] of filters.entries()) checkChoice(where, `filters[${i}]`, filter, SHRINK_FILTERS);
  const [batch, height, width, channels] = x.shape;
  if (batch < 2) throw new ShapeError(`${where}: images must be two or more, one being another's other, got ${batch}.`);
  if (height % 2 !== 0 || width % 2 !== 0) {
    throw new ShapeError(`${where}: images must have even sides, got ${height} x ${width}.`);
  }
  const [ofGrays, ofShift] = split(seed, 2) as [RandomKey, RandomKey];
  const drawn = Array.from(
    { length: batch },
    (_, i) => filters[integers(foldIn(seed, i), { max: filters.length })] as ShrinkFilter,
  );
  const shift = integers(ofShift, { min: 1, max: batch });
  return tidy(() => {
    const images = channels === 3 && grayscale > 0 ? randomGrayscale({ p: grayscale })(x, ofGrays) : x;
    const whole = shrink(images, 2, drawn);
    const other = takeImages(
      whole,
      Array.from({ length: batch }, (_, i) => (i + shift) % batch),
    );
    const [high, wide] = [height / 2, width / 2];
    const lines = reshape<Tensor4D['rankType']>(images, [batch * 2, high, 2, wide * channels]);
    const tiles: Tensor5D = reshape(transpose(lines, [0, 2, 1, 3]), [batch, 4, high, wide, channels]);
    return { inputs: { whole, tiles, other } };
  });
}
