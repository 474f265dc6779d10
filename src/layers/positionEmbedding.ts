import { add, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkChoice, checkFlags, checkNumbers, checkSeed } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { normal, type Seed } from '../random/index.js';
import { drawnWeight, seedConfig } from './drawnWeights.js';
import { checkGrid, type GridSize } from './gridSize.js';
import { checkLayerOptions, type LayerOptions, type LayerShape, oneTensor, tokenShape } from './layerOptions.js';
import { checkSineCosineDim, sineCosineValues } from './sineCosinePositions.js';

/** Options of {@link PositionEmbedding}. */
export interface PositionEmbeddingOptions extends LayerOptions {
  /** Patches per side of a square grid, or `[rows, columns]`. */
  readonly gridSize: GridSize;
  /** Learnt from a normal draw, or the fixed 2-D sines and cosines of `sineCosinePositions`. @defaultValue 'learned' */
  readonly kind?: 'learned' | 'sineCosine';
  /** Whether a class token comes before the patches and has a row of its own. @defaultValue false */
  readonly classToken?: boolean;
  /** Standard deviation of the initial values of learnt positions, \>= 0. @defaultValue 0.02, as timm and DINO */
  readonly std?: number;
  /** Seed of the initial values of learnt positions. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * Adds an embedding of its place, `positions` `[tokens, dim]`, to every token. Input and output: float32 `[batch, tokens, dim]`
 * with the tokens of a grid row by row, after a class token if there is one. Fixed positions are a weight too, which no
 * optimizer moves. For another grid, build a layer for it and give it what {@link resizePositions} makes of the old weight.
 *
 * @see Dosovitskiy et al., ViT, arXiv:2010.11929, section 3.1 (learnt); He et al., MAE, arXiv:2111.06377, section A.1 (fixed).
 * @example
 * ```ts
 * import { zeros } from '@tensorflow/tfjs-core';
 * import { PositionEmbedding } from 'selfsup/layers';
 * const layer = new PositionEmbedding({ gridSize: 8, kind: 'sineCosine', classToken: true });
 * const tokens = layer.apply(zeros([2, 65, 192]));
 * layer.dispose();
 * ```
 */
export class PositionEmbedding extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupPositionEmbedding';
  private readonly options: Required<Omit<PositionEmbeddingOptions, keyof LayerOptions | 'gridSize'>>;
  private readonly grid: [rows: number, columns: number];
  private readonly tokens: number;
  private positions!: LayerVariable;

  /**
   * @param options - Grid, kind, class token; deviation and seed of learnt positions.
   * @throws RangeError if an option is out of range.
   */
  constructor(options: PositionEmbeddingOptions) {
    const {
      gridSize,
      kind = 'learned',
      classToken = false,
      std = 0.02,
      seed = 0,
      ...rest
    } = checkLayerOptions('PositionEmbedding', options, ['gridSize', 'kind', 'classToken', 'std', 'seed']);
    checkFlags('PositionEmbedding', { classToken });
    const grid = checkGrid('PositionEmbedding', 'gridSize', gridSize);
    checkChoice('PositionEmbedding', 'kind', kind, ['learned', 'sineCosine']);
    checkNumbers('PositionEmbedding', { std: [std, 0] });
    checkSeed('PositionEmbedding', seed);
    super(rest);
    this.options = { kind, classToken, std, seed };
    this.grid = grid;
    this.tokens = grid[0] * grid[1] + (classToken ? 1 : 0);
  }

  /** Makes the positions. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const [, tokens, dim] = tokenShape('PositionEmbedding', inputShape);
    this.checkTokens(tokens);
    const { kind, classToken, std, seed } = this.options;
    const learned = kind === 'learned';
    if (!learned) checkSineCosineDim('PositionEmbedding', dim);
    const draw = (n: number): Float32Array =>
      learned ? normal(seed, n).map((x) => x * std) : sineCosineValues({ gridSize: this.grid, dim, classToken });
    this.positions = this.addWeight('positions', [this.tokens, dim], 'float32', drawnWeight(draw), undefined, learned);
    this.built = true;
  }

  /** Adds the positions; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = oneTensor('PositionEmbedding', inputs);
    this.checkTokens(x.shape[1] as number);
    return add(x, this.positions.read());
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options, gridSize: this.grid, seed: seedConfig(this.options.seed) };
  }

  private checkTokens(tokens: number | null): void {
    if (tokens === null || tokens === this.tokens) return;
    const grid = `a grid of ${this.grid.join(' x ')}${this.options.classToken ? ' and a class token' : ''}`;
    throw new ShapeError(`PositionEmbedding: input must have ${this.tokens} tokens, for ${grid}, got ${tokens}.`);
  }
}
