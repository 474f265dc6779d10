import {
  add,
  mul,
  reshape,
  rsqrt,
  type serialization,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { batchNormalize, type ColumnAffine, columnMoments, type Moments } from '../internal/batchNormalize.js';
import { checkChoice, checkFlags, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { ShapeError } from '../internal/errors.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, lastAxis, oneTensor } from './layerOptions.js';

/** Options of {@link BatchNorm}. */
export interface BatchNormOptions extends LayerOptions {
  /**
   * Share of the old value that a moving average keeps, in [0, 1], as in tfjs and Keras; PyTorch's momentum is 1 minus this.
   * @defaultValue 0.9, PyTorch's 0.1; tfjs's own layer has 0.99
   */
  readonly momentum?: number;
  /** Added to the variance, \> 0. @defaultValue 1e-5, as PyTorch; tfjs's own layer has 1e-3 */
  readonly epsilon?: number;
  /** Whether an offset, `beta`, is learnt. @defaultValue true */
  readonly center?: boolean;
  /** Whether a scale, `gamma`, is learnt. @defaultValue true */
  readonly scale?: boolean;
  /**
   * The variance that the moving average follows: over n - 1, as PyTorch, or over n, as tfjs and Keras. A batch itself is
   * always normalised by the one over n. @defaultValue 'unbiased'
   */
  readonly movingVariance?: 'unbiased' | 'biased';
}

/**
 * Batch normalisation over the last axis, with PyTorch's constants. Unlike tfjs's own layer it trains without scale, offset or
 * both, as the last layer of the heads of SimSiam and MoCo v3 and of MAE's linear probe want it. Input and output: float32
 * `[batch, ..., channels]`.
 *
 * With `training: true` among the arguments of a call (`fit` sets it) the batch is normalised by its own mean and variance, and
 * the moving averages `moving_mean` and `moving_variance` follow them: once a call, so two views are two updates. Else
 * the moving averages are used. No gradient reaches them.
 *
 * @see Ioffe and Szegedy, "Batch normalization", arXiv:1502.03167, algorithms 1 and 2.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { BatchNorm } from 'selfsup/layers';
 * const last = new BatchNorm({ center: false, scale: false });
 * const z = last.apply(randomNormal([32, 128]), { training: true });
 * last.dispose();
 * ```
 */
export class BatchNorm extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupBatchNorm';
  private readonly options: Required<Omit<BatchNormOptions, keyof LayerOptions>>;
  private gamma: LayerVariable | undefined;
  private beta: LayerVariable | undefined;
  private movingMean!: LayerVariable;
  private movingVariance!: LayerVariable;

  /**
   * @param options - Momentum, epsilon, center, scale.
   * @throws RangeError if an option is out of range.
   */
  constructor(options: BatchNormOptions = {}) {
    const {
      momentum = 0.9,
      epsilon = 1e-5,
      center = true,
      scale = true,
      movingVariance = 'unbiased',
      ...rest
    } = checkLayerOptions('BatchNorm', options, ['momentum', 'epsilon', 'center', 'scale', 'movingVariance']);
    checkFlags('BatchNorm', { center, scale });
    checkNumbers('BatchNorm', { momentum: [momentum, 0, 1], epsilon: [epsilon, Number.MIN_VALUE] });
    checkChoice('BatchNorm', 'movingVariance', movingVariance, ['unbiased', 'biased']);
    super(rest);
    this.options = { momentum, epsilon, center, scale, movingVariance };
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const shape = [lastAxis('BatchNorm', inputShape)];
    const [ones, zeros] = [initializers.ones(), initializers.zeros()];
    if (this.options.scale) this.gamma = this.addWeight('gamma', shape, 'float32', ones);
    if (this.options.center) this.beta = this.addWeight('beta', shape, 'float32', zeros);
    this.movingMean = this.addWeight('moving_mean', shape, 'float32', zeros, undefined, false);
    this.movingVariance = this.addWeight('moving_variance', shape, 'float32', ones, undefined, false);
    this.built = true;
  }

  /** Normalises; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown> = {}): Tensor {
    const x = oneTensor('BatchNorm', inputs);
    const channels = x.shape.at(-1) as number;
    const count = x.size / channels;
    if (kwargs.training && count < 2) {
      throw new ShapeError(`BatchNorm: training needs at least 2 values per channel, got [${x.shape.join(', ')}].`);
    }
    const { epsilon } = this.options;
    const [scale, offset] = [this.gamma?.read(), this.beta?.read()] as [Tensor1D?, Tensor1D?];
    return tidy(() => {
      const rows = reshape(x, [count, channels]) as Tensor2D;
      if (!kwargs.training) return reshape(this.byMovingAverages(rows, { scale, offset }), x.shape);
      const moments = columnMoments(rows);
      this.follow(moments, count);
      return reshape(batchNormalize(rows, moments, epsilon, { scale, offset }), x.shape);
    });
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options };
  }

  private byMovingAverages(rows: Tensor2D, { scale, offset }: ColumnAffine): Tensor {
    const inverse = rsqrt(add(this.movingVariance.read(), this.options.epsilon));
    const y = mul(sub(rows, this.movingMean.read()), scale === undefined ? inverse : mul(inverse, scale));
    return offset === undefined ? y : add(y, offset);
  }

  private follow({ mean, variance }: Moments, count: number): void {
    const { momentum, movingVariance } = this.options;
    const correction = movingVariance === 'unbiased' ? count / (count - 1) : 1;
    const move = (average: LayerVariable, value: Tensor, factor: number): void => {
      const old = average.read();
      const next = (): Tensor =>
        tidy(() => add(mul(old, momentum), mul(reshape(value, old.shape), (1 - momentum) * factor)));
      average.write(constant(next));
    };
    move(this.movingMean, mean, 1);
    move(this.movingVariance, variance, correction);
  }
}
