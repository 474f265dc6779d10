import { concat, type Tensor1D, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkSeed } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, integers, type Seed } from '../random/index.js';
import { rotate90 } from '../transforms/index.js';

/** Options of {@link rotationTask}. */
export interface RotationOptions {
  /** Every image in all four turns, or each in one that is drawn. @defaultValue 'all', as in the paper */
  readonly turns?: 'all' | 'one';
}

/** What {@link rotationTask} gives; the caller disposes both. */
export type RotationBatch = {
  /** Turned images, float32 `[4 * batch, size, size, channels]` or `[batch, size, size, channels]`. */
  readonly inputs: Tensor4D;
  /** Quarter turns anticlockwise, int32 in [0, 4), one per input. */
  readonly labels: Tensor1D;
};

/**
 * Which way up? Images turned by 0, 1, 2 and 3 right angles anticlockwise, and the number of turns as the label. With all four
 * turns the whole batch comes once per turn: row `turn * batch + i` is image i.
 *
 * Shortcut: a turn that is not by a right angle leaves traces of interpolation and empty corners. Defence: right angles move
 * pixels and change none. What a camera adds by position (a date stamp, a dark rim, JPEG blocks) still tells, and images
 * without an upper side (textures, views from above) have no answer.
 *
 * @param x - Square images, float32 `[batch, size, size, channels]`.
 * @param seed - Only for `turns: 'one'`, whose turn of image i depends on the seed and i alone.
 * @param options - All turns or one.
 * @returns Turned images and labels; the caller disposes both.
 * @throws ShapeError on a wrong shape or images that are not square; RangeError on a wrong option or a missing seed.
 * @see Gidaris, Singh and Komodakis, "Unsupervised Representation Learning by Predicting Image Rotations", ICLR 2018,
 * arXiv:1803.07728, section 3; all four turns of an image in one batch as in the authors' code (FeatureLearningRotNet).
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { rotationTask } from 'selfsup/pretext';
 * const { inputs, labels } = rotationTask(ones<Rank.R4>([2, 8, 8, 3]));
 * console.log(inputs.shape); // 8, 8, 8, 3
 * labels.print(); // 0 0 1 1 2 2 3 3
 * ```
 */
export function rotationTask(x: Tensor4D, seed?: Seed, options: RotationOptions = {}): RotationBatch {
  const where = 'rotationTask';
  const { turns = 'all' } = checkOptions('rotationTask', options, ['turns']);
  checkImages(where, x);
  checkChoice(where, 'turns', turns, ['all', 'one']);
  const [batch, height, width] = x.shape;
  if (height !== width) throw new ShapeError(`${where}: images must be square, got ${height} x ${width}.`);
  if (turns === 'all') {
    const labels = Int32Array.from({ length: 4 * batch }, (_, row) => Math.floor(row / batch));
    return tidy(() => ({
      inputs: concat<Tensor4D>([x, ...[1, 2, 3].map((k) => rotate90(x, k))], 0),
      labels: tensor1d(labels, 'int32'),
    }));
  }
  if (seed !== undefined) checkSeed(where, seed);
  else throw new RangeError(`${where}: seed must be given where turns is 'one', got undefined.`);
  const labels = Int32Array.from({ length: batch }, (_, i) => integers(foldIn(seed, i), { max: 4 }));
  return tidy(() => ({ inputs: rotate90(x, labels), labels: tensor1d(labels, 'int32') }));
}
