import type { Tensor4D } from '@tensorflow/tfjs-core';
import { checkFlags, checkNumbers, checkSeed, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import { foldIn, permutation, type RandomKey, randomKey, type Seed } from '../random/index.js';
import { beta } from './beta.js';
import { checkInput, checkShape, IMAGES } from './shapes.js';

/** What {@link randomMixup} and {@link randomCutmix} draw and hand back: mix labels by `mixup(labels, permutation, lambda)`. */
export interface MixParams {
  /** Index of each image's partner. */
  readonly permutation: number[];
  /** Share of each image that is its own, in [0, 1]. */
  readonly lambda: number[];
}

/** Mixed images with what labels need; the caller disposes `images`. */
export interface MixedImages extends MixParams {
  /** Images of the same shape as those given, float32. */
  readonly images: Tensor4D;
}

/**
 * A random mixing of the images of a batch: callable and split into halves, as a {@link Transform} is. Its partners depend
 * on the size of the batch.
 */
export interface Mixing<P extends MixParams = MixParams> {
  /** Draws and applies: `apply(x, sample(x.shape, seed))`. */
  (x: Tensor4D, seed: Seed): MixedImages;
  /** Draws the parameters on the host; plain data, entry i for image i; makes no tensor. */
  sample(shape: readonly number[], seed: Seed): P;
  /** Mixes by drawn parameters: the same input and parameters give the same result. */
  apply(x: Tensor4D, params: P): MixedImages;
}

/** Options of {@link randomMixup} and {@link randomCutmix}. */
export interface MixOptions {
  /** Both parameters of the Beta distribution that lambda comes from, >= 0; 0 leaves images as they are. @defaultValue 1 */
  readonly alpha?: number;
  /** Draw a lambda for every image instead of one for the batch. @defaultValue false, as in the papers */
  readonly perImage?: boolean;
}

/** The two halves of a mixing, and the drawing of what they share. */
export interface MixParts<P extends MixParams> {
  /** Adds to partners and shares; `keys` are those of the images, all the same unless each draws for itself. */
  draw(shape: readonly number[], drawn: MixParams, keys: readonly RandomKey[]): P;
  /** Mixes; checks the parameters first. */
  mix(x: Tensor4D, params: P): Tensor4D;
}

/** Makes a mixing of its halves. */
export function makeMixing<P extends MixParams>(name: string, options: MixOptions, parts: MixParts<P>): Mixing<P> {
  const { alpha = 1, perImage = false } = options;
  checkNumbers(name, { alpha: [alpha, 0] });
  checkFlags(name, { perImage });
  const sample = (shape: readonly number[], seed: Seed): P => {
    checkShape(name, shape, IMAGES);
    const batch = shape[0] as number;
    checkSeed(name, seed);
    const key = randomKey(seed);
    const keys = Array.from({ length: batch }, (_, i) => foldIn(foldIn(key, 0), perImage ? i : 0));
    const lambda = keys.map((own) => (alpha === 0 ? 1 : beta(foldIn(own, 0), alpha, alpha)));
    return parts.draw(shape, { permutation: Array.from(permutation(foldIn(key, 1), batch)), lambda }, keys);
  };
  const apply = (x: Tensor4D, params: P): MixedImages => {
    checkInput(name, x, IMAGES);
    if (typeof params !== 'object' || params === null) {
      throw new ShapeError(`${name}: params must be what sample returned, got ${show(params)}.`);
    }
    return { images: parts.mix(x, params), permutation: [...params.permutation], lambda: [...params.lambda] };
  };
  const mixing = (x: Tensor4D, seed: Seed): MixedImages => {
    checkInput(name, x, IMAGES);
    return apply(x, sample(x.shape, seed));
  };
  Object.defineProperty(mixing, 'name', { value: name });
  return Object.assign(mixing, { sample, apply });
}
