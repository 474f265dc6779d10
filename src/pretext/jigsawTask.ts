import { reshape, type Tensor1D, type Tensor4D, type Tensor5D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFlags, checkImages, checkIntegers, checkNumbers, checkSeed, show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, integers, type Seed, split } from '../random/index.js';
import { randomGrayscale, standardize } from '../transforms/index.js';
import { type PermutationSet, permutationSet } from './hammingPermutations.js';
import { type Corner, cropAt } from './takePixels.js';

/** Options of {@link jigsawTask}. */
export interface JigsawOptions {
  /** Tiles along each side, an integer \>= 2. @defaultValue 3 */
  readonly grid?: number;
  /**
   * The classes: a named set (for 3 x 3 tiles), or permutations of the grid² tiles, such as `hammingPermutations` gives. Make
   * large sets once and pass the array.
   * @defaultValue 'agl72' for 3 x 3 tiles; other grids must be given theirs
   */
  readonly permutations?: PermutationSet | readonly (readonly number[])[];
  /** Side of a tile in pixels, at most a cell's. @defaultValue 64 / 85 of a cell, as in the authors' code: 8 of 10 pixels */
  readonly tileSize?: number;
  /**
   * Largest move of each colour channel of a tile along each axis, in pixels, an integer \>= 0; 0 for images of one channel.
   * @defaultValue 2 for tiles of 32 pixels and more, as in the paper, else 1
   */
  readonly channelShift?: number;
  /** Share of images that turn grey, in [0, 1]; only for 3 channels. @defaultValue 0.3, as in the paper */
  readonly grayscale?: number;
  /** Whether every channel of every tile gets mean 0 and deviation 1. @defaultValue true */
  readonly normalize?: boolean;
}

/** What {@link jigsawTask} gives; the caller disposes both. */
export type JigsawBatch = {
  /** Tiles in shuffled order, float32 `[batch, grid², tileSize, tileSize, channels]`. */
  readonly inputs: Tensor5D;
  /** Which permutation: int32 `[batch]`; place k of the inputs holds tile `permutations[label][k]`, counted row by row. */
  readonly labels: Tensor1D;
};

/**
 * A jigsaw puzzle: the image's tiles in one of some known orders, and which one it is.
 *
 * Shortcuts and their defences: lines that run on from tile to tile (each tile is cut at a random place inside its cell); the
 * brightness and contrast of neighbours, which agree (each tile is normalised on its own); colour fringes of the lens, which
 * tell a tile's place in the photo (channels are moved against each other, and some images are grey); permutations that are
 * told apart by few tiles (sets with a guaranteed Hamming distance).
 *
 * @param x - Images, float32 `[batch, height, width, channels]`, any sides: the grid of square cells lies at a random place.
 * @param seed - The draws of image i depend on the seed and i alone.
 * @param options - Grid, permutations, sizes and defences.
 * @returns Tiles and labels; the caller disposes both.
 * @throws ShapeError on a wrong shape or images smaller than the grid; RangeError if an option is out of range or a permutation
 * is none.
 * @see Noroozi and Favaro, "Unsupervised Learning of Visual Representations by Solving Jigsaw Puzzles", ECCV 2016,
 * arXiv:1603.09246, sections 3 and 4.2; bbrattoli/JigsawPuzzlePytorch, which adds up to 2 / 255 to the values of channels where
 * the paper moves their pixels: of that nothing is left once tiles are normalised.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { hammingPermutations, jigsawTask } from 'selfsup/pretext';
 * const permutations = hammingPermutations({ tiles: 9, count: 100 }, 1);
 * const { inputs, labels } = jigsawTask(ones<Rank.R4>([4, 32, 32, 3]), 1, { permutations });
 * console.log(inputs.shape, labels.shape); // 4, 9, 8, 8, 3 and 4
 * ```
 */
