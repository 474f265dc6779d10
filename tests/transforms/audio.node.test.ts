import { expect, test } from 'vitest';
import { randomAudioNoise, randomGain, randomTimeShift, specAugment } from '../../src/transforms/index.js';

const share = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('gains, ratios and shifts fill their ranges, with their chance', () => {
  const shape = [4000, 100];
  const { gain } = randomGain({ range: [-6, -2], p: 0.3 }).sample(shape, 1);
  const changed = gain.filter((g) => g !== 0);
  expect(Math.abs(changed.length / 4000 - 0.3)).toBeLessThan(0.03);
  expect(Math.min(...changed)).toBeCloseTo(-6, 1);
  expect(Math.max(...changed)).toBeCloseTo(-2, 1);
  const { noisy, snr, key } = randomAudioNoise({ p: 0.7 }).sample(shape, 1);
  expect(Math.abs(share(noisy) - 0.7)).toBeLessThan(0.03);
  expect(Math.min(...snr)).toBeCloseTo(5, 0);
  expect(Math.max(...snr)).toBeCloseTo(40, 0);
  expect(new Set(key.map(String)).size).toBe(4000);
  const { shift } = randomTimeShift({ maxShift: 0.2, sampleRate: 10 }).sample(shape, 1);
  for (const s of [-2, -1, 0, 1, 2]) {
    expect(Math.abs(share(shift.map((each) => (each === s ? 1 : 0))) - 0.2)).toBeLessThan(0.03);
  }
});

test('SpecAugment draws LibriSpeech basic, cut to the input', () => {
  const widths = (masks: readonly number[][][]): number[] => masks.flat().map(([, width = 0]) => width);
  const ends = (masks: readonly number[][][]): number[] => masks.flat().map(([start = 0, width = 0]) => start + width);
  const large = specAugment().sample([3000, 400, 80], 1);
  expect([Math.min(...widths(large.time)), Math.max(...widths(large.time))]).toEqual([0, 100]);
  expect([Math.min(...widths(large.frequency)), Math.max(...widths(large.frequency))]).toEqual([0, 27]);
  expect(Math.abs(share(widths(large.time)) - 50)).toBeLessThan(2);
  expect([Math.max(...ends(large.time)), Math.max(...ends(large.frequency))]).toEqual([400, 80]);
  const small = specAugment({ timeMasks: 2, timeShare: 0.5, frequencyMasks: 0 }).sample([500, 9, 5], 1);
  expect(small.time.every((masks) => masks.length === 2) && small.frequency.every((masks) => masks.length === 0)).toBe(
    true,
  );
  expect([Math.max(...widths(small.time)), Math.max(...ends(small.time))]).toEqual([4, 9]);
  expect(Math.max(...widths(specAugment().sample([500, 9, 5], 1).frequency))).toBe(5);
});
