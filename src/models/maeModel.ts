import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkFlags } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import {
  ClassToken,
  LayerNorm,
  PatchEmbedding,
  PoolTokens,
  PositionEmbedding,
  RestoreTokens,
  TakeTokens,
} from '../layers/index.js';
import { foldIn } from '../random/index.js';
import {
  type Blocks,
  checkBlocks,
  denseLayer,
  TRANSFORMER_OPTIONS,
  type TransformerOptions,
  type TransformerSizes,
  transformerBlocks,
  transformerSizes,
} from './transformer.js';

/** Decoders: the authors' for 'base', about as light beside the others. */
const DECODERS = {
  tiny: { dim: 128, depth: 2 },
  small: { dim: 256, depth: 4 },
  base: { dim: 512, depth: 8 },
} as const;

/** Options of {@link maeModel}. */
export interface MaeModelOptions extends TransformerOptions {
  /** Whether a learnt token goes with the visible patches. @defaultValue true, as the authors */
  readonly classToken?: boolean;
  /** What `features` gives: the mean of the patches' tokens, or the class token. @defaultValue 'average' */
  readonly pool?: 'average' | 'class';
  /** Width of the decoder, a multiple of 4. @defaultValue 128, 256 or 512 by preset; the authors: 512 */
  readonly decoderDim?: number;
  /** Blocks of the decoder, >= 1. @defaultValue 2, 4 or 8 by preset; the authors: 8, and 1 is nearly as good for fine-tuning */
  readonly decoderDepth?: number;
  /** Heads of the decoder, >= 1; they divide its width. @defaultValue one for 32 of the width, as the authors */
  readonly decoderHeads?: number;
}

/** The three models of a masked autoencoder. The caller disposes each; `features` has the layers of `encoder`. */
export interface MaeModel {
  /**
   * From `[images, idsKeep]`, float32 `[batch, height, width, channels]` and int32 `[batch, kept]`, to the tokens of the kept
   * patches in that order, float32 `[batch, (1 +) kept, dim]`. `kept` may differ from call to call.
   */
  readonly encoder: LayersModel;
  /**
   * From `[latent, idsRestore]`, float32 `[batch, (1 +) kept, dim]` and int32 `[batch, patches]`, to predicted patches, float32
   * `[batch, patches, patchSize² * channels]`, in the order of `patchify`.
   */
  readonly decoder: LayersModel;
  /** From images to features of all patches, float32 `[batch, dim]`: for probes and fine-tuning. */
  readonly features: LayersModel;
}

/**
 * Masked autoencoder: an encoder that sees some patches only, and a light decoder that predicts all of them from what the
 * encoder made of those and one learnt token for each hidden patch. Positions are fixed sines and cosines in both; weights
 * start as in the authors' code.
 *
 * The authors' sizes are for images of 224 pixels in patches of 16; `preset: 'base'` with `size: 224, patchSize: 16` is their
 * ViT-B. The defaults suit images of 32 pixels: patches of 4, width 192 (the encoder of DeiT's tiny), and a decoder of two
 * blocks of width 128.
 *
 * Layers of the encoder: `patches`, `positions`, `take`, `class`, `block0` and so on, `norm`, in `features` also `pool`; of the
 * decoder: `embed`, `restore`, `decoder_positions`, `decoder_block0` and so on, `decoder_norm`, `patches_only`, `prediction`. The
 * class token has no position: the authors' is 0. Saved models need `registerLayers` of `selfsup/layers` before they
 * load.
 *
 * @param options - Sizes, pool, seed.
 * @returns Encoder, decoder and features.
 * @throws RangeError if an option is out of range; ShapeError if the patches don't tile the images.
 * @see He et al., "Masked autoencoders are scalable vision learners", CVPR 2022, arXiv:2111.06377, section 3 and appendix A;
 * the authors' models_mae.py.
 * @example
 * ```ts
 * import { randomUniform, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
 * import { maeModel } from 'selfsup/models';
 * const { encoder, decoder, features } = maeModel({ size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2, decoderDim: 8 });
 * const images = randomUniform([1, 8, 8, 3]);
 * const latent = encoder.apply([images, tensor2d([[2]], [1, 1], 'int32')]) as Tensor; // patch 2 is seen
 * const predicted = decoder.apply([latent, tensor2d([[1, 2, 0, 3]], [1, 4], 'int32')]) as Tensor; // 1, 4, 48
 * for (const part of [encoder, decoder, features]) part.dispose();
 * ```
 */
