import { mul, type serialization, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkIntegers, checkSeed, show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { bernoulli, foldIn, type RandomKey, randomKey, type Seed } from '../random/index.js';
import { seedConfig } from './drawnWeights.js';
import { checkLayerOptions, type LayerOptions, oneTensor } from './layerOptions.js';

/** Options of {@link DropPath}. */
export interface DropPathOptions extends LayerOptions {
  /** Chance that a sample's branch is dropped, in [0, 1). */
  readonly rate: number;
  /** Seed of the draws; give every layer of a model its own, such as `foldIn(seed, depth)`. */
  readonly seed: Seed;
  /** Calls in training mode so far; saved with the model. @defaultValue 0 */
  readonly calls?: number;
}

/** Checks the rate of a layer that drops paths. */
export function checkRate(where: string, rate: number): void {
  if (typeof rate === 'number' && rate >= 0 && rate < 1) return;
  throw new RangeError(`${where}: rate must be a number >= 0 and < 1, got ${show(rate)}.`);
}

/**
 * The key of one call of a random layer: with a `seed` among the arguments of the call, that one and the layer's; else the
 * layer's and the number of the call.
 */
export function callKey(layer: Seed, calls: number, given: unknown): RandomKey {
  if (given === undefined || given === null) return foldIn(layer, calls);
  const { high, low } = randomKey(layer);
  return foldIn(foldIn(given as Seed, high), low);
}

/** Sets whole samples (rows of the first axis) to 0 with the given chance and divides the others by 1 - rate. */
export function dropSamples<T extends Tensor>(x: T, rate: number, key: RandomKey): T {
  const batch = x.shape[0] as number;
  const kept = Float32Array.from(bernoulli(key, batch, { p: 1 - rate }), (one) => one / (1 - rate));
  return tidy(() => mul<T>(x, tensor(kept, [batch, ...x.shape.slice(1).map(() => 1)])));
}

/**
 * Stochastic depth: in training a sample's branch is 0 with chance `rate`, and divided by 1 - rate otherwise; else the input
 * goes through. It stands at the end of a residual branch. Input and output: float32 `[batch, ...]`. No weights.
 *
 * The draws depend on `seed`, on a number of the call and on the sample's place in the batch. Either the layer counts its
 * calls in training mode (`calls`, which a saved model keeps and goes on from), or the call brings a seed that all random
 * layers of the model share and each combines with its own: `model.apply(x, { training: true, seed: foldIn(seed, step) })`.
 * Take the second wherever a forward pass is done again and must draw the same (`cachedGradients`), and to resume a run to
 * the bit.
 *
 * @see Huang et al., "Deep networks with stochastic depth", arXiv:1603.09382, section 3; per sample as timm's `DropPath`.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { DropPath } from 'selfsup/layers';
 * import { foldIn } from 'selfsup/random';
 * const branch = new DropPath({ rate: 0.1, seed: foldIn(7, 3) });
 * const dropped = branch.apply(ones([8, 65, 192]), { training: true, seed: foldIn(1, 250) });
 * ```
 */
export class DropPath extends layers.Layer {
  /** Name in saved models. */
  static readonly className = 'SelfsupDropPath';
  private readonly rate: number;
  private readonly seed: Seed;
  private count: number;

  /**
   * @param options - Rate and seed.
   * @throws RangeError if `rate` is not in [0, 1), or `seed` or `calls` is none.
   */
  constructor(options: DropPathOptions) {
    const { rate, seed, calls = 0, ...rest } = checkLayerOptions('DropPath', options, ['rate', 'seed', 'calls']);
    checkRate('DropPath', rate);
    checkIntegers('DropPath', { calls: [calls, 0] });
    checkSeed('DropPath', seed);
    super(rest);
    this.supportsMasking = true;
    this.rate = rate;
    this.seed = seed;
    this.count = calls;
  }

  /** Calls in training mode without a seed of their own so far. */
  get calls(): number {
    return this.count;
  }

  /** Drops paths if `training` is true among the arguments; the layer's `apply` calls it. */
  override call(inputs: Tensor | Tensor[], kwargs: Record<string, unknown> = {}): Tensor {
    const x = oneTensor('DropPath', inputs);
    if (!kwargs.training || this.rate === 0) return x;
    const key = callKey(this.seed, this.count, kwargs.seed);
    if (kwargs.seed === undefined) this.count++;
    return dropSamples(x, this.rate, key);
  }

  /** The options and the number of calls, for saving. */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: seedConfig(this.seed), calls: this.count };
  }
}
