import { checkNumbers } from '../internal/checks.js';
import { RangeError } from '../internal/errors.js';

/** How many of `total` tokens stay at a ratio of hidden ones: the whole part, in double precision as the authors have it. */
export function keptTokens(where: string, total: number, ratio: number): number {
  checkNumbers(where, { ratio: [ratio, 0, 1] });
  const kept = Math.trunc(total * (1 - ratio));
  if (kept < 1) throw new RangeError(`${where}: ratio must leave at least 1 of ${total} tokens, got ${ratio}.`);
  return kept;
}
