import type { Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomKey } from '../../src/random/index.js';
import { clips, embeddings, images, parameters, seeds } from '../../src/testing/index.js';
import { compose, randomCrop, randomHorizontalFlip, type Transform } from '../../src/transforms/index.js';

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns = 300): T[] => fc.sample(arbitrary, { numRuns, seed: 1 });
/** The counterexample to a claim after shrinking. */
const smallest = <T>(arbitrary: fc.Arbitrary<T>, claim: (value: T) => boolean): T => {
  const { counterexample } = fc.check(fc.property(arbitrary, claim), { seed: 1, numRuns: 300 });
  if (counterexample === null) throw new Error('the claim holds');
  return counterexample[0];
};
const rowsOf = (data: Float32Array, batch: number): string[] =>
  Array.from({ length: batch }, (_, i) =>
    String(data.subarray((i * data.length) / batch, ((i + 1) * data.length) / batch)),
  );

// No backend is registered here: an arbitrary that made a tensor would throw.
describe('images and clips', () => {
  test('have the sizes and the numbers that they promise', () => {
    for (const { shape, data, fill } of sample(images({ batch: [2, 3], height: 4, width: [2, 5], channels: [1, 2] }))) {
      const [batch, height, width, channels] = shape;
      expect(data.length).toBe(batch * height * width * channels);
      expect([batch >= 2 && batch <= 3, height, width >= 2 && width <= 5, channels >= 1 && channels <= 2]).toEqual([
        true,
        4,
        true,
        true,
      ]);
      expect(data.every((v) => v >= 0 && v <= 1)).toBe(true);
      if (fill === 'extremes') expect(data.every((v) => v === 0 || v === 1)).toBe(true);
      if (fill === 'constant')
        expect(rowsOf(data, batch).every((row) => new Set(row.split(',')).size === 1)).toBe(true);
    }
    const clip = sample(clips({ frames: [2, 3], channels: 1 }), 1)[0];
    expect(clip?.shape.length).toBe(5);
    expect(clip?.data.length).toBe(clip?.shape.reduce((a, b) => a * b));
  });
  test('meet every fill, exact 0 and exact 1 in noise, and images that differ', () => {
    const drawn = sample(images());
    expect(new Set(drawn.map(({ fill }) => fill))).toEqual(
      new Set(['zeros', 'ones', 'constant', 'extremes', 'uniform']),
    );
    const noise = drawn.filter(({ fill }) => fill === 'uniform').flatMap(({ data }) => Array.from(data));
    for (const end of [0, 1]) {
      expect(noise.filter((v) => v === end).length / noise.length).toBeGreaterThan(0.05);
      expect(noise.filter((v) => v === end).length / noise.length).toBeLessThan(0.08);
    }
    const [pair] = drawn.filter(({ fill, shape }) => fill === 'uniform' && shape[0] > 1 && shape[1] > 1);
    expect(new Set(rowsOf(pair?.data as Float32Array, pair?.shape[0] as number)).size).toBeGreaterThan(1);
  });
  test('shrink to the smallest batch, sizes, fill and seed, and print in a line', () => {
    const all = images({ batch: [1, 4], channels: [1, 3] });
    expect(String(smallest(all, ({ shape: [batch, , width] }) => batch < 2 || width < 3))).toBe(
      "[2, 1, 3, 1] 'zeros', seed 0: all 0",
    );
    expect(smallest(all, ({ data }) => data.every((v) => v === 0))).toMatchObject({
      shape: [1, 1, 1, 1],
      fill: 'ones',
      seed: 0,
    });
    expect(String(smallest(clips(), ({ shape }) => shape[1] < 2))).toBe("[1, 2, 1, 1, 3] 'zeros', seed 0: all 0");
    expect(() =>
      fc.assert(
        fc.property(all, ({ data }) => data[0] === 0),
        { seed: 1 },
      ),
    ).toThrow("Counterexample: [[1, 1, 1, 1] 'ones', seed 0: 1]");
  });
  test('image i comes from the seed and i alone', () => {
    const one = (batch: number) => fc.sample(images({ batch, height: 2, width: 2 }), { seed: 7, numRuns: 40 });
    const [four, two] = [one(4), one(2)];
    for (const [i, { data, fill, seed }] of two.entries()) {
      if (four[i]?.fill === fill && four[i]?.seed === seed)
        expect(four[i]?.data.subarray(0, data.length)).toEqual(data);
    }
  });
  test('refuse empty ranges', () => {
    expect(() => images({ batch: 0 })).toThrow('images: batch (min) must be an integer >= 1, got 0');
    expect(() => images({ height: [4, 3] })).toThrow('images: height (max) must be an integer >= 4, got 3');
    expect(() => clips({ frames: [1] as never })).toThrow('clips: frames must be a number or [min, max], got [1]');
  });
});

