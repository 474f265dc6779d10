import { checkMappingOptions, type MappingOptions, type WeightMapping } from '../weightMapping.js';
import { type BlockNames, blockRules, denseRules, normRules } from './blockRules.js';

const BLOCK: BlockNames = {
  norm1: 'layernorm_before',
  qkv: ['attention.attention.query', 'attention.attention.key', 'attention.attention.value'],
  projection: 'attention.output.dense',
  norm2: 'layernorm_after',
  fc1: 'intermediate.dense',
  fc2: 'output.dense',
};

/**
 * Names of the Transformers library for the layers of `vit` and `maeModel`: `ViTModel`, `ViTForImageClassification`,
 * `ViTMAEForPreTraining` and `ViTMAEModel`, with `vit.` before the encoder's names or without; it is written with. Queries, keys and
 * values, apart there, are one weight here. ViT's pooler has no place here; their layer norms have an epsilon of 1e-12, ours of
 * 1e-6.
 *
 * @param options - Prefix, grid.
 * @returns A mapping for `loadSafetensors` and `saveSafetensors`.
 * @see https://github.com/huggingface/transformers, models/vit/modeling_vit.py, models/vit_mae/modeling_vit_mae.py.
 * @example
 * ```ts
 * import { huggingFaceMapping, loadSafetensors, saveSafetensors, vit } from 'selfsup/models';
 * const sizes = { size: 8, patchSize: 4, dim: 16, depth: 1, heads: 2 };
 * const bytes = await saveSafetensors(vit(sizes), { mapping: huggingFaceMapping() }); // stands for a file of theirs
 * const model = vit({ ...sizes, seed: 1 });
 * await loadSafetensors(model, bytes, { mapping: huggingFaceMapping() });
 * ```
 */
export function huggingFaceMapping(options: MappingOptions = {}): WeightMapping {
  const encoder = 'encoder' as const;
  const decoder = 'decoder' as const;
  const patches = 'embeddings.patch_embeddings.projection';
  return {
    anchor: `${patches}.weight`,
    classToken: 'embeddings.cls_token',
    encoderPrefix: 'vit.',
    ignored: ['vit.pooler.', 'pooler.'],
    ...checkMappingOptions('huggingFaceMapping', options),
    rules: [
      { ours: 'patches/kernel', theirs: `${patches}.weight`, layout: 'patches', part: encoder },
      { ours: 'patches/bias', theirs: `${patches}.bias`, layout: 'same', part: encoder },
      { ours: 'class/token', theirs: 'embeddings.cls_token', layout: 'class', part: encoder },
      { ours: 'positions/positions', theirs: 'embeddings.position_embeddings', layout: 'positions', part: encoder },
      ...blockRules('block{}', 'encoder.layer.{}.', BLOCK, encoder),
      ...normRules('norm', 'layernorm', encoder),
      ...denseRules('head', 'classifier', 'head'),
      ...denseRules('embed', 'decoder.decoder_embed', decoder),
      { ours: 'restore/mask', theirs: 'decoder.mask_token', layout: 'token', part: decoder },
      {
        ours: 'decoder_positions/positions',
        theirs: 'decoder.decoder_pos_embed',
        layout: 'positions',
        part: decoder,
      },
      ...blockRules('decoder_block{}', 'decoder.decoder_layers.{}.', BLOCK, decoder),
      ...normRules('decoder_norm', 'decoder.decoder_norm', decoder),
      ...denseRules('prediction', 'decoder.decoder_pred', decoder),
    ],
  };
}
