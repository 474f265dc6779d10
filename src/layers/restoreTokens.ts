import {
  add,
  concat,
  type Rank,
  reshape,
  type serialization,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { checkFlags, checkSeed } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { matMul } from '../internal/matMul.js';
import { tokenSelection } from '../internal/selectTokens.js';
import { normal, type Seed } from '../random/index.js';
import { drawnWeight, seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, type LayerShape } from './layerOptions.js';
import { twoShapes, twoTensors } from './twoInputs.js';

/** Options of {@link RestoreTokens}. */
export interface RestoreTokensOptions extends LayerOptions {
  /** Whether the first token is a class token, which stays in front and has no number. @defaultValue false */
  readonly classToken?: boolean;
  /** Seed of the initial mask token, normal of deviation 0.02 as MAE. @defaultValue 0 */
  readonly seed?: Seed;
}

/**
 * Puts the tokens of visible patches back in order, and one learnt token, `mask` `[dim]`, where a patch is hidden. Inputs:
 * tokens, float32 `[batch, (1 +) kept, dim]`, and `idsRestore`, int32 `[batch, tokens]`; output: `[batch, (1 +) tokens, dim]`,
 * in which token j is the visible one of number `idsRestore[i][j]` where that is below `kept`, else the mask token.
 *
 * @see He et al., "Masked autoencoders are scalable vision learners", arXiv:2111.06377, section 3; models_mae.py,
 * `forward_decoder`.
 * @example
 * ```ts
 * import { randomNormal, tensor2d } from '@tensorflow/tfjs-core';
 * import { RestoreTokens } from 'selfsup/layers';
 * const idsRestore = tensor2d([[1, 3, 2, 0], [2, 0, 1, 3]], [2, 4], 'int32'); // of each sample 2 tokens were kept
 * const layer = new RestoreTokens({ classToken: true });
 * const all = layer.apply([randomNormal([2, 3, 48]), idsRestore]); // 2, 5, 48
 * layer.dispose();
 * ```
 */
export class RestoreTokens extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupRestoreTokens';
  private readonly classToken: boolean;
  private readonly seed: Seed;
  private mask: LayerVariable | undefined;

  /**
   * @param options - Class token, seed.
   * @throws RangeError if `seed` is none.
   */
  constructor(options: RestoreTokensOptions = {}) {
    const {
      classToken = false,
      seed = 0,
      ...rest
    } = checkLayerOptions('RestoreTokens', options, ['classToken', 'seed']);
    checkFlags('RestoreTokens', { classToken });
    checkSeed('RestoreTokens', seed);
    super(rest);
    this.classToken = classToken;
    this.seed = seed;
  }

  /** Makes the mask token. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const [[, , dim]] = twoShapes('RestoreTokens', inputShape);
    const draw = (size: number): Float32Array => normal(this.seed, size).map((x) => 0.02 * x);
    this.mask = this.addWeight('mask', [dim], 'float32', drawnWeight(draw));
    this.built = true;
  }

  /** Puts the tokens in order; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const [x, ids] = twoTensors('RestoreTokens', inputs) as [Tensor3D, Tensor2D];
    const [batch, count, dim] = x.shape;
    return tidy(() => {
      const selection = tokenSelection(this.numbers(ids), count);
      const tokens = selection.shape[1];
      const hidden = constant(() => tidy(() => reshape<Rank.R2>(sub(1, sum(selection, 2)), [batch * tokens, 1])));
      const mask = reshape<Rank.R2>((this.mask as LayerVariable).read(), [1, dim]);
      return add(matMul(selection, x), reshape(matMul(hidden, mask), [batch, tokens, dim]));
    });
  }

  /** As many tokens as numbers, and the class token. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const [[batch, , dim], [, tokens]] = twoShapes('RestoreTokens', inputShape);
    return [batch, tokens === null ? null : tokens + (this.classToken ? 1 : 0), dim];
  }

  /** The options, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), classToken: this.classToken, seed: seedConfig(this.seed) };
  }

  /** Row of the input that each row of the output comes from; a number beyond the last one where it is hidden. */
  private numbers(ids: Tensor2D): Tensor2D {
    if (!this.classToken) return ids;
    return concat([zeros<Rank.R2>([ids.shape[0], 1], 'int32'), add<Tensor2D>(ids, 1)], 1);
  }
}
