import { add, reshape, type serialization, type Tensor, type Tensor3D, tidy, transpose } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { matMul } from '../internal/matMul.js';
import { type Seed, uniform } from '../random/index.js';
import { drawnWeight, seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneShape, oneTensor } from './layerOptions.js';

/** Options of {@link ChannelwiseDense}. */
export interface ChannelwiseDenseOptions extends LayerOptions {
  /** Whether a bias is added. @defaultValue true */
  readonly useBias?: boolean;
  /** Seed of the initial kernel, uniform within 1 / sqrt(places) as PyTorch's Linear. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * A dense layer over places, one for each channel: every place of a map is told of every other, at a `channels`-th of the
 * weights that a dense layer over the whole map would have. A convolution after it mixes the channels. Input and output
 * float32 `[batch, height, width, channels]`; weights: `kernel` `[channels, places, places]` (from, to), places = height ×
 * width, row-major, and `bias` `[channels, 1, places]`.
 *
 * @see Pathak et al., "Context Encoders", arXiv:1604.07379, section 3.1, "channel-wise fully-connected layer"; the authors'
 * released networks have a narrow convolution over the whole map in its place.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { ChannelwiseDense } from 'selfsup/layers';
 * const spread = new ChannelwiseDense({ seed: 1 });
 * const map = spread.apply(randomNormal([8, 4, 4, 128])); // 8, 4, 4, 128
 * spread.dispose();
 * ```
 */
export class ChannelwiseDense extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupChannelwiseDense';
  private readonly options: Required<Omit<ChannelwiseDenseOptions, keyof LayerOptions>>;
  private kernel!: LayerVariable;
  private bias: LayerVariable | undefined;

  /**
   * @param options - Bias and seed.
   * @throws RangeError if `seed` is none.
   */
  constructor(options: ChannelwiseDenseOptions = {}) {
    const { useBias = true, seed = 0, ...rest } = checkLayerOptions('ChannelwiseDense', options, ['useBias', 'seed']);
    checkFlags('ChannelwiseDense', { useBias });
    checkSeed('ChannelwiseDense', seed);
    super(rest);
    this.options = { useBias, seed };
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const [places, channels] = sizes(inputShape);
    const { useBias, seed } = this.options;
    const draw = (n: number): Float32Array => uniform(seed, n).map((x) => (2 * x - 1) / Math.sqrt(places));
    this.kernel = this.addWeight('kernel', [channels, places, places], 'float32', drawnWeight(draw));
    if (useBias) this.bias = this.addWeight('bias', [channels, 1, places], 'float32', initializers.zeros());
    this.built = true;
  }

  /** Multiplies; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('ChannelwiseDense', inputs);
    return tidy(() => {
      const [places, channels] = sizes(x.shape);
      const planes = transpose(reshape(x, [-1, places, channels]), [2, 0, 1]) as Tensor3D;
      const mixed = matMul(planes, this.kernel.read() as Tensor3D);
      const shifted = this.bias === undefined ? mixed : add(mixed, this.bias.read());
      return reshape(transpose(shifted, [1, 2, 0]), x.shape);
    });
  }

  /** The input's shape. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return oneShape('ChannelwiseDense', inputShape);
  }

  /** Multiply-adds for such an input. For `costReport` of `selfsup/probes`. */
  multiplyAdds(inputShape: readonly number[]): number {
    const [batch = 1, height = 1, width = 1, channels = 1] = inputShape;
    return batch * channels * (height * width) ** 2;
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, seed: seedConfig(this.options.seed) };
  }
}

/** Places and channels of a map. */
function sizes(shapes: LayerShape | LayerShape[]): [places: number, channels: number] {
  const shape = oneShape('ChannelwiseDense', shapes);
  const [height, width, channels] = shape.slice(1).map((n) => n ?? 0) as [number, number, number];
  if (shape.length === 4 && height * width * channels >= 1) return [height * width, channels];
  throw new ShapeError(
    `ChannelwiseDense: input must have shape [batch, height, width, channels], all but the batch known, got [${shape.join(', ')}].`,
  );
}
