import {
  add,
  clone,
  mul,
  sum,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tensor3d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkImages, checkIntegers, checkNumbers, checkSeed, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, type Seed } from '../random/index.js';
import { fromPlanes, toPlanes } from '../transforms/planes.js';
import { blots, centralRegion, middle, type Region, rimOf, scatteredBlocks } from './hiddenRegions.js';

/** Options of {@link inpaintingTask}. */
export interface InpaintingOptions {
  /**
   * What is hidden: the middle; smooth blots at random (the paper's arbitrary regions); or scattered square blocks.
   * @defaultValue 'center'
   */
  readonly mask?: 'center' | 'random' | 'blocks';
  /** Share of the pixels that is hidden, in (0, 1). @defaultValue 0.25, as in the paper */
  readonly ratio?: number;
  /**
   * Side of a block, or distance of the points between which blots are drawn, in pixels, an integer \>= 1 and at most the shorter
   * side.
   * @defaultValue an eighth of the shorter side: 4 of 32 pixels
   */
  readonly blockSize?: number;
  /** What stands in the hidden place: the mean colour of what is seen, or a number for all channels, or one each. @defaultValue 'mean' */
  readonly fill?: 'mean' | number | readonly number[];
  /**
   * Width in pixels of a border that is seen and predicted too, so that the prediction fits on, an integer \>= 0. The middle is
   * made smaller by as much on each side, as in the authors' code.
   * @defaultValue a 32nd of the shorter side for the middle (4 of 128 pixels in the authors' code), else 0
   */
  readonly overlap?: number;
  /** Weight of the border, \>= 0. @defaultValue 10, as in the paper */
  readonly overlapWeight?: number;
}

/** What {@link inpaintingTask} gives; the caller disposes all four. */
export type InpaintingBatch = {
  /** Images with a part filled in, float32 `[batch, height, width, channels]`. */
  readonly inputs: Tensor4D;
  /** 1 where hidden, float32 `[batch, height, width, 1]`. */
  readonly mask: Tensor4D;
  /** The images as they were, float32 `[batch, height, width, channels]`. */
  readonly targets: Tensor4D;
  /** Weight of each pixel's error: 1 where hidden, `overlapWeight` in the border, else 0; float32 `[batch, height, width, 1]`. */
  readonly weights: Tensor4D;
};

/**
 * Inpainting: what was in the hidden part of the image? A loss is, for example, the mean of `weights * (prediction - targets)²`.
 *
 * Shortcuts: the edge of the hidden part is continued from nearby pixels, with no idea of the whole (defence: a large part in one
 * piece; for smaller ones, blots and blocks whose shape is no help); a fill made of the whole image would tell of what it hides
 * (`'mean'` is the mean of what is seen).
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param seed - The hidden part of image i depends on the seed and i alone.
 * @param options - Shape and share of the hidden part, fill and border.
 * @returns Inputs, mask, targets and weights; the caller disposes all four.
 * @throws ShapeError on a wrong shape or images too small; RangeError if an option is out of range.
 * @see Pathak et al., "Context Encoders: Feature Learning by Inpainting", CVPR 2016, arXiv:1604.07379, sections 3.2 and 3.3; the
 * authors fill with the mean colour of ImageNet, [117, 104, 123] / 255.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { inpaintingTask } from 'selfsup/pretext';
 * const { inputs, mask, targets, weights } = inpaintingTask(ones<Rank.R4>([2, 32, 32, 3]), 1, { mask: 'blocks', fill: 0 });
 * console.log(inputs.shape, mask.shape); // 2, 32, 32, 3 and 2, 32, 32, 1
 * ```
 */
