import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { foldIn } from '../random/index.js';
import { type Drawn, joined, placementsOf } from './joined.js';
import { makeTransform } from './makeTransform.js';
import { repeatSteps } from './repeat.js';
import { checkSteps, checkTransforms, type StepParams } from './steps.js';
import type { Transform } from './transform.js';

/**
 * One transform after the other; the t-th draws with `foldIn(seed, t)`.
 *
 * Geometric transforms in a row are joined into one resampling of the image ({@link resample}), which blurs less and costs
 * less than one after the other; transforms of colour in a row share one conversion to planes. A chain of geometric
 * transforms is one itself.
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
  const geometric = transforms.length > 0 && transforms.every(({ geometry }) => geometry);
  const planar = transforms.length > 0 && transforms.every(({ applyPlanes }) => applyPlanes);
  const drawn = (steps: readonly unknown[]): Drawn<X>[] =>
    transforms.map((transform, t) => ({ transform, params: steps[t] }));
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
    apply: (x, { steps }, options) => joined(x, drawn(steps), options),
    outputShape: (shape) => transforms.reduce<number[]>((s, transform) => transform.outputShape(s), [...shape]),
    checkParams: (params) => checkSteps('compose', params, transforms.length),
    ...(geometric && { geometry: (shape, { steps }) => placementsOf(drawn(steps), shape) }),
    ...(planar && {
      applyPlanes: (planes, { steps }, shape) =>
        transforms.reduce(
          (current, transform, t) => transform.applyPlanes?.(current, steps[t], shape) ?? current,
          planes,
        ),
    }),
    repeat: (params, times) => repeatSteps(transforms, params, times),
  });
}
