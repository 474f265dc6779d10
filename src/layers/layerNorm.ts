import type { serialization, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkNumbers } from '../internal/checks.js';
import { layerNorm } from '../internal/layerNorm.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, lastAxis, oneTensor } from './layerOptions.js';

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance, \> 0. @defaultValue 1e-6, as timm, MAE and DINO; PyTorch's own is 1e-5, tfjs's 1e-3 */
  readonly epsilon?: number;
  /** Whether scale and offset are learnt. @defaultValue true */
  readonly affine?: boolean;
}

/**
 * Layer normalisation over the last axis: (x - mean) / sqrt(variance + epsilon) with the biased variance, times `gamma` plus
 * `beta`, both `[dim]`. Input and output: float32 `[batch, ..., dim]`. tfjs's own `layerNormalization` gives the same
 * numbers, but tiles scale and offset to the size of the input in every call.
 *
 * @see Ba et al., "Layer normalization", arXiv:1607.06450, section 3.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { LayerNorm } from 'selfsup/layers';
 * const norm = new LayerNorm();
 * const tokens = norm.apply(randomNormal([8, 65, 192]));
 * norm.dispose();
 * ```
 */
export class LayerNorm extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupLayerNorm';
  private readonly epsilon: number;
  private readonly affine: boolean;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;

  /**
   * @param options - Epsilon, affine.
   * @throws RangeError if `epsilon` is not above 0.
   */
  constructor(options: LayerNormOptions = {}) {
    const { epsilon = 1e-6, affine = true, ...rest } = checkLayerOptions('LayerNorm', options, ['epsilon', 'affine']);
    checkFlags('LayerNorm', { affine });
    checkNumbers('LayerNorm', { epsilon: [epsilon, Number.MIN_VALUE] });
    super(rest);
    this.epsilon = epsilon;
    this.affine = affine;
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const dim = lastAxis('LayerNorm', inputShape);
    if (this.affine) {
      this.gamma = this.addWeight('gamma', [dim], 'float32', initializers.ones());
      this.beta = this.addWeight('beta', [dim], 'float32', initializers.zeros());
    }
    this.built = true;
  }

  /** Normalises; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const { gamma, beta } = this;
    const affine = gamma && beta && { scale: gamma.read() as Tensor1D, offset: beta.read() as Tensor1D };
    return layerNorm(oneTensor('LayerNorm', inputs), this.epsilon, affine);
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon, affine: this.affine };
  }
}