export function maeModel(options: MaeModelOptions = {}): MaeModel {
  const where = 'maeModel';
  const own = ['classToken', 'pool', 'decoderDim', 'decoderDepth', 'decoderHeads'] as const;
  checkOptions(where, options, [...TRANSFORMER_OPTIONS, ...own]);
  const sizes = transformerSizes(where, options);
  const { classToken = true, pool = 'average' } = options;
  const decoderBlocks = decoderSizes(where, options, sizes);
  checkFlags(where, { classToken });
  checkChoice(where, 'pool', pool, ['average', 'class']);
  if (pool === 'class' && !classToken)
    throw new RangeError(`${where}: pool 'class' must have a class token, got none.`);
  for (const [name, width] of [
    ['dim', sizes.blocks.dim],
    ['decoderDim', decoderBlocks.dim],
  ] as const) {
    if (width % 4 !== 0) throw new RangeError(`${where}: ${name} must be a multiple of 4, got ${width}.`);
  }
  return { ...encoderModels(sizes, classToken, pool), decoder: decoderModel(sizes, decoderBlocks, classToken) };
}

/** The decoder's blocks, with the encoder's ratio; nothing is dropped in them. */
function decoderSizes(where: string, options: MaeModelOptions, { preset, blocks }: TransformerSizes): Blocks {
  const { decoderDim: dim = DECODERS[preset].dim, decoderDepth: depth = DECODERS[preset].depth } = options;
  const { decoderHeads: heads = Math.max(1, Math.round(dim / 32)) } = options;
  const sizes = { ...blocks, dim, depth, heads, dropPath: 0, layerScale: undefined, seed: foldIn(blocks.seed, 4) };
  checkBlocks(where, ['decoderDim', 'decoderDepth', 'decoderHeads'], sizes);
  return sizes;
}

function encoderModels(
  { inputShape, patchSize, gridSize, blocks }: TransformerSizes,
  classToken: boolean,
  pool: 'average' | 'class',
): Pick<MaeModel, 'encoder' | 'features'> {
  const { dim, seed } = blocks;
  const patches = new PatchEmbedding({ name: 'patches', patchSize, dim, seed: foldIn(seed, 0) });
  const positions = new PositionEmbedding({ name: 'positions', gridSize, kind: 'sineCosine' });
  const first = classToken ? new ClassToken({ name: 'class', seed: foldIn(seed, 1) }) : undefined;
  const chain = transformerBlocks('block', { ...blocks, seed: foldIn(seed, 3) });
  const norm = new LayerNorm({ name: 'norm' });
  const tokens = (images: SymbolicTensor): SymbolicTensor =>
    positions.apply(patches.apply(images) as SymbolicTensor) as SymbolicTensor;
  const encode = (x: SymbolicTensor): SymbolicTensor =>
    norm.apply(chain(first === undefined ? x : (first.apply(x) as SymbolicTensor))) as SymbolicTensor;

  const [images, all] = [input({ shape: inputShape }), input({ shape: inputShape })];
  const idsKeep = input({ shape: [null], dtype: 'int32', name: 'ids_keep' });
  const kept = new TakeTokens({ name: 'take' }).apply([tokens(images), idsKeep]) as SymbolicTensor;
  const encoder = model({ inputs: [images, idsKeep], outputs: encode(kept) });
  const pooled = new PoolTokens({ name: 'pool', pool, classToken }).apply(encode(tokens(all))) as SymbolicTensor;
  return { encoder, features: model({ inputs: all, outputs: pooled }) };
}

function decoderModel(
  { inputShape, patchSize, gridSize, blocks: { dim: from } }: TransformerSizes,
  blocks: Blocks,
  classToken: boolean,
): LayersModel {
  const { dim, seed } = blocks;
  const [, , channels] = inputShape;
  const latent = input({ shape: [null, from] });
  const idsRestore = input({ shape: [gridSize[0] * gridSize[1]], dtype: 'int32', name: 'ids_restore' });
  const restore = new RestoreTokens({ name: 'restore', classToken, seed: foldIn(seed, 1) });
  const positions = new PositionEmbedding({ name: 'decoder_positions', gridSize, kind: 'sineCosine', classToken });
  let x = restore.apply([denseLayer('embed', dim, foldIn(seed, 0))(latent), idsRestore]) as SymbolicTensor;
  x = transformerBlocks('decoder_block', { ...blocks, seed: foldIn(seed, 3) })(positions.apply(x) as SymbolicTensor);
  x = new LayerNorm({ name: 'decoder_norm' }).apply(x) as SymbolicTensor;
  if (classToken) x = new PoolTokens({ name: 'patches_only', pool: 'patches' }).apply(x) as SymbolicTensor;
  const outputs = denseLayer('prediction', patchSize ** 2 * channels, foldIn(seed, 2))(x);
  return model({ inputs: [latent, idsRestore], outputs });
}
