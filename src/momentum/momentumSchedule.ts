import { checkOptions } from '../internal/checkOptions.js';
import { checkIntegers, checkNumbers } from '../internal/checks.js';

/** Options of {@link momentumSchedule}. */
export interface MomentumScheduleOptions {
  /** Momentum at step 0, in [0, 1]. @defaultValue 0.996, as in BYOL */
  readonly base?: number;
  /** Momentum at the last step and after it, in [0, 1]. @defaultValue 1 */
  readonly end?: number;
  /** Steps from `base` to `end`, an integer \>= 1. */
  readonly steps: number;
}

/**
 * Cosine schedule of a momentum, end - (end - base) * (1 + cos(pi * step / steps)) / 2: `base` at step 0, `end` at `steps`
 * and later.
 *
 * @param options - Both ends and the number of steps.
 * @returns A function of the step, to be passed wherever a momentum is taken.
 * @throws RangeError if an option is out of range; the schedule itself if the step is negative.
 * @see Grill et al., "Bootstrap Your Own Latent", NeurIPS 2020, arXiv:2006.07733, section 3.2.
 * @example
 * ```ts
 * import { momentumSchedule } from 'selfsup/momentum';
 * const momentum = momentumSchedule({ base: 0.99, steps: 1000 });
 * console.log(momentum(0), momentum(500), momentum(1000)); // 0.99 0.995 1
 * ```
 */
export function momentumSchedule(options: MomentumScheduleOptions): (step: number) => number {
  const { base = 0.996, end = 1, steps } = checkOptions('momentumSchedule', options, ['base', 'end', 'steps']);
  checkNumbers('momentumSchedule', { base: [base, 0, 1], end: [end, 0, 1] });
  checkIntegers('momentumSchedule', { steps: [steps, 1] });
  return (step) => {
    checkNumbers('momentumSchedule', { step: [step, 0] });
    return step >= steps ? end : end - ((end - base) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
  };
}