export function jigsawTask(x: Tensor4D, seed: Seed, options: JigsawOptions = {}): JigsawBatch {
  checkSeed('jigsawTask', seed);
  const where = 'jigsawTask';
  const {
    grid = 3,
    grayscale = 0.3,
    normalize = true,
  } = checkOptions('jigsawTask', options, [
    'grid',
    'permutations',
    'tileSize',
    'channelShift',
    'grayscale',
    'normalize',
  ]);
  checkFlags('jigsawTask', { normalize });
  checkImages(where, x);
  checkIntegers(where, { grid: [grid, 2, 32] });
  checkNumbers(where, { grayscale: [grayscale, 0, 1] });
  const [batch, height, width, channels] = x.shape;
  const cell = Math.floor(Math.min(height, width) / grid);
  if (cell < 1) {
    throw new ShapeError(`${where}: images must be at least ${grid} x ${grid} for the grid, got ${height} x ${width}.`);
  }
  const { tileSize = Math.max(1, Math.round((64 / 85) * cell)) } = options;
  checkIntegers(where, { tileSize: [tileSize, 1] });
  if (tileSize > cell) {
    throw new ShapeError(
      `${where}: images must be at least ${grid * tileSize} x ${grid * tileSize} for ${grid} x ${grid} tiles of ${tileSize}, got ${height} x ${width}.`,
    );
  }
  const { channelShift = tileSize >= 32 ? 2 : 1 } = options;
  checkIntegers(where, { channelShift: [channelShift, 0] });
  const permutations = checkPermutations(where, options.permutations, grid);
  const [ofGrays = 0] = split(seed, 1);
  const labels = new Int32Array(batch);
  const corners: Corner[] = [];
  for (let image = 0; image < batch; image++) {
    const key = foldIn(seed, image);
    const label = integers(key, { max: permutations.length });
    const down = integers(foldIn(key, 0), { max: height - grid * cell + 1 });
    const across = integers(foldIn(key, 1), { max: width - grid * cell + 1 });
    const offsets = integers(foldIn(key, 2), 2 * grid * grid, { max: cell - tileSize + 1 });
    const moves = integers(foldIn(key, 3), 2 * channels * grid * grid, { min: -channelShift, max: channelShift + 1 });
    labels[image] = label;
    for (const [k, tile] of (permutations[label] as readonly number[]).entries()) {
      const shifts = Array.from({ length: channels }, (_, c): readonly [number, number] => {
        const at = 2 * (k * channels + c);
        return [moves[at] as number, moves[at + 1] as number];
      });
      corners.push({
        image,
        top: down + cell * Math.floor(tile / grid) + (offsets[2 * k] as number),
        left: across + cell * (tile % grid) + (offsets[2 * k + 1] as number),
        ...(channels > 1 && channelShift > 0 && { shifts }),
      });
    }
  }
  return tidy(() => {
    const images = channels === 3 && grayscale > 0 ? randomGrayscale({ p: grayscale })(x, ofGrays) : x;
    const tiles = cropAt(images, corners, [tileSize, tileSize]);
    const shape: [number, number, number, number, number] = [batch, grid * grid, tileSize, tileSize, channels];
    return {
      inputs: reshape<Tensor5D['rankType']>(normalize ? standardize(tiles) : tiles, shape),
      labels: tensor1d(labels, 'int32'),
    };
  });
}

/** The permutations that were given or named, each checked to be one. */
function checkPermutations(
  where: string,
  given: JigsawOptions['permutations'],
  grid: number,
): readonly (readonly number[])[] {
  if (given === undefined && grid !== 3) {
    throw new RangeError(`${where}: permutations must be given where the grid is not 3, got grid ${grid}.`);
  }
  const permutations = given === undefined || typeof given === 'string' ? permutationSet(given ?? 'agl72') : given;
  const tiles = grid * grid;
  if (!Array.isArray(permutations) || permutations.length === 0) {
    throw new RangeError(
      `${where}: permutations must be a named set or arrays of ${tiles}, got ${show(permutations)}.`,
    );
  }
  for (const [i, p] of permutations.entries()) {
    const valid =
      p?.length === tiles &&
      new Set(p).size === tiles &&
      p.every((k: number) => Number.isInteger(k) && k >= 0 && k < tiles);
    if (!valid) {
      throw new RangeError(`${where}: permutations[${i}] must hold 0 to ${tiles - 1} once each, got ${show(p)}.`);
    }
  }
  return permutations;
}
