import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFlags, checkIntegers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { ClassToken, LayerNorm, PatchEmbedding, PoolTokens, PositionEmbedding } from '../layers/index.js';
import { foldIn } from '../random/index.js';
import {
  denseLayer,
  TRANSFORMER_OPTIONS,
  type TransformerOptions,
  transformerBlocks,
  transformerSizes,
} from './transformer.js';

/** Options of {@link vit}. */
export interface VitOptions extends TransformerOptions {
  /** Whether a learnt token stands before those of the patches. @defaultValue true */
  readonly classToken?: boolean;
  /** Positions learnt, one for the class token too, or fixed sines and cosines. @defaultValue 'learned' */
  readonly positions?: 'learned' | 'sineCosine';
  /**
   * The output: the class token, the mean of the patches' tokens, or all tokens (`'none'`), each after the last layer norm.
   * @defaultValue 'class' with a class token, 'average' without
   */
  readonly pool?: 'average' | 'class' | 'none';
  /** Outputs of a dense layer on top, >= 1. @defaultValue no such layer */
  readonly classes?: number;
}

/**
 * Vision transformer: patches to tokens, a class token, positions, blocks with the norm first, a last layer norm, a pool.
 * Weights start as in MAE's code: kernels Xavier uniform, tokens and learnt positions normal of deviation 0.02, biases 0.
 *
 * Layers: `patches`, `class`, `positions`, `block0` and so on, `norm`, `pool`, `head`. timm pools to the mean before its last
 * norm (`fc_norm`); here the norm comes first in either case. Saved models need `registerLayers` of `selfsup/layers` before
 * they load.
 *
 * @param options - Sizes, pool, seed.
 * @returns A model from float32 `[batch, height, width, channels]` to float32 `[batch, dim]`, `[batch, classes]`, or with pool
 * `'none'` `[batch, (1 +) patches, dim]`. The caller disposes it.
 * @throws RangeError if an option is out of range; ShapeError if the patches don't tile the images.
 * @see Dosovitskiy et al., "An image is worth 16x16 words", arXiv:2010.11929, section 3.1; sizes: Touvron et al., DeiT,
 * arXiv:2012.12877, table 1; initial weights: arXiv:2111.06377, models_mae.py, `initialize_weights`.
 * @example
 * ```ts
 * import { vit } from 'selfsup/models';
 * const encoder = vit({ size: 32, patchSize: 4, depth: 6, seed: 1 });
 * console.log(encoder.outputs[0].shape); // [null, 192]
 * encoder.dispose();
 * ```
 */
export function vit(options: VitOptions = {}): LayersModel {
  const where = 'vit';
  checkOptions(where, options, [...TRANSFORMER_OPTIONS, 'classToken', 'positions', 'pool', 'classes']);
  const { inputShape, patchSize, gridSize, blocks } = transformerSizes(where, options);
  const { classToken = true, positions = 'learned', classes } = options;
  const { pool = classToken ? 'class' : 'average' } = options;
  const { dim, seed } = blocks;
  checkFlags(where, { classToken });
  checkChoice(where, 'positions', positions, ['learned', 'sineCosine']);
  checkChoice(where, 'pool', pool, ['average', 'class', 'none']);
  if (pool === 'class' && !classToken)
    throw new RangeError(`${where}: pool 'class' must have a class token, got none.`);
  if (positions === 'sineCosine' && dim % 4 !== 0) {
    throw new RangeError(`${where}: dim must be a multiple of 4 with fixed positions, got ${dim}.`);
  }
  if (classes !== undefined) checkIntegers(where, { classes: [classes, 1] });
  const images = input({ shape: inputShape });
  const patches = new PatchEmbedding({ name: 'patches', patchSize, dim, seed: foldIn(seed, 0) });
  let x = patches.apply(images) as SymbolicTensor;
  if (classToken) x = new ClassToken({ name: 'class', seed: foldIn(seed, 1) }).apply(x) as SymbolicTensor;
  const place = { name: 'positions', gridSize, kind: positions, classToken, seed: foldIn(seed, 2) };
  x = new PositionEmbedding(place).apply(x) as SymbolicTensor;
  x = transformerBlocks('block', { ...blocks, seed: foldIn(seed, 3) })(x);
  x = new LayerNorm({ name: 'norm' }).apply(x) as SymbolicTensor;
  if (pool !== 'none') x = new PoolTokens({ name: 'pool', pool, classToken }).apply(x) as SymbolicTensor;
  if (classes !== undefined) x = denseLayer('head', classes, foldIn(seed, 4))(x);
  return model({ inputs: images, outputs: x });
}
