import { checkOptions } from '../internal/checkOptions.js';
import { checkChoice, checkIntegers, checkNumbers } from '../internal/checks.js';

/** Options of {@link cosineSchedule}. */
export interface CosineScheduleOptions {
  /** Value where the cosine starts. */
  readonly base: number;
  /** Value where it ends. @defaultValue 0 */
  readonly end?: number;
  /** Steps in all, warm-up included, an integer \>= 1. Afterwards the value stays `end` (unless there is a period). */
  readonly steps: number;
  /** Steps of linear warm-up before the cosine, an integer \>= 0. @defaultValue 0 */
  readonly warmup?: number;
  /** Where the warm-up starts. @defaultValue 0 */
  readonly warmupStart?: number;
  /** Where the warm-up ends. @defaultValue `base` */
  readonly warmupEnd?: number;
  /** Steps from `base` to `end` and back again, over and over, \> 0. @defaultValue none: once from `base` to `end` */
  readonly period?: number;
  /**
   * Which step has which value; with s the steps since the warm-up, n those of the cosine, w those of the warm-up:
   *
   * - `'lightly'`: warm-up at (step + 1) / w, so that the first step moves; cosine at s / (n − 1): the last step is `end`.
   * - `'dino'`: warm-up at step / (w − 1), both ends included; cosine at s / n: `end` is reached after the last step.
   * - `'vicreg'`: warm-up at step / w; cosine at s / n. Barlow Twins, VICReg, MoCo v3 and MAE count so too.
   *
   * @defaultValue 'lightly'
   */
  readonly convention?: 'lightly' | 'dino' | 'vicreg';
}

/**
 * Linear warm-up, then end + (base − end) · (1 + cos(π · share of the steps)) / 2: for learning rates, weight decay,
 * momentum, temperatures.
 *
 * @param options - Both ends, the number of steps, warm-up, and whose count of the steps.
 * @returns A function of the step (0, 1, 2, ...), to be passed wherever one is taken.
 * @throws RangeError if an option is out of range; the schedule itself if the step is negative.
 * @see Loshchilov and Hutter, SGDR, ICLR 2017, arXiv:1608.03983, equation 5; lightly's `utils/scheduler.py`, DINO's
 * `utils.cosine_scheduler`, VICReg's `adjust_learning_rate`.
 * @example
 * ```ts
 * import { cosineSchedule } from 'selfsup/training';
 * const rate = cosineSchedule({ base: 0.3, steps: 100, warmup: 10, convention: 'vicreg' });
 * console.log(rate(0), rate(5), rate(10), rate(55), rate(100)); // 0 0.15 0.3 0.15 0
 * ```
 */
export function cosineSchedule(options: CosineScheduleOptions): (step: number) => number {
  checkOptions('cosineSchedule', options, [
    'base',
    'end',
    'steps',
    'warmup',
    'warmupStart',
    'warmupEnd',
    'period',
    'convention',
  ]);
  const { base, end = 0, steps, warmup = 0, warmupStart = 0, period, convention = 'lightly' } = options;
  const { warmupEnd = base } = options;
  const low = Number.NEGATIVE_INFINITY;
  const values = { base, end, warmupStart, warmupEnd };
  checkNumbers(
    'cosineSchedule',
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value, low] as const])),
  );
  checkIntegers('cosineSchedule', { steps: [steps, 1], warmup: [warmup, 0] });
  if (period !== undefined) checkNumbers('cosineSchedule', { period: [period, Number.MIN_VALUE] });
  checkChoice('cosineSchedule', 'convention', convention, ['lightly', 'dino', 'vicreg']);
  const rest = steps - warmup;
  const last = convention === 'lightly' ? rest - 1 : rest;
  const warmUp = (step: number): number => {
    if (convention === 'lightly') return (step + 1) / warmup;
    return convention === 'vicreg' ? step / warmup : warmup === 1 ? 0 : step / (warmup - 1);
  };
  return (step) => {
    checkNumbers('cosineSchedule', { step: [step, 0] });
    if (step < warmup) return warmupStart + (warmupEnd - warmupStart) * warmUp(step);
    const since = step - warmup;
    if (period === undefined && since >= last) return end;
    const angle = period === undefined ? (Math.PI * since) / last : (2 * Math.PI * since) / period;
    return end + ((base - end) * (1 + Math.cos(angle))) / 2;
  };
}
