import { RangeError } from '../../internal/errors.js';
import type { KnownPart } from '../context.js';
import type { Entry } from '../entries.js';

/** Checks that the data has the rows to which a result points. */
export function checkRows(entry: Entry, part: KnownPart, rows: number, what: string): void {
  for (const [name, count] of [
    ['labels', part.labels?.length],
    ['x', part.images?.shape[0]],
  ] as const) {
    if (count === undefined || count >= rows) continue;
    const where = what === 'bank' ? 'data.train' : 'data.test';
    throw new RangeError(
      `probeReport: ${where}.${name} must have at least ${rows} rows for ${entry.place} (its ${what}), got ${count}.`,
    );
  }
}
