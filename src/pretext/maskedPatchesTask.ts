import {
  clone,
  reshape,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFloats, checkIntegers, checkSeed } from '../internal/checks.js';
import { checkTiles } from '../internal/cutPatches.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, type Seed } from '../random/index.js';
import { type HidePatches, hideAtRandom, hideBlocks, hideGrid } from './hiddenPatches.js';
import { keptTokens } from './keptTokens.js';
import { patchify } from './patchify.js';

/** Options of {@link maskedPatchesTask}. */
export interface MaskedPatchesOptions {
  /** Side of a patch in pixels; height and width are multiples of it. */
  readonly patchSize: number;
  /** Share of hidden patches, in [0, 1); trunc(patches * (1 - ratio)) stay, at least 1. @defaultValue 0.75 */
  readonly ratio?: number;
  /**
   * `'random'`: any patch, in clips of any frame; `'block'`: rectangles as BEiT hides them; `'grid'`: evenly spread, at 0.75
   * one of every 2 x 2 stays; `'tube'`: at random, the same in all frames. Blocks and grids go through all frames of a clip
   * too; images have one frame. @defaultValue 'random'
   */
  readonly strategy?: 'random' | 'block' | 'grid' | 'tube';
  /** Frames that a patch of a clip spans; divides their number. VideoMAE has 2. @defaultValue 1 */
  readonly tubeletSize?: number;
}

/** What {@link maskedPatchesTask} gives; the caller disposes all five. */
export type MaskedPatches<X extends Tensor4D | Tensor5D = Tensor4D> = {
  /** The images or clips themselves. */
  readonly inputs: X;
  /** Places of the patches that stay, ascending, int32 `[batch, kept]`. */
  readonly idsKeep: Tensor2D;
  /** Where each patch stands among the kept ones followed by the hidden, int32 `[batch, patches]`. */
  readonly idsRestore: Tensor2D;
  /** Float32 `[batch, patches]`, 1 where hidden. */
  readonly mask: Tensor2D;
  /** All patches, float32 `[batch, patches, tubeletSize * patchSize² * channels]`. */
  readonly targets: Tensor3D;
};

const STRATEGIES: Readonly<Record<NonNullable<MaskedPatchesOptions['strategy']>, HidePatches>> = {
  random: hideAtRandom,
  block: hideBlocks,
  grid: hideGrid,
  tube: hideAtRandom,
};

/**
 * Masked image or video modelling: draws which patches of each image are hidden, the same number in all, to be told from those
 * that stay. Patches count row by row, those of a clip frame by frame.
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, or clips `[batch, frames, height, width, channels]`.
 * @param seed - Image i hides the same patches in any batch.
 * @param options - Patches, ratio and strategy.
 * @returns Inputs, ids, mask and targets; the caller disposes them.
 * @throws ShapeError on a wrong shape, or if patches don't tile the images; RangeError on a wrong option.
 * @see He et al., MAE, arXiv:2111.06377, section 3 and figure 6; Bao et al., BEiT, arXiv:2106.08254, algorithm 1; Tong et al.,
 * VideoMAE, arXiv:2203.12602, section 3.3, whose code rounds the number of hidden patches of a frame, not of kept ones.
 * @example
 * ```ts
 * import { zeros, type Rank } from '@tensorflow/tfjs-core';
 * import { maskedPatchesTask } from 'selfsup/pretext';
 *
 * const { idsKeep, targets } = maskedPatchesTask(zeros<Rank.R4>([2, 32, 32, 3]), 1, { patchSize: 8, strategy: 'block' });
 * console.log(idsKeep.shape, targets.shape); // [2, 4] and [2, 16, 192]
 * ```
 */
export function maskedPatchesTask<X extends Tensor4D | Tensor5D>(
  x: X,
  seed: Seed,
  options: MaskedPatchesOptions,
): MaskedPatches<X> {
  checkSeed('maskedPatchesTask', seed);
  const where = 'maskedPatchesTask';
  const {
    patchSize,
    ratio = 0.75,
    strategy = 'random',
    tubeletSize = 1,
  } = checkOptions('maskedPatchesTask', options, ['patchSize', 'ratio', 'strategy', 'tubeletSize']);
  const clips = x?.rank === 5;
  checkFloats(where, { x: [x, ['batch', ...(clips ? ['frames'] : []), 'height', 'width', 'channels']] });
  checkIntegers(where, { patchSize: [patchSize, 1], tubeletSize: [tubeletSize, 1] });
  checkChoice(where, 'strategy', strategy, ['random', 'block', 'grid', 'tube']);
  const batch = x.shape[0];
  const frames = clips ? x.shape[1] : 1;
  const [height = 0, width = 0] = x.shape.slice(-3);
  checkTiles(where, 'x', height, width, patchSize);
  if (frames % tubeletSize !== 0) {
    throw new ShapeError(`${where}: frames of x must be a multiple of tubeletSize ${tubeletSize}, got ${frames}.`);
  }
  const [rows, columns, times] = [height / patchSize, width / patchSize, frames / tubeletSize];
  // Random patches of a clip are those of one tall image.
  const grid = strategy === 'random' ? { rows: rows * times, columns } : { rows, columns };
  const repeats = strategy === 'random' ? 1 : times;
  const kept = keptTokens(where, grid.rows * columns, ratio);
  const hide = STRATEGIES[strategy];
  const hidden = Array.from({ length: batch }, (_, i) => hide(foldIn(seed, i), { ...grid, kept }));
  return tidy(() => ({
    inputs: clone(x),
    ...idsOf(hidden, repeats, kept * repeats),
    targets: patchesOf(x, patchSize, tubeletSize),
  }));
}

/** Ids and mask of drawn patches, repeated for every frame. */
function idsOf(hidden: readonly Uint8Array[], repeats: number, kept: number) {
  const size = hidden[0]?.length ?? 0;
  const count = size * repeats;
  const [keep, restore] = [new Int32Array(hidden.length * kept), new Int32Array(hidden.length * count)];
  const mask = new Float32Array(hidden.length * count);
  hidden.forEach((own, i) => {
    let [visible, masked] = [0, kept];
    for (let place = 0; place < count; place++) {
      const gone = own[place % size] === 1;
      if (!gone) keep[i * kept + visible] = place;
      mask[i * count + place] = gone ? 1 : 0;
      restore[i * count + place] = gone ? masked++ : visible++;
    }
  });
  return {
    idsKeep: tensor2d(keep, [hidden.length, kept], 'int32'),
    idsRestore: tensor2d(restore, [hidden.length, count], 'int32'),
    mask: tensor2d(mask, [hidden.length, count]),
  };
}

/** Patches of images, or of clips: numbers by frame of the patch, then as {@link patchify} has them. */
function patchesOf(x: Tensor4D | Tensor5D, patchSize: number, tubeletSize: number): Tensor3D {
  if (x.rank === 4) return patchify(x as Tensor4D, patchSize);
  const [batch, frames, height, width, channels] = (x as Tensor5D).shape;
  const flat = patchify(reshape(x, [batch * frames, height, width, channels]), patchSize);
  const [, count, size] = flat.shape;
  const tubes = reshape(flat, [(batch * frames) / tubeletSize, tubeletSize, count, size]);
  const own = tubeletSize === 1 ? tubes : transpose(tubes, [0, 2, 1, 3]);
  return reshape(own, [batch, (frames / tubeletSize) * count, tubeletSize * size]);
}
