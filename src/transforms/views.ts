import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkIntegers } from '../internal/checks.js';
import { makeViews } from './makeViews.js';
import { checkTransforms } from './steps.js';
import type { Transform, Views } from './transform.js';

/**
 * Several independent views by one transform; view v draws with `foldIn(seed, v)`, so `transform.sample(x.shape,
 * foldIn(seed, v))` gives its parameters.
 *
 * @param transform - Draws each view.
 * @param n - How many views, an integer >= 1.
 * @returns A function of images and seed that gives `n` batches; the caller disposes each.
 * @throws RangeError if `n` is not an integer >= 1 or `transform` is not a transform.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { simclrPolicy, views } from 'selfsup/transforms';
 * const twoViews = views(simclrPolicy({ size: 32 }), 2);
 * const [a, b] = twoViews(ones<Rank.R4>([4, 32, 32, 3]), 1);
 * console.log(a?.shape, b?.shape);
 * ```
 */
export function views<X extends Tensor = Tensor4D>(transform: Transform<unknown, X>, n: number): Views<X> {
  checkTransforms('views', [transform], 1);
  checkIntegers('views', { n: [n, 1] });
  return makeViews(new Array<Transform<unknown, X>>(n).fill(transform));
}
