import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosineSchedule } from '../../src/training/index.js';

// The golden cases of `optim` hold the three conventions against the authors' code; here stand the laws and the edges.
describe('cosineSchedule', () => {
  test('stays between its ends, falls after the warm-up and rests at the end', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom('lightly' as const, 'dino' as const, 'vicreg' as const),
        (steps, warmup, convention) => {
          const rate = cosineSchedule({ base: 0.4, end: 0.1, steps, warmup, convention });
          const values = Array.from({ length: steps + warmup + 3 }, (_, step) => rate(step));
          for (const value of values) expect(value >= 0 && value <= 0.4).toBe(true);
          const after = values.slice(warmup);
          for (const [i, value] of after.entries()) expect(value).toBeLessThanOrEqual(after[i - 1] ?? 0.4);
          expect(rate(Math.max(steps, warmup))).toBe(0.1);
          expect(rate(1e9)).toBe(0.1);
        },
      ),
      { numRuns: 60 },
    ));

  test('the conventions differ where their codes do', () => {
    const at = (convention: 'lightly' | 'dino' | 'vicreg', step: number) =>
      cosineSchedule({ base: 1, steps: 20, warmup: 4, convention })(step);
    expect([at('lightly', 0), at('dino', 0), at('vicreg', 0)]).toEqual([0.25, 0, 0]);
    expect([at('lightly', 3), at('dino', 3), at('vicreg', 3)]).toEqual([1, 1, 0.75]);
    expect(at('lightly', 19)).toBe(0);
    expect(at('dino', 19)).toBeCloseTo(0.5 * (1 + Math.cos((Math.PI * 15) / 16)), 15);
    expect(at('vicreg', 19)).toBe(at('dino', 19));
    expect(cosineSchedule({ base: 1, steps: 3, warmup: 1, warmupStart: 0.5, convention: 'dino' })(0)).toBe(0.5);
  });

  test('comes back with a period, also after the last step', () => {
    const wave = cosineSchedule({ base: 1, end: 0, steps: 10, warmup: 2, period: 4 });
    expect([2, 4, 6, 8, 42].map((step) => Number(wave(step).toFixed(12)))).toEqual([1, 0, 1, 0, 1]);
  });

  test('rejects what is out of range', () => {
    expect(() => cosineSchedule({ base: Number.NaN, steps: 4 })).toThrow('cosineSchedule: base must be a number');
    expect(() => cosineSchedule({ base: 1, steps: 0 })).toThrow('steps must be an integer >= 1, got 0');
    expect(() => cosineSchedule({ base: 1, steps: 4, warmup: 0.5 })).toThrow('warmup must be an integer >= 0, got 0.5');
    expect(() => cosineSchedule({ base: 1, steps: 4, period: 0 })).toThrow('period must be a number > 0, got 0');
    expect(() => cosineSchedule({ base: 1, steps: 4, convention: 'moco' as never })).toThrow(
      "convention must be one of 'lightly', 'dino', 'vicreg', got \"moco\"",
    );
    expect(() => cosineSchedule({ base: 1, steps: 4 })(-1)).toThrow('step must be a number >= 0, got -1');
  });
});
