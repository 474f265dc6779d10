import { type Arbitrary, maxSafeInteger, nat, oneof, record } from 'fast-check';
import type { Seed } from '../random/index.js';

/**
 * Seeds: mostly small integers, also any safe integer (negative ones too) and random keys. They shrink towards 0.
 *
 * @returns A fast-check arbitrary.
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { uniform } from 'selfsup/random';
 * import { seeds } from 'selfsup/testing';
 * fc.assert(fc.property(seeds(), (seed) => uniform(seed) === uniform(seed)));
 * ```
 */
export function seeds(): Arbitrary<Seed> {
  const word = nat(2 ** 32 - 1);
  return oneof(
    { withCrossShrink: true },
    { arbitrary: nat(9999), weight: 4 },
    { arbitrary: maxSafeInteger(), weight: 1 },
    { arbitrary: record({ high: word, low: word }), weight: 1 },
  );
}
