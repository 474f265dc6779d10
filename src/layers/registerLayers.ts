import { serialization } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { BatchNorm } from './batchNorm.js';
import { ChannelwiseDense } from './channelwiseDense.js';
import { ClassToken } from './classToken.js';
import { DropPath } from './dropPath.js';
import { GELU } from './gelu.js';
import { L2Normalize } from './l2Normalize.js';
import { LayerNorm } from './layerNorm.js';
import { MultiHeadAttention } from './multiHeadAttention.js';
import { PatchEmbedding } from './patchEmbedding.js';
import { PoolTokens } from './poolTokens.js';
import { PositionEmbedding } from './positionEmbedding.js';
import { RestoreTokens } from './restoreTokens.js';
import { TakeTokens } from './takeTokens.js';
import { TransformerBlock } from './transformerBlock.js';
import { WeightNormDense } from './weightNormDense.js';

/**
 * Tells tfjs the classes of this package's layers, so that `loadLayersModel` finds them, and so that a model that has them
 * can be copied from its configuration. Importing a layer alone registers nothing. May be called again. Class names carry the
 * prefix `Selfsup`, such as `SelfsupGELU`.
 *
 * @example
 * ```ts
 * import { registerLayers } from 'selfsup/layers';
 * registerLayers(); // then: await loadLayersModel('indexeddb://encoder')
 * ```
 */
export function registerLayers(): void {
  const classes = [
    BatchNorm,
    ChannelwiseDense,
    ClassToken,
    DropPath,
    GELU,
    L2Normalize,
    LayerNorm,
    MultiHeadAttention,
    PatchEmbedding,
    PoolTokens,
    PositionEmbedding,
    RestoreTokens,
    TakeTokens,
    TransformerBlock,
    WeightNormDense,
  ];
  for (const one of classes) {
    serialization.registerClass(one as serialization.SerializableConstructor<layers.Layer>, 'selfsup');
  }
}
