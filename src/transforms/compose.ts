import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { foldIn } from '../random/index.js';
import { makeTransform } from './makeTransform.js';
import { repeatSteps } from './repeat.js';
import { checkSteps, checkTransforms, type StepParams } from './steps.js';
import type { Transform } from './transform.js';

/**
 * One transform after the other; the t-th draws with `foldIn(seed, t)`.
 *
 * @param transforms - The transforms, first to last; none gives the identity.
 * @returns A transform whose parameters are those of its steps. `apply` hands `interpolation` to every step: replay a chain
 * of geometric transforms on a mask with `'nearest'`; transforms of colour change whatever they get, so leave them out.
 * @throws RangeError if an argument is not a transform.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { compose, randomHorizontalFlip, randomResizedCrop } from 'selfsup/transforms';
 * const augment = compose(randomResizedCrop({ size: 16 }), randomHorizontalFlip());
 * const images = ones<Rank.R4>([2, 32, 32, 3]);
 * const params = augment.sample(images.shape, 5);
 * const replayed = augment.apply(images, JSON.parse(JSON.stringify(params)));
 * console.log(replayed.shape); // [2, 16, 16, 3], the same as augment(images, 5)
 * ```
 */
export function compose<X extends Tensor = Tensor4D>(...transforms: Transform<unknown, X>[]): Transform<StepParams, X> {
  checkTransforms('compose', transforms, 0);
  return makeTransform<StepParams, X>('compose', {
    axes: null,
    sample: (shape, seed) => {
      let current: readonly number[] = shape;
      const steps = transforms.map((transform, t) => {
        const params = transform.sample(current, foldIn(seed, t));
        current = transform.outputShape(current);
        return params;
      });
      return { steps };
    },
    apply: (x, { steps }, options) => transforms.reduce((y, transform, t) => transform.apply(y, steps[t], options), x),
    outputShape: (shape) => transforms.reduce<number[]>((s, transform) => transform.outputShape(s), [...shape]),
    checkParams: (params) => checkSteps('compose', params, transforms.length),
    repeat: (params, times) => repeatSteps(transforms, params, times),
  });
}
