import { add, concat, mean, mul, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/checkOptions.js';
import { checkFloat, checkFloats, checkNumbers, show } from '../internal/checks.js';
import { ShapeError } from '../internal/errors.js';
import type { LossInput } from './lossInput.js';

/** Options of {@link updateCenter}. */
export interface UpdateCenterOptions {
  /** How much of the old centre stays, 0 to 1. @defaultValue 0.9, as in the authors' code of DINO */
  readonly momentum?: number;
}

/**
 * The next centre of {@link dinoLoss} or {@link iBotLoss}: momentum * center + (1 - momentum) * mean of the teacher's rows.
 *
 * @param center - The centre so far, float32 `[dim]`, or null for zeros, where the authors start.
 * @param teacher - Raw outputs of the teacher's head, float32 `[rows, dim]`, or one such tensor per crop.
 * @param options - The momentum.
 * @returns float32 `[dim]`; the caller disposes it, and the old one. Take it off the tape or as the loss's option: no
 * gradient flows through it there.
 * @throws ShapeError on a wrong shape or dtype; RangeError if the momentum is out of range.
 * @see Caron et al., arXiv:2104.14294, equation 4.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { updateCenter } from 'selfsup/losses';
 * const first = updateCenter(null, tensor2d([[1, 3], [3, 5]])); // [0.2, 0.4]
 * updateCenter(first, [tensor2d([[0, 0]]), tensor2d([[2, 2]])], { momentum: 0.5 }).print(); // [0.6, 0.7]
 * ```
 */
export function updateCenter(
  center: LossInput | null,
  teacher: LossInput | readonly LossInput[],
  options: UpdateCenterOptions = {},
): Tensor1D {
  const { momentum = 0.9 } = checkOptions('updateCenter', options, ['momentum']);
  const list = (Array.isArray(teacher) ? teacher : [teacher]) as Tensor2D[];
  if (list.length === 0) throw new ShapeError(`updateCenter: teacher must be a tensor or a list, got ${show(list)}.`);
  checkNumbers('updateCenter', { momentum: [momentum, 0, 1] });
  const rows = list.map(
    (output, i) => [Array.isArray(teacher) ? `teacher[${i}]` : 'teacher', [output, [`rows ${i}`, 'dim']]] as const,
  );
  checkFloats('updateCenter', Object.fromEntries(rows));
  if ((center ?? null) !== null) checkFloat('updateCenter', 'center', center, [list[0]?.shape[1] as number]);
  return tidy(() => {
    const added = mul<Tensor1D>(mean(list.length > 1 ? concat(list) : (list[0] as Tensor2D), 0), 1 - momentum);
    return center ? add(mul(center as Tensor1D, momentum), added) : added;
  });
}
