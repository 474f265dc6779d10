import { reshape, type Tensor4D, type Tensor5D } from '@tensorflow/tfjs-core';
import { makeTransform } from './makeTransform.js';
import { repeatParams } from './repeat.js';
import { CLIPS } from './shapes.js';
import { checkTransforms } from './steps.js';
import type { Transform } from './transform.js';

/**
 * A transform of images made one of clips: one draw per clip, the same for all its frames.
 *
 * @param transform - A transform of images; a chain or a policy too.
 * @returns A transform of clips `[batch, frames, height, width, channels]`. Its parameters are those of `transform` for one
 * image per clip; random noise is then the same on every frame.
 * @throws RangeError if `transform` is not a transform.
 * @see Qian et al., CVRL, arXiv:2008.03800, section 3.3: augmentation that is consistent in time.
 * @example
 * ```ts
 * import { ones, type Rank } from '@tensorflow/tfjs-core';
 * import { clipTransform, simclrPolicy } from 'selfsup/transforms';
 * const augment = clipTransform(simclrPolicy({ size: 32 }));
 * console.log(augment(ones<Rank.R5>([2, 4, 40, 40, 3]), 1).shape); // [2, 4, 32, 32, 3]
 * ```
 */
export function clipTransform<P>(transform: Transform<P>): Transform<P, Tensor5D> {
  checkTransforms('clipTransform', [transform], 1);
  const frame = ([batch = 0, , ...image]: readonly number[]): number[] => [batch, ...image];
  return makeTransform<P, Tensor5D>('clipTransform', {
    axes: CLIPS,
    sample: (shape, seed) => transform.sample(frame(shape), seed),
    apply: (x, params, options) => {
      const [batch, frames, ...image] = x.shape;
      const images: Tensor4D = reshape(x, [batch * frames, ...image]);
      const result = transform.apply(images, repeatParams(transform, params, frames), options);
      const [, ...out] = result.shape;
      return reshape(result, [batch, frames, ...out]);
    },
    outputShape: (shape) => {
      const [batch = 0, ...image] = transform.outputShape(frame(shape));
      return [batch, shape[1] as number, ...image];
    },
    checkParams: () => {}, // the transform of images checks them itself, repeated
    repeat: (params, times) => repeatParams(transform, params, times),
  });
}
