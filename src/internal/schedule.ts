import { show } from './checks.js';
import { RangeError } from './errors.js';

/** A constant, or a function of the step (0, 1, 2, ...) that gives the value at that step. */
export type Schedule = number | ((step: number) => number);

/** Value of a schedule at a step, checked to lie in [min, max]. */
export function valueAt(
  where: string,
  name: string,
  schedule: Schedule,
  step: number,
  min: number,
  max = Number.MAX_VALUE,
): number {
  const value = typeof schedule === 'function' ? schedule(step) : schedule;
  if (typeof value !== 'number' || !(value >= min) || !(value <= max)) {
    const at = typeof schedule === 'function' ? ` at step ${step}` : '';
    throw new RangeError(`${where}: ${name} must lie in [${min}, ${max}], got ${show(value)}${at}.`);
  }
  return value;
}

/** Checks that a schedule is a number or a function, without asking for a value. */
export function checkSchedule(where: string, name: string, schedule: Schedule): void {
  if (typeof schedule === 'function' || typeof schedule === 'number') return;
  throw new RangeError(`${where}: ${name} must be a number or a function of the step, got ${show(schedule)}.`);
}