describe('embeddings', () => {
  test('meet zeros, rows of zeros, equal rows and every power of ten', () => {
    const drawn = sample(embeddings({ batch: [2, 4], dim: [2, 3], scale: [1e-2, 1e2] }));
    const by = (fill: string) => drawn.filter((x) => x.fill.startsWith(fill));
    for (const { data } of by('zeros')) expect(data.every((v) => v === 0)).toBe(true);
    for (const { data, shape } of by('identical rows')) expect(new Set(rowsOf(data, shape[0])).size).toBe(1);
    for (const { data, shape } of by('zero row')) {
      expect(rowsOf(data, shape[0]).filter((row) => row.split(',').every((v) => Number(v) === 0)).length).toBe(1);
    }
    const scales = new Set(by('normal').map(({ fill }) => fill.replace('normal', '')));
    expect(scales).toEqual(new Set(['', ' times 0.01', ' times 0.1', ' times 10', ' times 100']));
    const loud = by('normal times 100').flatMap(({ data }) => Array.from(data));
    expect(Math.sqrt(loud.reduce((sum, v) => sum + v * v, 0) / loud.length)).toBeGreaterThan(60);
    expect(by('normal').length).toBeGreaterThan(by('zeros').length);
  });
  test('keep one scale, and shrink towards 1', () => {
    expect(new Set(sample(embeddings({ scale: 3 })).map(({ fill }) => fill.split(' times ')[1]))).toEqual(
      new Set(['3']),
    );
    expect(String(smallest(embeddings(), ({ data, shape }) => shape[0] < 2 || data[0] === 0))).toMatch(
      /^\[2, 1\] 'identical rows', seed 0: all /,
    );
    expect(() => embeddings({ scale: 0 })).toThrow('embeddings: scale (min) must be a number > 0, got 0');
  });
});

describe('seeds and parameters', () => {
  test('seeds are small, large, negative and keys, all of them valid', () => {
    const drawn = sample(seeds());
    for (const seed of drawn) expect(() => randomKey(seed)).not.toThrow();
    const numbers = drawn.filter((seed) => typeof seed === 'number');
    expect(numbers.length).toBeLessThan(drawn.length);
    expect(numbers.some((seed) => seed < 0)).toBe(true);
    expect(numbers.some((seed) => seed > 2 ** 40)).toBe(true);
    expect(smallest(seeds(), () => false)).toBe(0);
  });
  test('parameters are those of sample, and their seeds shrink', () => {
    const transform = compose(randomCrop({ size: 4, padding: 2 }), randomHorizontalFlip());
    for (const { steps } of sample(parameters(transform, [3, 6, 6, 1]), 20)) {
      expect((steps[0] as { boxes: unknown[] }).boxes.length).toBe(3);
    }
    const seen = { sample: ([batch]: readonly number[], seed: unknown) => ({ batch, seed }) } as Transform<
      { batch: number; seed: unknown },
      Tensor4D
    >;
    expect(smallest(parameters(seen, [5, 2, 2, 1]), () => false)).toEqual({ batch: 5, seed: 0 });
    expect(smallest(parameters(seen, [5, 2, 2, 1], { minBatch: 1 }), ({ batch }) => batch < 3)).toEqual({
      batch: 3,
      seed: 0,
    });
    expect(new Set(sample(parameters(seen, [5, 2, 2, 1], { minBatch: 4 })).map(({ batch }) => batch))).toEqual(
      new Set([4, 5]),
    );
    expect(() => parameters(seen, [2, 2, 2, 1], { minBatch: 3 })).toThrow(
      'parameters: minBatch must be an integer >= 1 and <= 2, got 3',
    );
  });
});
