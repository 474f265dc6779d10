import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { gelu } from '../internal/gelu.js';
import { checkLayerOptions, type LayerOptions, oneTensor } from './layerOptions.js';

/**
 * GELU, x Phi(x) with Phi the distribution function of the normal distribution, exactly (by erf) as in ViT, MAE and DINO.
 * Input and output: float32 of any shape. No weights.
 *
 * @see Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415, section 2.
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { GELU } from 'selfsup/layers';
 * const head = sequential({ layers: [layers.dense({ units: 64, inputShape: [32] }), new GELU()] });
 * head.dispose();
 * ```
 */
export class GELU extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupGELU';

  /** @param options - Name. */
  constructor(options: LayerOptions = {}) {
    super({ ...checkLayerOptions('GELU', options, []) });
    this.supportsMasking = true;
  }

  /** Applies the function; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    return gelu(oneTensor('GELU', inputs));
  }
}
