import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../internal/errors.js';
import { foldIn, integers } from '../random/index.js';
import { imageKeys } from './draw.js';
import { makeTransform } from './makeTransform.js';
import type { Placement } from './placement.js';
import { repeatSteps } from './repeat.js';
import { selectImages } from './selectImages.js';
import { checkChoices, checkSteps, checkTransforms, type StepParams } from './steps.js';
import type { Transform } from './transform.js';

/** Parameters of {@link randomChoice}. */
export interface RandomChoiceParams extends StepParams {
  /** Which transform each image takes, an index. */
  readonly choice: number[];
}

/**
 * Applies one of several transforms, all equally likely, drawn image by image.
 *
 * @param transforms - At least one; they must agree on the shape of the result.
 * @returns A transform; each of the transforms that some image takes runs on the whole batch. It throws ShapeError if their
 * results differ in shape.
 * @throws RangeError if the list is empty or holds anything but transforms.
 * @see torchvision `RandomChoice`, which draws once for the whole batch.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { randomChoice, randomGaussianBlur, randomSolarize } from 'selfsup/transforms';
 * const one = randomChoice([randomGaussianBlur({ p: 1 }), randomSolarize({ p: 1 })]);
 * console.log(one.sample([4, 32, 32, 3], 2).choice); // four times 0 or 1
 * ```
 */
export function randomChoice<X extends Tensor = Tensor4D>(
  transforms: readonly Transform<unknown, X>[],
): Transform<RandomChoiceParams, X> {
  checkTransforms('randomChoice', transforms, 1);
  const parts = [...transforms];
  return makeTransform<RandomChoiceParams, X>('randomChoice', {
    axes: null,
    sample: (shape, seed) => ({
      choice: imageKeys(shape, foldIn(seed, 0)).map((key) => integers(key, { max: parts.length })),
      steps: parts.map((part, i) => part.sample(shape, foldIn(seed, i + 1))),
    }),
    apply: (x, { choice, steps }, options) =>
      selectImages(
        choice,
        parts.map((part, i) => () => part.apply(x, steps[i], options)),
      ),
    ...(parts.every((part) => part.geometry) && {
      geometry: (shape, { choice, steps }) => {
        const each = parts.map((part, i) => part.geometry?.(shape, steps[i]) ?? null);
        return each.every((placements) => placements?.length === 1 && !placements[0]?.antialias)
          ? [
              chosen(
                each.map((placements) => placements?.[0] as Placement),
                choice,
              ),
            ]
          : null;
      },
    }),
    outputShape: (shape) => (parts[0] as Transform<unknown, X>).outputShape(shape),
    check: (shape) => {
      const [first = [], ...rest] = parts.map((part) => part.outputShape(shape));
      for (const [i, out] of rest.entries()) {
        if (String(out) !== String(first)) {
          throw new ShapeError(
            `randomChoice: transforms[${i + 1}] must give the shape of transforms[0], [${first.join(', ')}], got [${out.join(', ')}].`,
          );
        }
      }
    },
    checkParams: (params, [batch = 0]) => {
      checkChoices('randomChoice', 'choice', params.choice, batch, parts.length);
      checkSteps('randomChoice', params, parts.length);
    },
    repeat: (params, times) => repeatSteps(parts, params, times),
  });
}

/** Of every image the placement that it takes. */
function chosen(placements: readonly Placement[], choice: readonly number[]): Placement {
  const of = (i: number): Placement => placements[choice[i] as number] as Placement;
  const { from, size } = of(0);
  return {
    from,
    size,
    matrices: choice.map((_, i) => of(i).matrices[i] as readonly number[]),
    ...(placements.some(({ boxes }) => boxes) && {
      boxes: choice.map((_, i) => of(i).boxes?.[i] ?? UNBOUNDED),
    }),
  };
}

/** A box that holds every place: what lies outside the image reads zeros as without one. */
const UNBOUNDED = [-1e9, -1e9, 2e9, 2e9];
