import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkNumbers } from '../internal/checks.js';
import { foldIn } from '../random/index.js';
import { coin, imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import { IDENTITY, type Placement } from './placement.js';
import { repeatSteps } from './repeat.js';
import { selectImages } from './selectImages.js';
import { checkChoices, checkKept, checkSteps, checkTransforms, type StepParams } from './steps.js';
import type { Transform } from './transform.js';

/** Options of {@link randomApply}. */
export interface RandomApplyOptions {
  /** Chance that an image is transformed, in [0, 1]. @defaultValue 0.5, as in torchvision */
  readonly p?: number;
}

/** Parameters of {@link randomApply}. */
export interface RandomApplyParams extends StepParams {
  /** 1 where an image is transformed, else 0. */
  readonly apply: number[];
}

/**
 * Applies a transform with probability p, decided image by image.
 *
 * @param transform - A transform that keeps the shape.
 * @param options - The chance.
 * @returns A transform; it throws ShapeError if `transform` changes the shape.
 * @throws RangeError if `p` is outside [0, 1] or `transform` is not a transform.
 * @see torchvision `RandomApply`, which decides once for the whole batch.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { colorJitter, randomApply } from 'selfsup/transforms';
 * const sometimes = randomApply(colorJitter({ p: 1 }), { p: 0.3 });
 * console.log(sometimes(ones<Rank.R4>([2, 4, 4, 3]), 1).shape); // [2, 4, 4, 3]
 * ```
 */
export function randomApply<X extends Tensor = Tensor4D>(
  transform: Transform<unknown, X>,
  options: RandomApplyOptions = {},
): Transform<RandomApplyParams, X> {
  const { p = 0.5 } = checkOptions('randomApply', options, ['p']);
  checkTransforms('randomApply', [transform], 1);
  checkNumbers('randomApply', { p: [p, 0, 1] });
  return makeTransform<RandomApplyParams, X>('randomApply', {
    axes: null,
    sample: (shape, seed) => ({
      apply: imageKeys(shape, foldIn(seed, 0)).map((key) => coin(key, p)),
      steps: [transform.sample(shape, foldIn(seed, 1))],
    }),
    apply: (x, { apply, steps }, options) =>
      selectImages(apply, [() => x, () => transform.apply(x, steps[0], options)]),
    ...(transform.geometry && {
      geometry: (shape, { apply, steps }) => {
        const placements = transform.geometry?.(shape, steps[0]) ?? null;
        return placements && whereApplied(placements, apply);
      },
    }),
    check: (shape) => checkKept('randomApply', [transform], shape),
    checkParams: (params, [batch = 0]) => {
      checkChoices('randomApply', 'apply', params.apply, batch, 2);
      checkSteps('randomApply', params, 1);
    },
    repeat: (params, times) => repeatSteps([transform], params, times),
  });
}

/** The placements with the images that stay as they are left in place; null where that takes another size in between. */
function whereApplied(placements: readonly Placement[], apply: readonly number[]): Placement[] | null {
  if (!placements.every(({ from, size }) => String(from) === String(size))) return null;
  return placements.map((placement) => ({
    ...placement,
    matrices: placement.matrices.map((matrix, i) => (apply[i] === 1 ? matrix : IDENTITY)),
    ...(placement.boxes && {
      boxes: placement.boxes.map((box, i) => (apply[i] === 1 ? box : [0, 0, ...placement.from])),
    }),
  }));
}
