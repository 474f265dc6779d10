import {
  dispose,
  gatherND,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { assign } from '../internal/assignment.js';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloats, checkSeed } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { l2Normalize } from '../internal/l2Normalize.js';
import { matMul } from '../internal/matMul.js';
import { foldIn, normal, randomKey, type Seed } from '../random/index.js';

/** Options of {@link noiseAsTargetsTask}. */
export interface NoiseAsTargetsOptions {
  /**
   * The targets that the rows hold now, float32 `[n, dim]`, to be exchanged among them.
   * @defaultValue drawn uniformly from the unit sphere, target i from the seed and i
   */
  readonly targets?: Tensor2D;
}

/** Result of {@link noiseAsTargetsTask}. The caller disposes it. */
export type NoiseAsTargetsResult = {
  /** The features, scaled to length 1, float32 `[n, dim]`. */
  readonly inputs: Tensor2D;
  /** The target of each row, float32 `[n, dim]`. */
  readonly targets: Tensor2D;
  /** Which of the given or drawn targets it is, int32 `[n]`: a permutation. */
  readonly assignment: Tensor1D;
};

/**
 * Noise as targets: fixed random points of the unit sphere, given to the rows one to one so that the sum of squared distances
 * from the normalised features is least; the encoder is then trained to come closer to them (mean squared distance of
 * normalised features and `targets`, which are constants). Spread over the sphere, targets rule a collapse out.
 *
 * Over a data set every image holds one target, drawn once: keep `[images, dim]` of them, pass those of a batch as `targets`,
 * and store what comes back in their place. The assignment is exact; its time grows with n² to n³ (n = 512: some 25 ms;
 * where all features are nearly equal, 0.2 s).
 *
 * @param features - float32 `[n, dim]`, of any length.
 * @param seed - Draws targets where none are given.
 * @param options - Targets to exchange.
 * @returns Normalised features, targets, assignment; the caller disposes them.
 * @throws ShapeError on wrong shapes; RangeError if a number is not finite.
 * @see Bojanowski and Joulin, "Unsupervised learning by predicting noise", ICML 2017, arXiv:1704.05310, sections 3.1 to 3.3.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { noiseAsTargetsTask } from 'selfsup/pretext';
 *
 * const features = randomNormal<Rank.R2>([16, 8], 0, 1, 'float32', 1);
 * const first = await noiseAsTargetsTask(features, 3);
 * const later = await noiseAsTargetsTask(features, 3, { targets: first.targets });
 * later.assignment.print(); // 0 to 15: nothing to exchange
 * ```
 */
export async function noiseAsTargetsTask(
  features: Tensor2D,
  seed: Seed,
  options: NoiseAsTargetsOptions = {},
): Promise<NoiseAsTargetsResult> {
  checkSeed('noiseAsTargetsTask', seed);
  checkOptions('noiseAsTargetsTask', options, ['targets']);
  const where = 'noiseAsTargetsTask';
  checkFloats(where, { features: [features, ['n', 'dim']] });
  const [n, dim] = features.shape;
  if (options.targets !== undefined) checkFloats(where, { targets: [options.targets, [n, dim]] });
  const drawn = options.targets ? null : noise(randomKey(seed), n, dim);
  // Targets move together with their lengths, so that least squared distance means the largest products.
  const pool = (): Tensor2D => options.targets ?? l2Normalize(tensor2d(drawn as Float32Array, [n, dim], 'float32'));
  const products: Tensor2D = tidy(() => matMul(l2Normalize(features), transpose(pool())));
  let costs: Float32Array;
  try {
    costs = Float32Array.from(await products.data(), (v) => -v);
  } finally {
    dispose(products);
  }
  const wrong = costs.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) {
    const at = `the product of feature ${Math.floor(wrong / n)} and target ${wrong % n}`;
    throw new RangeError(`${where}: features and targets must be finite, got ${-(costs[wrong] as number)} as ${at}.`);
  }
  const order = assign(costs, n, n);
  return tidy(() => ({
    inputs: l2Normalize(features),
    targets: gatherND(pool(), tensor2d(order, [n, 1], 'int32')) as Tensor2D,
    assignment: tensor1d(order, 'int32'),
  }));
}

/** Points of the unit sphere before they are scaled to length 1. */
function noise(seed: Seed, n: number, dim: number): Float32Array {
  const out = new Float32Array(n * dim);
  for (let i = 0; i < n; i++) out.set(normal(foldIn(seed, i), dim), i * dim);
  return out;
}
