import { expect, test } from 'vitest';
import { foldIn } from '../../src/random/index.js';
import { temporalCrop, temporalStride } from '../../src/transforms/index.js';
import { drawPair } from '../../src/transforms/pickFrames.js';

const count = (values: readonly number[], wanted: number): number => values.filter((v) => v === wanted).length;

test('the two clips of CVRL: a distance that falls linearly, the earlier one anywhere, either first', () => {
  const [places, n] = [10, 20000];
  const pairs = Array.from({ length: n }, (_, i) => drawPair(foldIn(3, i), places));
  const distances = pairs.map(([a, b]) => Math.abs(a - b));
  for (let d = 0; d < places; d++) {
    // between d and d + 1 the density 2 (1 - t / 10) / 10 holds (19 - 2 d) / 100
    expect(Math.abs(count(distances, d) / n - (19 - 2 * d) / 100)).toBeLessThan(0.01);
  }
  const earlier = pairs.filter(([a, b]) => Math.abs(a - b) === 2).map(([a, b]) => Math.min(a, b));
  for (let at = 0; at < 8; at++) expect(Math.abs(count(earlier, at) / earlier.length - 1 / 8)).toBeLessThan(0.03);
  const ordered = pairs.filter(([a, b]) => a !== b).map(([a, b]) => Number(a < b));
  expect(Math.abs(count(ordered, 1) / ordered.length - 0.5)).toBeLessThan(0.02);
  expect(drawPair(1, 1)).toEqual([0, 0]);
});

test('starts and strides are uniform over all that fit', () => {
  const shape = [6000, 12, 1, 1, 1];
  const { start } = temporalCrop({ frames: 3, stride: 4 }).sample(shape, 1);
  expect(new Set(start)).toEqual(new Set([0, 1, 2, 3]));
  for (const at of [0, 1, 2, 3]) expect(Math.abs(count(start, at) / 6000 - 1 / 4)).toBeLessThan(0.02);
  const drawn = temporalStride({ stride: [2, 4], frames: 3, start: 'random' }).sample(shape, 1);
  for (const [n, places] of [
    [2, 8],
    [3, 6],
    [4, 4],
  ] as const) {
    const starts = drawn.start.filter((_, i) => drawn.stride[i] === n);
    expect(Math.abs(starts.length / 6000 - 1 / 3)).toBeLessThan(0.02);
    expect([Math.min(...starts), Math.max(...starts)]).toEqual([0, places - 1]);
  }
  expect(new Set(temporalStride({ stride: [2, 4], frames: 3 }).sample(shape, 1).start)).toEqual(new Set([0]));
});
