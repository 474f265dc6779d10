import { clone, type Tensor2D, type Tensor3D, type Tensor4D, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkImages, checkIntegers, checkSeed } from '../internal/checks.js';
import { checkTiles } from '../internal/cutPatches.js';
import { RangeError } from '../internal/errors.js';
import { foldIn, integers, type RandomKey, type Seed, uniform } from '../random/index.js';
import { rangePair } from '../transforms/perImage.js';

/** Options of {@link multiBlockMaskTask}. */
export interface MultiBlockMaskOptions {
  /** Side of a patch in pixels; height and width are multiples of it. */
  readonly patchSize: number;
  /** Number of target blocks, >= 1. @defaultValue 4 */
  readonly targets?: number;
  /** Smallest and largest share of the patches in a target block, in (0, 1]. @defaultValue [0.15, 0.2] */
  readonly targetScale?: readonly [number, number];
  /** Smallest and largest height over width of a target block, > 0. @defaultValue [0.75, 1.5] */
  readonly targetAspect?: readonly [number, number];
  /** Smallest and largest share of the patches in the square context block, in (0, 1]. @defaultValue [0.85, 1] */
  readonly contextScale?: readonly [number, number];
  /** The context has more patches than this, >= 0. @defaultValue 10 */
  readonly minKeep?: number;
}

/** What {@link multiBlockMaskTask} gives; the caller disposes all three. */
export type MultiBlockMask = {
  /** The images themselves. */
  readonly inputs: Tensor4D;
  /** Places of the context's patches, ascending, int32 `[batch, kept]`; no target has one of them. */
  readonly context: Tensor2D;
  /** Places of each target block's patches, ascending, int32 `[batch, targets, size]`. */
  readonly targets: Tensor3D;
};

interface Block {
  readonly height: number;
  readonly width: number;
}

const TRIES = 20;

/**
 * Draws a context and target blocks of patches in every image: the features of the targets are to be predicted from those of
 * the context, which is a large block less the targets. As in the authors' code one draw gives the size of the blocks of
 * the whole batch, only places differ; a block never spans the full height or width; and contexts are cut to the length of
 * the shortest in the batch, so that entry i depends on the batch there and there alone.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`.
 * @param seed - Draws the sizes; with i, the places in image i.
 * @param options - Patches, number and sizes of blocks; the defaults are the authors'.
 * @returns Inputs and places; the caller disposes them.
 * @throws ShapeError on a wrong shape, or if patches don't tile the images; RangeError on a wrong option, or if the smallest
 * context block has no more than `minKeep` patches.
 * @see Assran et al., I-JEPA, arXiv:2301.08243, section 3 and appendix A.1; masks/multiblock.py. If the targets leave too
 * little of the context in 20 tries, the last of them is no longer spared, then the last two and so on. `minKeep` does not
 * bound target blocks: where they are smaller, that code never ends. Nor does it ever reach the last row and column.
 * @example
 * ```ts
 * import { zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { multiBlockMaskTask } from 'selfsup/pretext';
 *
 * const { context, targets } = multiBlockMaskTask(zeros<Rank.R4>([2, 64, 64, 3]), 1, { patchSize: 8 });
 * console.log(context.shape, targets.shape);
 * ```
 */
export function multiBlockMaskTask(x: Tensor4D, seed: Seed, options: MultiBlockMaskOptions): MultiBlockMask {
  checkSeed('multiBlockMaskTask', seed);
  const where = 'multiBlockMaskTask';
  const {
    patchSize,
    targets = 4,
    targetScale = [0.15, 0.2],
    targetAspect = [0.75, 1.5],
    contextScale = [0.85, 1],
    minKeep = 10,
  } = checkOptions('multiBlockMaskTask', options, [
    'patchSize',
    'targets',
    'targetScale',
    'targetAspect',
    'contextScale',
    'minKeep',
  ]);
  checkImages(where, x);
  checkIntegers(where, { patchSize: [patchSize, 1], targets: [targets, 1], minKeep: [minKeep, 0] });
  rangePair(where, 'targetScale', targetScale, Number.MIN_VALUE, 1);
  rangePair(where, 'targetAspect', targetAspect, Number.MIN_VALUE);
  rangePair(where, 'contextScale', contextScale, Number.MIN_VALUE, 1);
  const [batch, height, width] = x.shape;
  checkTiles(where, 'x', height, width, patchSize);
  const [rows, columns] = [height / patchSize, width / patchSize];
  const smallest = blockOf(rows, columns, contextScale[0], 1);
  if (smallest.height * smallest.width <= minKeep) {
    throw new RangeError(
      `${where}: minKeep must be below the smallest context block's ${smallest.height} x ${smallest.width} patches, got ${minKeep}.`,
    );
  }
  const draw = ([low, high]: readonly [number, number], share: number): number => low + share * (high - low);
  const [own = 0, around = 0] = uniform(seed, 2);
  const target = blockOf(rows, columns, draw(targetScale, own), draw(targetAspect, own));
  const context = blockOf(rows, columns, draw(contextScale, around), 1);
  const drawn = Array.from({ length: batch }, (_, i) => {
    const key = foldIn(seed, i);
    const blocks = Array.from({ length: targets }, (_, k) => place(foldIn(key, k), target, rows, columns));
    return { blocks, context: contextPlaces(foldIn(key, targets), context, blocks, minKeep, rows, columns) };
  });
  const kept = Math.min(...drawn.map((entry) => entry.context.length));
  const size = target.height * target.width;
  return tidy(() => ({
    inputs: clone(x),
    context: tensor2d(
      drawn.flatMap((entry) => entry.context.slice(0, kept)),
      [batch, kept],
      'int32',
    ),
    targets: tensor3d(
      drawn.flatMap(({ blocks }) => blocks.flat()),
      [batch, targets, size],
      'int32',
    ),
  }));
}

/** A block of about that share of the patches; smaller than the grid both ways, where the grid has room for it. */
function blockOf(rows: number, columns: number, scale: number, aspect: number): Block {
  const area = Math.trunc(rows * columns * scale);
  const side = (length: number, all: number): number => Math.max(1, Math.min(Math.round(length), all - 1));
  return { height: side(Math.sqrt(area * aspect), rows), width: side(Math.sqrt(area / aspect), columns) };
}

/** Places of the patches of a block put somewhere on the grid. */
function place(key: RandomKey, { height, width }: Block, rows: number, columns: number): number[] {
  const top = integers(foldIn(key, 0), { max: rows - height + 1 });
  const left = integers(foldIn(key, 1), { max: columns - width + 1 });
  return Array.from({ length: height * width }, (_, i) => (top + Math.floor(i / width)) * columns + left + (i % width));
}

/** A context block less the targets; less fewer of them where it would be too small. */
function contextPlaces(
  key: RandomKey,
  context: Block,
  targets: readonly (readonly number[])[],
  minKeep: number,
  rows: number,
  columns: number,
): number[] {
  for (let attempt = 0; ; attempt++) {
    const spared = new Set(targets.slice(0, Math.max(0, targets.length - Math.floor(attempt / TRIES))).flat());
    const places = place(foldIn(key, attempt), context, rows, columns).filter((cell) => !spared.has(cell));
    if (places.length > minKeep) return places;
  }
}
