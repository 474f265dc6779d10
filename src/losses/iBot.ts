import {
  cast,
  div,
  maximum,
  mean,
  mul,
  onesLike,
  reshape,
  type Scalar,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkMask } from '../internal/checks.js';
import { softCrossEntropyRows } from '../internal/softCrossEntropy.js';
import { centered, checkTeacher, type DinoOptions } from './dino.js';
import type { LossInput } from './lossInput.js';

/**
 * iBOT's loss of hidden patches: the cross-entropy of softmax(student / Ts) against softmax((teacher - center) / Tt), the
 * mean over the hidden patches of each image, then over images; an image without hidden patches counts as 0.
 *
 * @param student - Outputs of the student's head for the masked image, float32 `[batch, patches, dim]`.
 * @param teacher - Outputs of the teacher's head for the whole image, same shape; a target: no gradient.
 * @param mask - 1 where hidden, 0 where visible, float32, int32 or bool `[batch, patches]`; no gradient.
 * @param options - Centre and temperatures; {@link updateCenter} makes the next centre from the teacher's rows. The authors
 * raise the teacher's temperature for patches from 0.04 to 0.07.
 * @returns Scalar; the caller disposes it. Differentiable in the student's outputs. ln(dim) when all outputs are even.
 * @throws ShapeError on a wrong shape or dtype; RangeError if an option is out of range.
 * @see Zhou et al., "iBOT: Image BERT Pre-Training with Online Tokenizer", ICLR 2022, arXiv:2111.07832, equation 2.
 * @example
 * ```ts
 * import { randomNormal, type Rank, tensor2d } from '@tensorflow/tfjs-core';
 * import { iBotLoss } from 'selfsup/losses';
 * const [student, teacher] = [randomNormal<Rank.R3>([1, 4, 32]), randomNormal<Rank.R3>([1, 4, 32])];
 * iBotLoss(student, teacher, tensor2d([[1, 0, 0, 1]])).print();
 * ```
 */
export function iBotLoss(student: LossInput, teacher: LossInput, mask: LossInput, options: DinoOptions = {}): Scalar {
  const {
    center = null,
    studentTemperature = 0.1,
    teacherTemperature = 0.04,
  } = checkOptions('iBotLoss', options, ['center', 'studentTemperature', 'teacherTemperature']);
  const shape = ['batch', 'patches', 'dim'] as const;
  checkFloat('iBotLoss', 'student', student, shape);
  checkFloat('iBotLoss', 'teacher', teacher, student.shape);
  checkMask('iBotLoss', 'mask', mask, student.shape.slice(0, 2));
  const [batch, patches, dim] = student.shape;
  checkTeacher('iBotLoss', options, dim);
  const rows = (x: Tensor3D): Tensor2D => reshape(x, [batch * patches, dim]);
  return tidy(() => {
    const hidden = cast(mask, 'float32');
    const count = sum(hidden, 1, true);
    const weights = div(hidden, maximum(count, onesLike(count)));
    const entropies = softCrossEntropyRows(
      mul(rows(student), 1 / studentTemperature),
      centered(rows(teacher), center, teacherTemperature),
    );
    const perImage = sum<Tensor1D>(mul(reshape(entropies, [batch, patches]), weights), 1);
    return mean(perImage);
  });
}
