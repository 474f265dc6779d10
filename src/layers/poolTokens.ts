import { mean, reshape, type serialization, slice, type Tensor, type Tensor3D, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/checks.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneTensor, tokenShape } from './layerOptions.js';

/** Options of {@link PoolTokens}. */
export interface PoolTokensOptions extends LayerOptions {
  /**
   * `'average'`: the mean of the patches' tokens; `'class'`: the first token; `'patches'`: all tokens but the class token.
   * @defaultValue 'average'
   */
  readonly pool?: 'average' | 'class' | 'patches';
  /** Whether the first token is a class token. @defaultValue true for 'class' and 'patches', else false */
  readonly classToken?: boolean;
}

/**
 * What one takes of a transformer's tokens, float32 `[batch, (1 +) tokens, dim]`: their mean or the class token, `[batch, dim]`,
 * or those of the patches, `[batch, tokens, dim]`. The class token has no part in the mean. No weights.
 *
 * @see He et al., arXiv:2111.06377, appendix A.1, who take either.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { PoolTokens } from 'selfsup/layers';
 * const features = new PoolTokens({ pool: 'average', classToken: true }).apply(randomNormal([2, 65, 192])); // 2, 192
 * ```
 */
export class PoolTokens extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupPoolTokens';
  private readonly pool: 'average' | 'class' | 'patches';
  private readonly classToken: boolean;

  /**
   * @param options - What to take.
   * @throws RangeError on an unknown pool.
   */
  constructor(options: PoolTokensOptions = {}) {
    const {
      pool = 'average',
      classToken = pool !== 'average',
      ...rest
    } = checkLayerOptions('PoolTokens', options, ['pool', 'classToken']);
    checkChoice('PoolTokens', 'pool', pool, ['average', 'class', 'patches']);
    super(rest);
    this.pool = pool;
    this.classToken = classToken;
  }

  /** Takes the tokens; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('PoolTokens', inputs) as Tensor3D;
    const [batch, , dim] = x.shape;
    return tidy(() => {
      if (this.pool === 'class') return reshape(slice(x, [0, 0, 0], [-1, 1, -1]), [batch, dim]);
      const patches = this.classToken ? slice(x, [0, 1, 0], [-1, -1, -1]) : x;
      return this.pool === 'average' ? mean(patches, 1) : patches;
    });
  }

  /** One row a sample, or the tokens. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const [batch, tokens, dim] = tokenShape('PoolTokens', inputShape);
    if (this.pool !== 'patches') return [batch, dim];
    return [batch, tokens === null ? null : tokens - (this.classToken ? 1 : 0), dim];
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), pool: this.pool, classToken: this.classToken };
  }
}
