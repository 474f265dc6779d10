import {
  add,
  mul,
  type Rank,
  reshape,
  type serialization,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkIntegers, checkNumbers, checkSeed } from '../internal/checks.js';
import { gelu } from '../internal/gelu.js';
import { layerNorm } from '../internal/layerNorm.js';
import { foldIn, type RandomKey, type Seed } from '../random/index.js';
import { type AddWeight, type DenseWeights, dense, denseMaker } from './denseWeights.js';
import { seedConfig } from './drawnWeights.js';
import { callKey, checkRate, dropSamples } from './dropPath.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneTensor, tokenShape } from './layerOptions.js';
import { type AttentionWeights, attend, attentionCost, attentionWeights, checkHeads } from './multiHeadAttention.js';

/** Options of {@link TransformerBlock}. */
export interface TransformerBlockOptions extends LayerOptions {
  /** Number of heads of the attention, >= 1; it divides the width of the tokens. */
  readonly heads: number;
  /** Width of the hidden layer over that of the tokens, \> 0. @defaultValue 4 */
  readonly mlpRatio?: number;
  /** Whether queries, keys and values have a bias. @defaultValue true */
  readonly qkvBias?: boolean;
  /** Chance that a sample skips a branch in training, in [0, 1). @defaultValue 0 */
  readonly dropPath?: number;
  /** Seed of the initial kernels and of what is dropped; give every block of a model its own. @defaultValue 0 */
  readonly seed?: Seed;
  /** Start of a learnt factor for each channel of a branch, as in CaiT and DINOv2 (1e-5). @defaultValue no such factor */
  readonly layerScale?: number;
  /** Added to the variance by the layer norms, \> 0. @defaultValue 1e-6 */
  readonly epsilon?: number;
  /** Calls in training mode so far, where something is dropped; saved with the model. @defaultValue 0 */
  readonly calls?: number;
}

/** Kernels of a block; what is dropped is drawn from the key after theirs. */
const KERNELS = 4;

interface Norm {
  readonly gamma: LayerVariable;
  readonly beta: LayerVariable;
}

interface BlockWeights {
  readonly norm1: Norm;
  readonly attention: AttentionWeights;
  readonly scale1: LayerVariable | undefined;
  readonly norm2: Norm;
  readonly fc1: DenseWeights;
  readonly fc2: DenseWeights;
  readonly scale2: LayerVariable | undefined;
}

/**
 * A block of the vision transformer, with the norms first: x + attention(norm1(x)), then x + mlp(norm2(x)); the MLP has one
 * hidden layer with the exact GELU. Input and output: tokens, float32 `[batch, tokens, dim]`.
 *
 * Weights, in order: `norm1/gamma`, `norm1/beta`, `attention/qkv/kernel`, `attention/qkv/bias`,
 * `attention/projection/kernel`, `attention/projection/bias`, `scale1`, `norm2/gamma`, `norm2/beta`, `mlp/fc1/kernel`,
 * `mlp/fc1/bias`, `mlp/fc2/kernel`, `mlp/fc2/bias`, `scale2`; the scales with `layerScale` only. Those of timm's `Block`,
 * kernels transposed.
 *
 * What drop path draws depends on the call as in {@link DropPath}: pass `{ training: true, seed }` for draws that can be
 * repeated.
 *
 * @see Dosovitskiy et al., "An image is worth 16x16 words", arXiv:2010.11929, section 3.1; layer scale: Touvron et al.,
 * arXiv:2103.17239, section 2; drop path: Huang et al., arXiv:1603.09382.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { TransformerBlock } from 'selfsup/layers';
 * const block = new TransformerBlock({ heads: 3 });
 * const tokens = block.apply(randomNormal([2, 17, 48])); // 2, 17, 48
 * block.dispose();
 * ```
 */
