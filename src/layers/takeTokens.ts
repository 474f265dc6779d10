import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { selectTokens } from '../internal/selectTokens.js';
import { checkLayerOptions, type LayerOptions, type LayerShape } from './layerOptions.js';
import { twoShapes, twoTensors } from './twoInputs.js';

/**
 * Takes tokens by number, as the encoder of a masked autoencoder takes the visible ones. Inputs: tokens, float32
 * `[batch, tokens, dim]`, and `ids`, int32 `[batch, kept]`, numbers in [0, tokens); output: `[batch, kept, dim]`, row j of
 * sample i token `ids[i][j]`. Another number gives a row of zeros. Differentiable in the tokens. No weights.
 *
 * @see He et al., "Masked autoencoders are scalable vision learners", arXiv:2111.06377, section 3; models_mae.py,
 * `random_masking`.
 * @example
 * ```ts
 * import { randomNormal, tensor2d } from '@tensorflow/tfjs-core';
 * import { TakeTokens } from 'selfsup/layers';
 * const ids = tensor2d([[3, 0], [1, 2]], [2, 2], 'int32');
 * const kept = new TakeTokens().apply([randomNormal([2, 4, 48]), ids]); // 2, 2, 48
 * ```
 */
export class TakeTokens extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupTakeTokens';

  /** @param options - Name. */
  constructor(options: LayerOptions = {}) {
    super({ ...checkLayerOptions('TakeTokens', options, []) });
  }

  /** Takes the tokens; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const [x, ids] = twoTensors('TakeTokens', inputs);
    return selectTokens(x as Tensor3D, ids as Tensor2D);
  }

  /** As many tokens as numbers. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const [[batch, , dim], [, kept]] = twoShapes('TakeTokens', inputShape);
    return [batch, kept, dim];
  }
}
