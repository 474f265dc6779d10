import {
  add,
  mul,
  reshape,
  rsqrt,
  type serialization,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkIntegers, checkSeed } from '../internal/checks.js';
import { matMul } from '../internal/matMul.js';
import { type Seed, uniform } from '../random/index.js';
import { drawnWeight, seedConfig } from './drawnWeights.js';
import {
  checkLayerOptions,
  type LayerOptions,
  type LayerShape,
  lastAxis,
  oneShape,
  oneTensor,
} from './layerOptions.js';

/** Options of {@link WeightNormDense}. */
export interface WeightNormDenseOptions extends LayerOptions {
  /** Outputs (prototypes), an integer \>= 1. */
  readonly units: number;
  /** Whether the lengths g are learnt, starting at 1; else they are 1. @defaultValue false, as DINO's `norm_last_layer` */
  readonly trainableScale?: boolean;
  /** Whether a bias is added. @defaultValue false, as DINO */
  readonly useBias?: boolean;
  /** Seed of the initial kernel, uniform within 1 / sqrt(inputs) as PyTorch's Linear. @defaultValue 0 */
  readonly seed?: Seed;
}

/** Keeps a column of zeros from giving NaN; far below any length that matters. */
const TINY = 1e-24;

/**
 * A dense layer whose weight for each output is a length g times a direction v / \|v\|: y = x (g v / \|v\|) + b, with `kernel` v
 * `[inputs, units]` and, where learnt, `scale` g and `bias` b, both `[units]`. With g = 1 and unit rows as input the outputs
 * are cosines, as in the last layer of DINO's head. Input float32 `[batch, ..., inputs]`, output `[batch, ..., units]`.
 *
 * @see Salimans and Kingma, "Weight normalization", arXiv:1602.07868, section 2; DINO, arXiv:2104.14294, appendix C, and the
 * authors' `DINOHead`, whose `weight_v` is `kernel` transposed.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { L2Normalize, WeightNormDense } from 'selfsup/layers';
 * const last = new WeightNormDense({ units: 1024, seed: 1 });
 * const logits = last.apply(new L2Normalize().apply(randomNormal([8, 256])));
 * last.dispose();
 * ```
 */
export class WeightNormDense extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupWeightNormDense';
  private readonly options: Required<Omit<WeightNormDenseOptions, keyof LayerOptions>>;
  private kernel!: LayerVariable;
  private scale: LayerVariable | undefined;
  private bias: LayerVariable | undefined;

  /**
   * @param options - Units, scale, bias, seed.
   * @throws RangeError if `units` is not a positive integer or `seed` is none.
   */
  constructor(options: WeightNormDenseOptions) {
    const {
      units,
      trainableScale = false,
      useBias = false,
      seed = 0,
      ...rest
    } = checkLayerOptions('WeightNormDense', options, ['units', 'trainableScale', 'useBias', 'seed']);
    checkFlags('WeightNormDense', { trainableScale, useBias });
    checkIntegers('WeightNormDense', { units: [units, 1] });
    checkSeed('WeightNormDense', seed);
    super(rest);
    this.options = { units, trainableScale, useBias, seed };
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const inputs = lastAxis('WeightNormDense', inputShape);
    const { units, trainableScale, useBias, seed } = this.options;
    const draw = (n: number): Float32Array => uniform(seed, n).map((x) => (2 * x - 1) / Math.sqrt(inputs));
    this.kernel = this.addWeight('kernel', [inputs, units], 'float32', drawnWeight(draw));
    if (trainableScale) this.scale = this.addWeight('scale', [units], 'float32', initializers.ones());
    if (useBias) this.bias = this.addWeight('bias', [units], 'float32', initializers.zeros());
    this.built = true;
  }

  /** Multiplies; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('WeightNormDense', inputs);
    return tidy(() => {
      const kernel = this.kernel.read() as Tensor2D;
      const rows = reshape(x, [-1, x.shape.at(-1) as number]) as Tensor2D;
      const inverse = rsqrt(add(sum(square(kernel), 0), TINY)); // 1 over the lengths, [units]: cheaper than unit kernels
      const y = mul(matMul(rows, kernel), this.scale === undefined ? inverse : mul(inverse, this.scale.read()));
      const shifted = this.bias === undefined ? y : add(y, this.bias.read());
      return reshape(shifted, [...x.shape.slice(0, -1), this.options.units]);
    });
  }

  /** The input's shape with `units` as last size. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return [...oneShape('WeightNormDense', inputShape).slice(0, -1), this.options.units];
  }

  /** Multiply-adds for such an input, as of a dense layer. For `costReport` of `selfsup/probes`. */
  multiplyAdds(inputShape: readonly number[]): number {
    return inputShape.reduce((product, n) => product * n, 1) * this.options.units;
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, seed: seedConfig(this.options.seed) };
  }
}