export function inpaintingTask(x: Tensor4D, seed: Seed, options: InpaintingOptions = {}): InpaintingBatch {
  checkSeed('inpaintingTask', seed);
  const where = 'inpaintingTask';
  const {
    mask = 'center',
    ratio = 0.25,
    fill = 'mean',
    overlapWeight = 10,
  } = checkOptions('inpaintingTask', options, ['mask', 'ratio', 'blockSize', 'fill', 'overlap', 'overlapWeight']);
  checkImages(where, x);
  checkChoice(where, 'mask', mask, ['center', 'random', 'blocks']);
  checkNumbers(where, { ratio: [ratio, 1e-6, 1 - 1e-6], overlapWeight: [overlapWeight, 0] });
  const [batch, height, width, channels] = x.shape;
  const shorter = Math.min(height, width);
  const { blockSize = Math.max(1, Math.round(shorter / 8)) } = options;
  const { overlap = mask === 'center' ? Math.round(shorter / 32) : 0 } = options;
  checkIntegers(where, { blockSize: [blockSize, 1, shorter], overlap: [overlap, 0] });
  const colour = checkFill(where, fill, channels);
  const sides = [height, width] as const;
  const [, least] = middle(shorter, ratio, overlap);
  if (mask === 'center' && least < 1) {
    throw new ShapeError(
      `${where}: images must be larger for an overlap of ${overlap} on each side of the middle, got ${height} x ${width}.`,
    );
  }
  const region: Region =
    mask === 'center'
      ? centralRegion(sides, ratio, overlap)
      : mask === 'random'
        ? blots(sides, ratio, blockSize)
        : scatteredBlocks(sides, ratio, blockSize);
  const pixels = height * width;
  const [hidden, weights] = [new Float32Array(batch * pixels), new Float32Array(batch * pixels)];
  const seen: number[] = [];
  for (let i = 0; i < batch; i++) {
    const own = region(foldIn(seed, i));
    hidden.set(own, i * pixels);
    const rim = overlap > 0 ? rimOf(own, sides, overlap) : null;
    for (let p = 0; p < pixels; p++) weights[i * pixels + p] = own[p] === 1 ? 1 : rim?.[p] === 1 ? overlapWeight : 0;
    seen.push(pixels - own.reduce((count, h) => count + h, 0));
  }
  if (seen.includes(0)) {
    throw new ShapeError(
      `${where}: images must be larger for ratio ${ratio} to leave a pixel, got ${height} x ${width}.`,
    );
  }
  const mapShape: [number, number, number, number] = [batch, height, width, 1];
  return tidy(() => ({
    inputs: filled(x, hidden, seen, colour),
    mask: tensor4d(hidden, mapShape),
    targets: clone(x),
    weights: tensor4d(weights, mapShape),
  }));
}

/** Images with what is hidden replaced by a colour, or where there is none by the mean of what is seen. */
function filled(
  x: Tensor4D,
  hidden: Float32Array,
  seen: readonly number[],
  colour: readonly number[] | null,
): Tensor4D {
  const [batch, , , channels] = x.shape;
  const pixels = hidden.length / batch;
  return tidy(() => {
    const kept = mul<Tensor3D>(
      toPlanes(x),
      tensor2d(
        hidden.map((h) => 1 - h),
        [batch, pixels],
      ),
    );
    const colours = colour
      ? tensor3d([...colour], [channels, 1, 1])
      : mul<Tensor3D>(
          sum(kept, 2, true),
          tensor2d(
            seen.map((n) => 1 / n),
            [batch, 1],
          ),
        );
    return fromPlanes(add(kept, mul(colours, tensor2d(hidden, [batch, pixels]))), x.shape);
  });
}

/** A number per channel, or null for the mean. */
function checkFill(where: string, fill: InpaintingOptions['fill'], channels: number): number[] | null {
  if (fill === 'mean') return null;
  const values = typeof fill === 'number' ? new Array<number>(channels).fill(fill) : fill;
  if (!Array.isArray(values)) {
    throw new RangeError(`${where}: fill must be 'mean', a number or one per channel, got ${show(fill)}.`);
  }
  if (values.length !== channels) {
    throw new ShapeError(`${where}: fill must have one entry per channel (${channels}), got ${values.length}.`);
  }
  for (const [c, value] of values.entries()) checkNumbers(where, { [`fill[${c}]`]: [value, Number.NEGATIVE_INFINITY] });
  return values;
}
