import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { show } from '../internal/checks.js';
import { RangeError, ShapeError } from '../internal/errors.js';
import { foldIn, permutation } from '../random/index.js';
import { imageKeys } from './draw.js';
import { inTurn } from './inTurn.js';
import { makeTransform } from './makeTransform.js';
import { repeatSteps } from './repeat.js';
import { selectImages } from './selectImages.js';
import { checkKept, checkSteps, checkTransforms, type StepParams } from './steps.js';
import type { Transform } from './transform.js';

/** Parameters of {@link randomOrder}. */
export interface RandomOrderParams extends StepParams {
  /** Order in which each image takes the transforms, a permutation of their indices. */
  readonly order: number[][];
}

/**
 * Applies all transforms, in an order drawn image by image.
 *
 * @param transforms - Transforms that keep the shape. With n of them up to n * n runs over the batch are needed, so keep
 * the list short; {@link colorJitter} does the same for its four adjustments at far lower cost.
 * @returns A transform; it throws ShapeError if one of them changes the shape.
 * @throws RangeError if the list is empty or holds anything but transforms.
 * @see torchvision `RandomOrder`, which draws one order for the whole batch.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomGaussianBlur, randomOrder, randomSolarize } from 'selfsup/transforms';
 * const both = randomOrder([randomGaussianBlur({ p: 1 }), randomSolarize({ p: 1 })]);
 * console.log(both.sample([2, 32, 32, 3], 1).order); // [0, 1] or [1, 0] for each image
 * ```
 */
export function randomOrder<X extends Tensor = Tensor4D>(
  transforms: readonly Transform<unknown, X>[],
): Transform<RandomOrderParams, X> {
  checkTransforms('randomOrder', transforms, 1);
  const parts = [...transforms];
  return makeTransform<RandomOrderParams, X>('randomOrder', {
    axes: null,
    sample: (shape, seed) => ({
      order: imageKeys(shape, foldIn(seed, 0)).map((key) => Array.from(permutation(key, parts.length))),
      steps: parts.map((part, i) => part.sample(shape, foldIn(seed, i + 1))),
    }),
    apply: (x, { order, steps }, options) => {
      const round =
        (turn: number) =>
        (current: X): X =>
          selectImages(
            order.map((each) => each[turn] as number),
            parts.map((part, i) => () => part.apply(current, steps[i], options)),
          );
      return inTurn(() => round(0)(x), ...parts.slice(1).map((_, i) => round(i + 1)));
    },
    check: (shape) => checkKept('randomOrder', parts, shape),
    checkParams: (params, [batch = 0]) => {
      checkSteps('randomOrder', params, parts.length);
      if (!Array.isArray(params.order) || params.order.length !== batch) {
        throw new ShapeError(
          `randomOrder: params.order must have one entry per image (${batch}), got ${show(params.order?.length)}.`,
        );
      }
      const sorted = parts.map((_, i) => i).join();
      for (const each of params.order) {
        if ([...each].sort((a, b) => a - b).join() !== sorted) {
          throw new RangeError(`randomOrder: params.order must hold permutations of ${sorted}, got ${show(each)}.`);
        }
      }
    },
    repeat: (params, times) => repeatSteps(parts, params, times),
  });
}