export class TransformerBlock extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupTransformerBlock';
  private readonly options: Required<Omit<TransformerBlockOptions, keyof LayerOptions | 'layerScale' | 'calls'>>;
  private readonly layerScale: number | undefined;
  private count: number;
  private own: BlockWeights | undefined;

  /**
   * @param options - Heads and the rest.
   * @throws RangeError if an option is out of range, and in `apply` if `heads` does not divide the width.
   */
  constructor(options: TransformerBlockOptions) {
    const {
      heads,
      mlpRatio = 4,
      qkvBias = true,
      dropPath = 0,
      seed = 0,
      layerScale,
      epsilon = 1e-6,
      calls = 0,
      ...rest
    } = checkLayerOptions('TransformerBlock', options, [
      'heads',
      'mlpRatio',
      'qkvBias',
      'dropPath',
      'seed',
      'layerScale',
      'epsilon',
      'calls',
    ]);
    checkFlags('TransformerBlock', { qkvBias });
    const where = 'TransformerBlock';
    checkIntegers(where, { heads: [heads, 1], calls: [calls, 0] });
    checkNumbers(where, { mlpRatio: [mlpRatio, Number.MIN_VALUE], epsilon: [epsilon, Number.MIN_VALUE] });
    if (layerScale !== undefined) checkNumbers(where, { layerScale: [layerScale, Number.NEGATIVE_INFINITY] });
    checkRate(`${where} (dropPath)`, dropPath);
    checkSeed('TransformerBlock', seed);
    super(rest);
    this.options = { heads, mlpRatio, qkvBias, dropPath, seed, epsilon };
    this.layerScale = layerScale;
    this.count = calls;
  }

  /** Calls in training mode without a seed of their own so far. */
  get calls(): number {
    return this.count;
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const { heads, mlpRatio, qkvBias, seed } = this.options;
    const [, , dim] = tokenShape('TransformerBlock', inputShape);
    checkHeads('TransformerBlock', dim, heads);
    const hidden = hiddenOf(dim, mlpRatio);
    const add: AddWeight = (name, shape, start) => this.addWeight(name, shape, 'float32', start);
    const make = denseMaker(add, seed);
    const norm = (name: string): Norm => ({
      gamma: add(`${name}/gamma`, [dim], initializers.ones()),
      beta: add(`${name}/beta`, [dim], initializers.zeros()),
    });
    const scale = (name: string): LayerVariable | undefined =>
      this.layerScale === undefined ? undefined : add(name, [dim], initializers.constant({ value: this.layerScale }));
    this.own = {
      norm1: norm('norm1'),
      attention: attentionWeights(make, 'attention/', dim, qkvBias),
      scale1: scale('scale1'),
      norm2: norm('norm2'),
      fc1: make('mlp/fc1/', [dim, hidden]),
      fc2: make('mlp/fc2/', [hidden, dim]),
      scale2: scale('scale2'),
    };
    this.built = true;
  }

  /** Runs both branches; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown> = {}): Tensor {
    const x = oneTensor('TransformerBlock', inputs);
    const { norm1, attention, scale1, norm2, fc1, fc2, scale2 } = this.own as BlockWeights;
    const samples = x.shape[0] as number;
    const key = this.nextKey(kwargs);
    return tidy(() => {
      const rows = reshape<Rank.R2>(x, [-1, x.shape.at(-1) as number]);
      const attended = attend(this.normalize(rows, norm1), attention, samples, this.options.heads);
      const middle = add<Tensor2D>(rows, this.branch(attended, x.shape, scale1, key && foldIn(key, 0)));
      const hidden = gelu(dense(this.normalize(middle, norm2), fc1));
      const end = add<Tensor2D>(middle, this.branch(dense(hidden, fc2), x.shape, scale2, key && foldIn(key, 1)));
      return reshape(end, x.shape);
    });
  }

  /** Multiply-adds for such an input: those of the attention and of the two dense layers. For `costReport` of `selfsup/probes`. */
  multiplyAdds(inputShape: readonly number[]): number {
    const [batch = 0, tokens = 0, dim = 0] = inputShape;
    return attentionCost(inputShape) + batch * tokens * 2 * dim * hiddenOf(dim, this.options.mlpRatio);
  }

  /** The options and the number of calls, for saving. */
  override getConfig(): serialization.ConfigDict {
    const { seed, ...options } = this.options;
    const config: serialization.ConfigDict = {
      ...super.getConfig(),
      ...options,
      seed: seedConfig(seed),
      calls: this.count,
    };
    if (this.layerScale !== undefined) config.layerScale = this.layerScale;
    return config;
  }

  /** The key of this call, if something may be dropped. */
  private nextKey(kwargs: Record<string, unknown>): RandomKey | undefined {
    const { dropPath, seed } = this.options;
    if (!kwargs.training || dropPath === 0) return undefined;
    const key = callKey(foldIn(seed, KERNELS), this.count, kwargs.seed);
    if (kwargs.seed === undefined) this.count++;
    return key;
  }

  private normalize(x: Tensor2D, { gamma, beta }: Norm): Tensor2D {
    return layerNorm(x, this.options.epsilon, { scale: gamma.read() as Tensor1D, offset: beta.read() as Tensor1D });
  }

  private branch(
    x: Tensor2D,
    shape: readonly number[],
    scale: LayerVariable | undefined,
    key: RandomKey | undefined,
  ): Tensor2D {
    const scaled = scale === undefined ? x : mul<Tensor2D>(x, scale.read());
    if (key === undefined) return scaled;
    const [samples] = shape as [number];
    const bySample = reshape<Rank.R2>(scaled, [samples, -1]);
    return reshape(dropSamples(bySample, this.options.dropPath, key), x.shape);
  }
}

/** Width of the hidden layer, as in timm and MAE: int(dim * ratio). */
function hiddenOf(dim: number, mlpRatio: number): number {
  return Math.max(1, Math.floor(dim * mlpRatio));
}
