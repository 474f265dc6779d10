import {
  concat,
  ones,
  reshape,
  type serialization,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkNumbers, checkSeed } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { normal, type Seed } from '../random/index.js';
import { drawnWeight, seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneTensor, tokenShape } from './layerOptions.js';

/** Options of {@link ClassToken}. */
export interface ClassTokenOptions extends LayerOptions {
  /** Standard deviation of the initial token, \>= 0. @defaultValue 0.02, as MAE and DINO */
  readonly std?: number;
  /** Seed of the initial token. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * Puts a learnt token, `token` `[dim]`, before the tokens of every sample: float32 `[batch, tokens, dim]` to
 * `[batch, tokens + 1, dim]`.
 *
 * @see Dosovitskiy et al., ViT, arXiv:2010.11929, section 3.1.
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { ClassToken } from 'selfsup/layers';
 * const layer = new ClassToken({ seed: 1 });
 * console.log(layer.apply(zeros([8, 64, 192]))); // [8, 65, 192]
 * layer.dispose();
 * ```
 */
export class ClassToken extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupClassToken';
  private readonly std: number;
  private readonly seed: Seed;
  private token!: LayerVariable;

  /**
   * @param options - Deviation and seed of the initial token.
   * @throws RangeError if `std` is below 0 or `seed` is none.
   */
  constructor(options: ClassTokenOptions = {}) {
    const { std = 0.02, seed = 0, ...rest } = checkLayerOptions('ClassToken', options, ['std', 'seed']);
    checkNumbers('ClassToken', { std: [std, 0] });
    checkSeed('ClassToken', seed);
    super(rest);
    this.std = std;
    this.seed = seed;
  }

  /** Makes the token. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const [, , dim] = tokenShape('ClassToken', inputShape);
    const draw = (n: number): Float32Array => normal(this.seed, n).map((x) => x * this.std);
    this.token = this.addWeight('token', [dim], 'float32', drawnWeight(draw));
    this.built = true;
  }

  /** Puts the token in front; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('ClassToken', inputs) as Tensor3D;
    const [batch, , dim] = x.shape;
    return tidy(() => {
      const row = reshape(this.token.read(), [1, dim]) as Tensor2D;
      const copies = matMul(ones([batch, 1]) as Tensor2D, row);
      return concat([reshape(copies, [batch, 1, dim]), x], 1);
    });
  }

  /** One token more. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const [batch, tokens, dim] = tokenShape('ClassToken', inputShape);
    return [batch, tokens === null ? null : tokens + 1, dim];
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), std: this.std, seed: seedConfig(this.seed) };
  }
}
