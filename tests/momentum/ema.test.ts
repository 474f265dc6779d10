import { tensor1d, variable } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ema, momentumSchedule } from '../../src/momentum/index.js';
import { expectClose, expectKept, flat, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('ema', () => {
  test('averages, keeps at momentum 1 and copies at 0, to the bit', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.constantFrom(0, 0.3, 0.996, 1), async (seed, m) => {
        const shapes = [[3], [2, 2], []];
        const targets = shapes.map((shape, i) => hold(variable(normals(seed + i, shape), false)));
        const sources = shapes.map((shape, i) => normals(seed + 9 + i, shape, 1e3));
        const [was, from] = [await Promise.all(targets.map(flat)), await Promise.all(sources.map(flat))];
        expectKept(0, () => ema(targets, sources, m) as undefined);
        const expected = was.flatMap((row, i) => row.map((x, j) => m * x + (1 - m) * (from[i]?.[j] as number)));
        const tolerance = m === 0 || m === 1 ? { atol: 0, rtol: 0 } : { atol: 1e-4, rtol: 1e-5 };
        await expectClose((await Promise.all(targets.map(flat))).flat(), expected, tolerance);
        expect(await Promise.all(sources.map(flat))).toEqual(from);
      }),
      { numRuns: 10 },
    ));

  test('the copy of momentum 0 is a copy', async () => {
    const [target, source] = [hold(variable(hold(tensor1d([1])))), hold(variable(hold(tensor1d([2]))))];
    ema([target], [source], 0);
    source.assign(hold(tensor1d([3])));
    await expectClose(target, [2]);
  });

  test('momentum 0 overwrites what is not a number, momentum 1 ignores it', async () => {
    const [target, source] = [hold(variable(hold(tensor1d([Number.NaN, 1])))), hold(tensor1d([2, Number.NaN]))];
    ema([target], [hold(tensor1d([2, 3]))], 0);
    await expectClose(target, [2, 3]);
    ema([target], [source], 1);
    await expectClose(target, [2, 3]);
  });

  test('changes nothing when it throws', async () => {
    const targets = [hold(variable(normals(1, [2]))), hold(variable(normals(2, [3])))];
    const before = await Promise.all(targets.map(flat));
    expect(() => ema(targets, [normals(3, [2])], 0.5)).toThrow(/sources must be a list of 2 tensors, got 1/);
    const wrong = [normals(3, [2]), normals(4, [4])];
    expect(() => ema(targets, wrong, 0.5)).toThrow(/sources\[1\] must have shape \[3\], got \[4\]/);
    expect(() => ema(targets, targets, -0.1)).toThrow(/momentum must be a number >= 0 and <= 1, got -0.1/);
    expect(() => ema(targets, targets, Number.NaN)).toThrow(/got NaN/);
    expect(await Promise.all(targets.map(flat))).toEqual(before);
  });

  test('momentumSchedule starts at base, ends at end and stays there', () => {
    const momentum = momentumSchedule({ base: 0.99, end: 0.999, steps: 50 });
    expect(momentum(0)).toBeCloseTo(0.99, 15);
    expect(momentum(25)).toBeCloseTo(0.9945, 12);
    expect([momentum(50), momentum(51), momentum(1e9)]).toEqual([0.999, 0.999, 0.999]);
    for (let step = 0; step < 60; step++) expect(momentum(step + 1)).toBeGreaterThanOrEqual(momentum(step));
    expect(() => momentum(-1)).toThrow(/step must be a number >= 0, got -1/);
    expect(() => momentumSchedule({ steps: 0 })).toThrow(/steps must be an integer >= 1, got 0/);
    expect(() => momentumSchedule({ base: 2, steps: 5 })).toThrow(/base must be a number >= 0 and <= 1, got 2/);
  });
});
