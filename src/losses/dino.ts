import { mul, type Scalar, softmax, sub, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkNumbers } from '../internal/checks.js';
import { constant } from '../internal/constant.js';
import { checkCrops, crossCropEntropy } from './crops.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link dinoLoss} and {@link iBotLoss}. */
export interface DinoOptions {
  /** Taken off the teacher's outputs, float32 `[dim]`; no gradient. See {@link updateCenter}. @defaultValue zeros */
  readonly center?: Tensor | null;
  /** Divides the student's outputs, \>= 1e-8. @defaultValue 0.1, as in the authors' code */
  readonly studentTemperature?: number;
  /** Divides the teacher's, \>= 1e-8. @defaultValue 0.04, as in the authors' code, which may raise it to 0.07 */
  readonly teacherTemperature?: number;
}

/**
 * DINO: the cross-entropy of softmax(student_v / Ts) against softmax((teacher_i - center) / Tt), the mean over the pairs of a
 * teacher's crop i and a student's crop v other than i, and over the batch.
 *
 * The teacher sees the first crops only (the global ones). Compute the loss first, then the next centre from the same
 * outputs with {@link updateCenter}, as the authors do.
 *
 * @param student - Outputs of the student's head, one float32 `[batch, dim]` per crop, at least 2.
 * @param teacher - Outputs of the teacher's head for the first of these crops, same shape; targets: no gradient.
 * @param options - Centre and temperatures.
 * @returns Scalar; the caller disposes it. Differentiable in the student's outputs. ln(dim) when all outputs are even; a loss
 * that stays there is collapsed.
 * @throws ShapeError on a wrong shape or dtype; RangeError if there are too few or too many crops, or an option is out of
 * range.
 * @see Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021, arXiv:2104.14294,
 * Algorithm 1.
 * @example
 * ```ts
 * import { randomNormal, type Rank } from '@tensorflow/tfjs-core';
 * import { dinoLoss, updateCenter } from 'selfsup/losses';
 * const outputs = () => randomNormal<Rank.R2>([4, 32]);
 * const [student, teacher] = [[outputs(), outputs(), outputs()], [outputs(), outputs()]];
 * const center = updateCenter(null, teacher);
 * dinoLoss(student, teacher, { center }).print();
 * ```
 */
export function dinoLoss(
  student: readonly LossInput[],
  teacher: readonly LossInput[],
  options: DinoOptions = {},
): Scalar {
  const {
    center = null,
    studentTemperature = 0.1,
    teacherTemperature = 0.04,
  } = checkOptions('dinoLoss', options, ['center', 'studentTemperature', 'teacherTemperature']);
  checkCrops('dinoLoss', ['student', student], ['teacher', teacher]);
  checkTeacher('dinoLoss', options, (student[0] as Tensor2D).shape[1]);
  return tidy(() => {
    const targets = teacher.map((output) => centered(output as Tensor2D, center, teacherTemperature));
    return crossCropEntropy(student as readonly Tensor2D[], targets, studentTemperature);
  });
}

/** Checks centre and temperatures. */
export function checkTeacher(where: string, options: DinoOptions, dim: number): void {
  const { center = null, studentTemperature = 0.1, teacherTemperature = 0.04 } = options;
  if (center !== null) checkFloat(where, 'center', center, [dim]);
  checkNumbers(where, {
    studentTemperature: [studentTemperature, 1e-8],
    teacherTemperature: [teacherTemperature, 1e-8],
  });
}

/** The teacher's probabilities, a constant. */
export function centered(output: Tensor2D, center: Tensor | null, temperature: number): Tensor2D {
  return constant(() => softmax(mul<Tensor2D>(center ? sub(output, center) : output, 1 / temperature)));
}
