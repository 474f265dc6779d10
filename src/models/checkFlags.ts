import { show } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** Checks that options are true or false, where they are given. */
export function checkFlags(where: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags)) {
    if (value !== undefined && typeof value !== 'boolean') {
      throw new RangeError(`${where}: ${name} must be true or false, got ${show(value)}.`);
    }
  }
}
