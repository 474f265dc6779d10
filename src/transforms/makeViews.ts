import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkSeed } from '../internal/checks.js';
import { foldIn, randomKey, type Seed } from '../random/index.js';
import type { Transform, Views } from './transform.js';

/** A view by each transform, the v-th drawn with `foldIn(seed, v)`. All shapes are checked before the first view is made. */
export function makeViews<X extends Tensor = Tensor4D>(transforms: readonly Transform<unknown, X>[]): Views<X> {
  const draw = (x: X, seed: Seed): X[] => {
    checkSeed('views', seed);
    const key = randomKey(seed);
    if (Array.isArray(x?.shape)) for (const transform of transforms) transform.outputShape(x.shape);
    return transforms.map((transform, v) => transform(x, foldIn(key, v)));
  };
  return Object.assign(draw, { transforms });
}
