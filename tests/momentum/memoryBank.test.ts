import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { infoNCELoss } from '../../src/losses/index.js';
import { MemoryBank } from '../../src/momentum/index.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

const unit = (row: readonly number[]): number[] => {
  const length = Math.hypot(...row);
  return row.map((x) => x / (length || 1));
};
const rowsOf = async (x: Tensor2D): Promise<number[][]> => {
  const rows = await x.array();
  x.dispose();
  return rows;
};

onEveryBackend('MemoryBank', () => {
  test('averages features into the slots of their samples', async () => {
    const bank = new MemoryBank({ size: 6, dim: 3, momentum: 0.7 });
    const model = Array.from({ length: 6 }, () => [0, 0, 0]);
    const written = new Set<number>();
    for (const [step, samples] of [[1, 4], [4, 0, 2], [2], [5, 4, 1]].entries()) {
      const features = normals<Tensor2D>(step, [samples.length, 3], 10);
      bank.update(samples, features);
      const rows = await features.array();
      for (const [i, sample] of samples.entries()) {
        const m = written.has(sample) ? 0.7 : 0;
        const feature = unit(rows[i] as number[]);
        model[sample] = unit((model[sample] as number[]).map((x, j) => m * x + (1 - m) * (feature[j] as number)));
        written.add(sample);
      }
      await expectClose((await rowsOf(bank.values())).flat(), model.flat());
      expect(bank.filled).toBe(written.size);
    }
    await expectClose(
      (await rowsOf(bank.lookup([4, 3, 4]))).flat(),
      [4, 3, 4].flatMap((i) => model[i] as number[]),
    );
    bank.dispose();
  });

  test('takes the first feature even at momentum 1, and keeps it', async () => {
    const bank = new MemoryBank({ size: 2, dim: 2, momentum: 1 });
    bank.update([1], hold(tensor2d([[0, 3]])));
    bank.update([1], hold(tensor2d([[5, 0]])));
    await expectClose((await rowsOf(bank.values())).flat(), [0, 0, 0, 1]);
    bank.dispose();
  });

  test('draws different written samples, never the excluded ones', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(1e6),
        fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 20 }),
        fc.uniqueArray(fc.nat(19), { maxLength: 6 }),
        fc.integer({ min: 1, max: 25 }),
        async (seed, samples, exclude, count) => {
          const bank = new MemoryBank({ size: 20, dim: 2 });
          const angle = (i: number): number[] => [Math.cos(i), Math.sin(i)];
          const features = tensor2d(samples.map(angle));
          bank.update(samples, features);
          features.dispose();
          const rows = await rowsOf(bank.sampleNegatives(seed, { count, exclude }));
          const again = await rowsOf(bank.sampleNegatives(seed, { count, exclude }));
          expect(again).toEqual(rows);
          const left = samples.filter((i) => !exclude.includes(i));
          expect(rows.length).toBe(Math.min(count, left.length));
          const drawn = rows.map(([x, y]) =>
            left.find((i) => Math.hypot((x as number) - Math.cos(i), (y as number) - Math.sin(i)) < 1e-3),
          );
          expect(drawn).not.toContain(undefined);
          expect(new Set(drawn).size).toBe(rows.length);
          bank.dispose();
        },
      ),
      { numRuns: 10 },
    ));

  test('draws every sample equally often', async () => {
    const bank = new MemoryBank({ size: 5, dim: 5 });
    bank.update(
      [0, 1, 2, 3, 4],
      hold(
        tensor2d(
          Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0)),
          [5, 5],
        ),
      ),
    );
    const counts = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < 100; seed++) {
      for (const row of await rowsOf(bank.sampleNegatives(seed, { count: 2 }))) (counts[row.indexOf(1)] as number)++;
    }
    for (const n of counts) expect(Math.abs(n - 40)).toBeLessThan(25); // five deviations
    bank.dispose();
  });

  test('draws own negatives for each query, never its own slot, by seed and query alone', async () => {
    const bank = new MemoryBank({ size: 8, dim: 8 });
    const eye = tensor2d(
      Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0)),
      [8, 8],
    );
    bank.update([0, 1, 2, 3, 4, 5, 6, 7], eye);
    eye.dispose();
    const drawn = hold(bank.samplePairedNegatives([3, 0, 7, 3], 5, { count: 40 }));
    expect(drawn.shape).toEqual([4, 40, 8]);
    const slots = (await drawn.array()).map((rows) => rows.map((row) => row.indexOf(1)));
    for (const [i, own] of [3, 0, 7, 3].entries()) {
      expect(slots[i]).not.toContain(own);
      expect(new Set(slots[i]).size).toBe(7);
    }
    const fewer = hold(bank.samplePairedNegatives([3, 0], 5, { count: 40 }));
    expect((await fewer.array()).map((rows) => rows.map((row) => row.indexOf(1)))).toEqual(slots.slice(0, 2));
    const loss = infoNCELoss(normals(1, [4, 8]), hold(bank.lookup([3, 0, 7, 3])), { negatives: drawn });
    expect((await loss.data())[0]).toBeGreaterThan(0);
    loss.dispose();
    bank.dispose();
  });

  test('has no negatives at first, and the loss takes that', async () => {
    const bank = new MemoryBank({ size: 4, dim: 3 });
    const none = hold(bank.sampleNegatives(1, { count: 3 }));
    expect(none.shape).toEqual([0, 3]);
    const [a, b] = [normals<Tensor2D>(1, [2, 3]), normals<Tensor2D>(2, [2, 3])];
    const [loss, expected] = [infoNCELoss(a, b, { negatives: none }), infoNCELoss(a, b)];
    await expectClose(loss, expected, { atol: 0, rtol: 0 });
    loss.dispose();
    expected.dispose();
    expect(() => bank.samplePairedNegatives([1], 1, { count: 2 })).toThrow(/others to choose from, got none written/);
    bank.dispose();
  });

  test('rejects what does not fit', async () => {
    const bank = new MemoryBank({ size: 4, dim: 2 });
    const one = normals<Tensor2D>(1, [1, 2]);
    expect(() => bank.update([4], one)).toThrow(/sample must be an integer >= 0 and <= 3, got 4/);
    expect(() => bank.update([], one)).toThrow(/at least one/);
    expect(() => bank.update([1, 2], one)).toThrow(/features must have shape \[2, 2\], got \[1, 2\]/);
    expect(() => bank.update([1, 1], normals<Tensor2D>(1, [2, 2]))).toThrow(/samples must all differ/);
    expect(() => bank.sampleNegatives(1, { count: 0 })).toThrow(/count must be an integer >= 1, got 0/);
    expect(() => new MemoryBank({ size: 0, dim: 2 })).toThrow(/size must be an integer >= 1/);
    await expect(bank.setState({ step: 0 })).rejects.toThrow(/state has no array 'written'/);
    bank.dispose();
  });
});
