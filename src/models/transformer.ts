import { tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkIntegers, checkNumbers, show } from '../internal/checks.js';
import { checkTiles } from '../internal/cutPatches.js';
import { RangeError } from '../internal/errors.js';
import { checkRate } from '../layers/dropPath.js';
import { TransformerBlock } from '../layers/index.js';
import { foldIn, randomKey, type Seed, uniform } from '../random/index.js';

/** Widths and depths of the papers: DeiT's tiny and small, ViT's base. */
const PRESETS = {
  tiny: { dim: 192, depth: 12 },
  small: { dim: 384, depth: 12 },
  base: { dim: 768, depth: 12 },
} as const;

/** Name of a size of transformer. */
export type TransformerPreset = keyof typeof PRESETS;

/** Size of a vision transformer, common to {@link vit} and {@link maeModel}. */
export interface TransformerOptions {
  /** Height and width of an image in pixels, one number for square ones; multiples of the patch size. @defaultValue 32 */
  readonly size?: number | readonly [height: number, width: number];
  /** Side of a patch in pixels, >= 1. @defaultValue 4, for images of 32 pixels; the papers: 16 for images of 224 */
  readonly patchSize?: number;
  /** Channels of an image, >= 1. @defaultValue 3 */
  readonly channels?: number;
  /** 12 blocks of width 192 (`'tiny'`), 384 (`'small'`) or 768 (`'base'`). @defaultValue 'tiny' */
  readonly preset?: 'tiny' | 'small' | 'base';
  /** Width of the tokens, >= 1; a multiple of 4 with fixed positions. @defaultValue that of the preset */
  readonly dim?: number;
  /** Blocks, >= 1. @defaultValue that of the preset */
  readonly depth?: number;
  /** Heads, >= 1; they divide the width. @defaultValue one for 64 of the width, as the presets */
  readonly heads?: number;
  /** Width of a block's hidden layer over that of the tokens, \> 0. @defaultValue 4 */
  readonly mlpRatio?: number;
  /** Chance that a sample skips a branch of the last block, in [0, 1); it rises linearly from 0 in the first. @defaultValue 0 */
  readonly dropPath?: number;
  /** Start of a learnt factor for each channel of a branch. @defaultValue no such factor */
  readonly layerScale?: number;
  /** Seed of the initial weights and of drop path. @defaultValue 0 */
  readonly seed?: Seed;
}

/** Blocks of one width. */
export interface Blocks {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpRatio: number;
  readonly dropPath: number;
  readonly layerScale: number | undefined;
  readonly seed: Seed;
}

/** Options with their defaults filled in. */
export interface TransformerSizes {
  readonly inputShape: [height: number, width: number, channels: number];
  readonly patchSize: number;
  readonly gridSize: [rows: number, columns: number];
  readonly preset: TransformerPreset;
  readonly blocks: Blocks;
}

/** Names of the options that {@link vit} and {@link maeModel} share. */
export const TRANSFORMER_OPTIONS = [
  ...(['size', 'patchSize', 'channels', 'preset', 'dim', 'depth', 'heads', 'mlpRatio', 'dropPath'] as const),
  ...(['layerScale', 'seed'] as const),
] as const satisfies readonly (keyof TransformerOptions)[];

/** Fills in defaults and checks them. */
export function transformerSizes(where: string, options: TransformerOptions): TransformerSizes {
  const { size = 32, patchSize = 4, channels = 3, preset = 'tiny', mlpRatio = 4, dropPath = 0, seed = 0 } = options;
  checkChoice(where, 'preset', preset, Object.keys(PRESETS) as TransformerPreset[]);
  const { dim = PRESETS[preset].dim, depth = PRESETS[preset].depth, layerScale } = options;
  const { heads = Math.max(1, Math.round(dim / 64)) } = options;
  const sides: readonly number[] = Array.isArray(size) ? size : [size as number, size as number];
  if (sides.length !== 2)
    throw new RangeError(`${where}: size must be a number or [height, width], got ${show(size)}.`);
  const [height, width] = sides as [number, number];
  checkIntegers(where, {
    'size (height)': [height, 1],
    'size (width)': [width, 1],
    patchSize: [patchSize, 1],
    channels: [channels, 1],
  });
  randomKey(seed);
  checkTiles(where, 'the images', height, width, patchSize);
  const blocks = { dim, depth, heads, mlpRatio, dropPath, layerScale, seed };
  checkBlocks(where, ['dim', 'depth', 'heads'], blocks);
  checkNumbers(where, { mlpRatio: [mlpRatio, Number.MIN_VALUE] });
  checkRate(`${where} (dropPath)`, dropPath);
  if (layerScale !== undefined) checkNumbers(where, { layerScale: [layerScale, Number.NEGATIVE_INFINITY] });
  const gridSize: [number, number] = [height / patchSize, width / patchSize];
  return { inputShape: [height, width, channels], patchSize, gridSize, preset, blocks };
}

/** Checks width, depth and heads under the names of their options. */
export function checkBlocks(where: string, names: readonly [string, string, string], blocks: Blocks): void {
  const { dim, depth, heads } = blocks;
  const [dimName, depthName, headsName] = names;
  checkIntegers(where, { [dimName]: [dim, 1], [depthName]: [depth, 1], [headsName]: [heads, 1] });
  if (dim % heads !== 0) throw new RangeError(`${where}: ${headsName} must divide ${dimName} ${dim}, got ${heads}.`);
}

/** A chain of blocks, ready to be applied; drop path rises linearly. */
export function transformerBlocks(prefix: string, options: Blocks): (x: SymbolicTensor) => SymbolicTensor {
  const { depth, heads, mlpRatio, dropPath, layerScale, seed } = options;
  const chain = Array.from(
    { length: depth },
    (_, i) =>
      new TransformerBlock({
        name: `${prefix}${i}`,
        heads,
        mlpRatio,
        dropPath: depth === 1 ? 0 : (dropPath * i) / (depth - 1),
        seed: foldIn(seed, i),
        ...(layerScale === undefined ? {} : { layerScale }),
      }),
  );
  return (x) => chain.reduce((y, block) => block.apply(y) as SymbolicTensor, x);
}

/** A dense layer over the last axis; its kernel is drawn as those of the blocks. */
export function denseLayer(name: string, units: number, seed: Seed): (x: SymbolicTensor) => SymbolicTensor {
  const layer = layers.dense({ name, units, kernelInitializer: 'zeros' });
  return (x) => {
    const y = layer.apply(x) as SymbolicTensor;
    const from = x.shape.at(-1) as number;
    const bound = Math.sqrt(6 / (from + units));
    const values = uniform(seed, from * units).map((u) => (2 * u - 1) * bound);
    tidy(() => layer.setWeights([tensor2d(values, [from, units]), zeros([units])]));
    return y;
  };
}
