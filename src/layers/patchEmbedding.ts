import { type Rank, reshape, type serialization, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkIntegers, checkSeed } from '../internal/checks.js';
import { checkTiles, cutPatches } from '../internal/cutPatches.js';
import { ShapeError } from '../internal/errors.js';
import type { Seed } from '../random/index.js';
import { type DenseWeights, dense, denseMaker } from './denseWeights.js';
import { seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneShape, oneTensor } from './layerOptions.js';

/** Options of {@link PatchEmbedding}. */
export interface PatchEmbeddingOptions extends LayerOptions {
  /** Side of a patch in pixels, >= 1. */
  readonly patchSize: number;
  /** Width of a token, >= 1. */
  readonly dim: number;
  /** Seed of the initial kernel. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * Cuts images into square patches and makes a token of each by one dense layer: float32 `[batch, height, width, channels]` to
 * `[batch, patches, dim]`, patches row by row. The size of the images must be known when the layer is built; height and
 * width are multiples of the patch size, and need not be equal.
 *
 * Weights: `kernel` `[patchSize² * channels, dim]`, rows by pixel row, pixel column, channel (a convolution's kernel
 * `[dim, channels, patchSize, patchSize]` of PyTorch with its first axis last and its second one third), and `bias`.
 *
 * @see Dosovitskiy et al., "An image is worth 16x16 words", arXiv:2010.11929, section 3.1.
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { PatchEmbedding } from 'selfsup/layers';
 * const layer = new PatchEmbedding({ patchSize: 4, dim: 192 });
 * const tokens = layer.apply(zeros([2, 32, 32, 3])); // 2, 64, 192
 * layer.dispose();
 * ```
 */
export class PatchEmbedding extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupPatchEmbedding';
  private readonly options: Required<Omit<PatchEmbeddingOptions, keyof LayerOptions>>;
  private own: DenseWeights | undefined;

  /**
   * @param options - Patch size, width, seed.
   * @throws RangeError if a size is no positive integer; ShapeError in `apply` if the patches don't tile the images.
   */
  constructor(options: PatchEmbeddingOptions) {
    const {
      patchSize,
      dim,
      seed = 0,
      ...rest
    } = checkLayerOptions('PatchEmbedding', options, ['patchSize', 'dim', 'seed']);
    checkIntegers('PatchEmbedding', { patchSize: [patchSize, 1], dim: [dim, 1] });
    checkSeed('PatchEmbedding', seed);
    super(rest);
    this.options = { patchSize, dim, seed };
  }

  /** Makes the weights. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const { patchSize, dim, seed } = this.options;
    const [, , , channels] = this.imageShape(inputShape);
    const make = denseMaker((name, shape, start) => this.addWeight(name, shape, 'float32', start), seed);
    this.own = make('', [patchSize ** 2 * channels, dim]);
    this.built = true;
  }

  /** Cuts and multiplies; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('PatchEmbedding', inputs) as Tensor4D;
    return tidy(() => {
      const cut = cutPatches(x, this.options.patchSize);
      const [batch, patches, size] = cut.shape;
      const rows = reshape<Rank.R2>(cut, [batch * patches, size]);
      return reshape(dense(rows, this.own as DenseWeights), [batch, patches, this.options.dim]);
    });
  }

  /** The tokens. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const { patchSize, dim } = this.options;
    const [batch, height, width] = this.imageShape(inputShape);
    return [batch, (height / patchSize) * (width / patchSize), dim];
  }

  /** Multiply-adds for such an input, as of a dense layer. For `costReport` of `selfsup/probes`. */
  multiplyAdds([batch = 0, height = 0, width = 0, channels = 0]: readonly number[]): number {
    return batch * height * width * channels * this.options.dim;
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, seed: seedConfig(this.options.seed) };
  }

  private imageShape(inputShape: LayerShape | LayerShape[]): [number | null, number, number, number] {
    const shape = oneShape('PatchEmbedding', inputShape);
    if (shape.length !== 4 || shape.slice(1).some((size) => typeof size !== 'number')) {
      throw new ShapeError(
        `PatchEmbedding: input must be [batch, height, width, channels] of known size, got [${shape.join(', ')}].`,
      );
    }
    const [batch, height, width, channels] = shape as [number | null, number, number, number];
    checkTiles('PatchEmbedding', 'the images', height, width, this.options.patchSize);
    return [batch, height, width, channels];
  }
}
