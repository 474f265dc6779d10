import { checkIntegers, checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';
import { type BatchSource, epochLength } from './batchSource.js';

/** What says when a run ends. */
interface Bounds {
  readonly steps?: number;
  readonly epochs?: number;
  readonly minutes?: number;
  readonly accumulate?: number;
}

/** Checks the bounds; one that is not given is infinite. */
export function stepLimit(source: BatchSource<unknown>, bounds: Bounds): { steps: number; epochs: number } {
  const { steps, epochs, minutes, accumulate = 1 } = bounds;
  if (steps === undefined && epochs === undefined && minutes === undefined) {
    throw new RangeError('pretrain: one of steps, epochs and minutes must be given, got none.');
  }
  if (steps !== undefined) checkIntegers('pretrain', { steps: [steps, 1] });
  if (epochs !== undefined) checkIntegers('pretrain', { epochs: [epochs, 1] });
  if (minutes !== undefined) checkNumbers('pretrain', { minutes: [minutes, Number.MIN_VALUE] });
  checkIntegers('pretrain', { accumulate: [accumulate, 1] });
  const all = (epochs ?? Number.POSITIVE_INFINITY) * (epochLength(source) ?? Number.POSITIVE_INFINITY);
  if (all > 0 && all < accumulate) {
    throw new RangeError(`pretrain: accumulate must be at most the batches of all epochs, ${all}, got ${accumulate}.`);
  }
  const most = all > 0 ? Math.floor(all / accumulate) : Number.POSITIVE_INFINITY;
  return { steps: Math.min(steps ?? Number.POSITIVE_INFINITY, most), epochs: epochs ?? Number.POSITIVE_INFINITY };
}
