import { checkMappingOptions, type MappingOptions, type WeightMapping, type WeightRule } from '../weightMapping.js';
import { type BlockNames, blockRules, denseRules, normRules } from './blockRules.js';

const BLOCK: BlockNames = {
  norm1: 'norm1',
  qkv: 'attn.qkv',
  projection: 'attn.proj',
  norm2: 'norm2',
  fc1: 'mlp.fc1',
  fc2: 'mlp.fc2',
};

const ENCODER: readonly WeightRule[] = [
  { ours: 'patches/kernel', theirs: 'patch_embed.proj.weight', layout: 'patches', part: 'encoder' },
  { ours: 'patches/bias', theirs: 'patch_embed.proj.bias', layout: 'same', part: 'encoder' },
  { ours: 'class/token', theirs: 'cls_token', layout: 'class', part: 'encoder' },
  { ours: 'positions/positions', theirs: 'pos_embed', layout: 'positions', part: 'encoder' },
  ...blockRules('block{}', 'blocks.{}.', BLOCK, 'encoder'),
  { ours: 'block{}/scale1', theirs: 'blocks.{}.ls1.gamma', layout: 'same', part: 'encoder' },
  { ours: 'block{}/scale2', theirs: 'blocks.{}.ls2.gamma', layout: 'same', part: 'encoder' },
  ...normRules('norm', 'norm', 'encoder'),
  ...denseRules('head', 'head', 'head'),
];

const DECODER: readonly WeightRule[] = [
  ...denseRules('embed', 'decoder_embed', 'decoder'),
  { ours: 'restore/mask', theirs: 'mask_token', layout: 'token', part: 'decoder' },
  { ours: 'decoder_positions/positions', theirs: 'decoder_pos_embed', layout: 'positions', part: 'decoder' },
  ...blockRules('decoder_block{}', 'decoder_blocks.{}.', BLOCK, 'decoder'),
  ...normRules('decoder_norm', 'decoder_norm', 'decoder'),
  ...denseRules('prediction', 'decoder_pred', 'decoder'),
];

const SHARED = { anchor: 'patch_embed.proj.weight', classToken: 'cls_token' } as const;

/**
 * Names of timm's `VisionTransformer` for the layers of `vit`, layer scale and classifier included. Models of timm that pool to
 * the mean before their last norm (`fc_norm`) compute something else.
 *
 * @param options - Prefix, grid; positions are resized with antialiasing, as timm does since 0.9.
 * @returns A mapping for `loadSafetensors` and `saveSafetensors`.
 * @see https://github.com/huggingface/pytorch-image-models, timm/models/vision_transformer.py.
 * @example
 * ```ts
 * import { loadSafetensors, saveSafetensors, timmMapping, vit } from 'selfsup/models';
 * const sizes = { size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2 };
 * const bytes = await saveSafetensors(vit(sizes), { mapping: timmMapping() }); // stands for a file of timm
 * const model = vit({ ...sizes, size: 16 });
 * await loadSafetensors(model, bytes, { mapping: timmMapping() }); // positions are resized
 * ```
 */
export function timmMapping(options: MappingOptions = {}): WeightMapping {
  return { ...SHARED, antialias: true, ...checkMappingOptions('timmMapping', options), rules: ENCODER };
}

/**
 * Names of the authors' masked autoencoder (`mae_pretrain_*`, `mae_visualize_*` and their fine-tuned models) for the layers of
 * `maeModel` and `vit`. An encoder alone takes a file with a decoder too. Their class token has a row of positions, which is 0:
 * `maeModel`, which has none, takes the sum of both.
 *
 * @param options - Prefix, grid.
 * @returns A mapping for `loadSafetensors` and `saveSafetensors`.
 * @see https://github.com/facebookresearch/mae, models_mae.py; arXiv:2111.06377.
 * @example
 * ```ts
 * import { loadSafetensors, maeMapping, maeModel, saveSafetensors } from 'selfsup/models';
 * const sizes = { size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2, decoderDim: 8, decoderDepth: 1, decoderHeads: 2 };
 * const { encoder, decoder } = maeModel(sizes);
 * const bytes = await saveSafetensors([encoder, decoder], { mapping: maeMapping() }); // stands for a file of the authors
 * const { features } = maeModel({ ...sizes, seed: 1 });
 * await loadSafetensors(features, bytes, { mapping: maeMapping() });
 * ```
 */
export function maeMapping(options: MappingOptions = {}): WeightMapping {
  return { ...SHARED, ...checkMappingOptions('maeMapping', options), rules: [...ENCODER, ...DECODER] };
}

/**
 * Names of the authors' DINO backbones (`dino_deitsmall16_pretrain` and so on, and whole checkpoints) for the layers of `vit`.
 * `module.`, `backbone.` and `teacher.` before the names are found; of student and teacher, the teacher is taken.
 *
 * @param options - Prefix, grid.
 * @returns A mapping for `loadSafetensors` and `saveSafetensors`.
 * @see https://github.com/facebookresearch/dino, vision_transformer.py; arXiv:2104.14294.
 * @example
 * ```ts
 * import { dinoMapping, loadSafetensors, saveSafetensors, vit } from 'selfsup/models';
 * const sizes = { size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2 };
 * const checkpoint = dinoMapping({ prefix: 'teacher.module.backbone.' });
 * const bytes = await saveSafetensors(vit(sizes), { mapping: checkpoint }); // stands for a checkpoint of the authors
 * const model = vit({ ...sizes, seed: 1 });
 * await loadSafetensors(model, bytes, { mapping: dinoMapping() });
 * ```
 */
export function dinoMapping(options: MappingOptions = {}): WeightMapping {
  return { ...SHARED, ...checkMappingOptions('dinoMapping', options), rules: ENCODER };
}
