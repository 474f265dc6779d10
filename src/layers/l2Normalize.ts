import { div, expandDims, minimum, mul, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkNumbers } from '../internal/checks.js';
import { l2Normalize, rowNorms } from '../internal/l2Normalize.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, lastAxis, oneTensor } from './layerOptions.js';

/** Options of {@link L2Normalize}. */
export interface L2NormalizeOptions extends LayerOptions {
  /**
   * Rows shorter than this are divided by it instead of by their length, \>= 0, as `eps` of PyTorch's `normalize`. Not
   * needed against division by zero. @defaultValue 0
   */
  readonly epsilon?: number;
}

/**
 * Rows along the last axis divided by their length: x / max(\|x\|, epsilon). A row of zeros stays zero and gets a finite
 * gradient. Input and output: float32 `[batch, ..., dim]`. No weights.
 *
 * @see Wu et al., "Unsupervised feature learning via non-parametric instance discrimination", arXiv:1805.01978, section 3.1.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { L2Normalize } from 'selfsup/layers';
 * const unit = new L2Normalize().apply(tensor2d([[3, 4], [0, 0]])); // 0.6, 0.8 and 0, 0
 * ```
 */
export class L2Normalize extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupL2Normalize';
  private readonly epsilon: number;

  /**
   * @param options - Epsilon.
   * @throws RangeError if `epsilon` is below 0.
   */
  constructor(options: L2NormalizeOptions = {}) {
    const { epsilon = 0, ...rest } = checkLayerOptions('L2Normalize', options, ['epsilon']);
    checkNumbers('L2Normalize', { epsilon: [epsilon, 0] });
    super(rest);
    this.supportsMasking = true;
    this.epsilon = epsilon;
  }

  /** Checks the shape. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    lastAxis('L2Normalize', inputShape);
    this.built = true;
  }

  /** Normalises; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('L2Normalize', inputs);
    if (this.epsilon === 0) return l2Normalize(x);
    return tidy(() => mul(l2Normalize(x), expandDims(minimum(div(rowNorms(x), this.epsilon), 1), -1)));
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}
