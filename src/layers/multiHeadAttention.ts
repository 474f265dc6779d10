import { type Rank, reshape, type serialization, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkIntegers, checkSeed } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { selfAttention } from '../internal/selfAttention.js';
import type { Seed } from '../random/index.js';
import { type DenseWeights, dense, denseMaker } from './denseWeights.js';
import { seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneTensor, tokenShape } from './layerOptions.js';

/** Options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends LayerOptions {
  /** Number of heads, >= 1; it divides the width of the tokens. */
  readonly heads: number;
  /** Whether queries, keys and values have a bias. @defaultValue true, as ViT, MAE and DINO */
  readonly qkvBias?: boolean;
  /** Seed of the initial kernels. @defaultValue 0 */
  readonly seed?: Seed;
}

/** Weights of an attention. */
export interface AttentionWeights {
  readonly qkv: DenseWeights;
  readonly projection: DenseWeights;
}

/** Weights of an attention over tokens of width `dim`; names start with `prefix`. */
export function attentionWeights(
  make: ReturnType<typeof denseMaker>,
  prefix: string,
  dim: number,
  qkvBias: boolean,
): AttentionWeights {
  return {
    qkv: make(`${prefix}qkv/`, [dim, 3 * dim], qkvBias),
    projection: make(`${prefix}projection/`, [dim, dim]),
  };
}

/** Attention over the tokens of each sample; the rows of a sample follow each other. */
export function attend(x: Tensor2D, { qkv, projection }: AttentionWeights, samples: number, heads: number): Tensor2D {
  return dense(selfAttention(dense(x, qkv), { samples, heads }), projection);
}

/** Throws unless the heads share the width. */
export function checkHeads(where: string, dim: number, heads: number): void {
  if (dim % heads === 0) return;
  throw new RangeError(`${where}: heads must divide the width of the tokens, ${dim}, got ${heads}.`);
}

/**
 * Self-attention: softmax(Q K^T / sqrt(d)) V in each of several heads of width d = dim / heads, then a dense layer over all
 * heads. Input and output: tokens, float32 `[batch, tokens, dim]`.
 *
 * Weights: `qkv/kernel` `[dim, 3 * dim]` (queries, keys, values side by side, heads side by side in each, as timm's `qkv`
 * transposed), `qkv/bias`, `projection/kernel` `[dim, dim]` and `projection/bias`. Nothing is dropped out: ViT, MAE and DINO
 * train without.
 *
 * @see Vaswani et al., "Attention is all you need", arXiv:1706.03762, section 3.2.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { MultiHeadAttention } from 'selfsup/layers';
 * const attention = new MultiHeadAttention({ heads: 3 });
 * const mixed = attention.apply(randomNormal([2, 17, 48])); // 2, 17, 48
 * attention.dispose();
 * ```
 */
export class MultiHeadAttention extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupMultiHeadAttention';
  private readonly heads: number;
  private readonly qkvBias: boolean;
  private readonly seed: Seed;
  private own: AttentionWeights | undefined;

  /**
   * @param options - Heads, bias.
   * @throws RangeError if `heads` is no positive integer, and in `apply` if it does not divide the width.
   */
  constructor(options: MultiHeadAttentionOptions) {
    const {
      heads,
      qkvBias = true,
      seed = 0,
      ...rest
    } = checkLayerOptions('MultiHeadAttention', options, ['heads', 'qkvBias', 'seed']);
    checkFlags('MultiHeadAttention', { qkvBias });
    checkIntegers('MultiHeadAttention', { heads: [heads, 1] });
    checkSeed('MultiHeadAttention', seed);
    super(rest);
    this.heads = heads;
    this.qkvBias = qkvBias;
    this.seed = seed;
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const [, , dim] = tokenShape('MultiHeadAttention', inputShape);
    checkHeads('MultiHeadAttention', dim, this.heads);
    const make = denseMaker((name, shape, start) => this.addWeight(name, shape, 'float32', start), this.seed);
    this.own = attentionWeights(make, '', dim, this.qkvBias);
    this.built = true;
  }

  /** Mixes the tokens; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('MultiHeadAttention', inputs);
    return tidy(() => {
      const rows = reshape<Rank.R2>(x, [-1, x.shape.at(-1) as number]);
      return reshape(attend(rows, this.own as AttentionWeights, x.shape[0] as number, this.heads), x.shape);
    });
  }

  /** Multiply-adds for such an input: four dense layers, scores and mixing. For `costReport` of `selfsup/probes`. */
  multiplyAdds(inputShape: readonly number[]): number {
    return attentionCost(inputShape);
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads, qkvBias: this.qkvBias, seed: seedConfig(this.seed) };
  }
}

/** Multiply-adds of attention over `[batch, tokens, dim]`. */
export function attentionCost([batch = 0, tokens = 0, dim = 0]: readonly number[]): number {
  return batch * tokens * (4 * dim * dim + 2 * tokens * dim);
}
