import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batches } from '../../src/training/index.js';
import { expectClose, expectKept, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const counted = (n: number) => ({ data: Int32Array.from({ length: n }, (_, i) => i), shape: [n] });
const rowsOf = async (batch: Tensor): Promise<number[]> => flat(hold(batch));

onEveryBackend('batches', () => {
  test('an epoch holds every row once, in an order of its own', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        async (n, size, seed) => {
          const source = batches(counted(n), { size, dropLast: false }, seed);
          expect(source.stepsPerEpoch).toBe(Math.ceil(n / size));
          for (const epoch of [0, 3]) {
            const rows: number[] = [];
            for (let i = 0; i < source.stepsPerEpoch; i++)
              rows.push(...(await rowsOf(source.at(epoch * source.stepsPerEpoch + i))));
            expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
          }
        },
      ),
      { numRuns: 20 },
    );
    const source = batches(counted(50), { size: 50 }, 1);
    expect(await rowsOf(source.at(0))).not.toEqual(await rowsOf(source.at(1)));
  });
  test('a step is the same whether the ones before it ran or not', async () => {
    const [walked, jumped] = [batches(counted(23), { size: 5 }, 9), batches(counted(23), { size: 5 }, 9)];
    const seen: number[][] = [];
    for (let step = 0; step < 12; step++) seen.push(await rowsOf(walked.at(step)));
    expect(await rowsOf(jumped.at(11))).toEqual(seen[11]);
    expect(await rowsOf(jumped.at(2))).toEqual(seen[2]);
    expect(seen.every((rows) => rows.length === 5)).toBe(true);
  });
  test('bytes become numbers in [0, 1]; tensors and named parts keep their rows together', async () => {
    const bytes = batches({ data: Uint8Array.of(0, 51, 255), shape: [3, 1] }, { size: 3 }, 1).at(0);
    expect(hold(bytes).dtype).toBe('float32');
    expect((await flat(bytes)).map((x) => Math.fround(x)).sort()).toEqual([0, Math.fround(0.2), 1]);
    const x = uniforms(3, [7, 2]);
    const both = batches({ x, row: counted(7) }, { size: 4 }, 2).at(1);
    hold(both.x);
    const rows = await rowsOf(both.row);
    const all = await flat(x);
    await expectClose(
      both.x,
      rows.flatMap((r) => all.slice(2 * r, 2 * r + 2)),
    );
  });
  test('keeps only the batch', () => {
    const x = uniforms(1, [6, 2]);
    const source = batches(x, { size: 2 }, 1);
    expectKept(1, () => source.at(4));
  });
  test('rejects what it cannot batch', () => {
    expect(() => batches(counted(4), { size: 5 }, 1)).toThrow(
      'batches: size must be at most the number of samples, 4, got 5.',
    );
    expect(() => batches({ data: new Uint8Array(5), shape: [2, 3] }, { size: 1 }, 1)).toThrow(
      'data of shape [2, 3] needs 6 values, got 5',
    );
    expect(() => batches({ data: new Uint8Array(0), shape: [0, 3] }, { size: 1 }, 1)).toThrow(
      'at least one sample, got shape [0, 3]',
    );
    expect(() => batches({ a: counted(4), b: counted(3) }, { size: 1 }, 1)).toThrow(
      'b must have as many samples as a (4), got 3',
    );
    expect(() => batches({}, { size: 1 }, 1)).toThrow('got an empty object');
    expect(() => batches(counted(4), { size: 0 }, 1)).toThrow('batches: size must be an integer >= 1, got 0');
    expect(() => batches(counted(4), { size: 2 }, 0.5)).toThrow('seed must be a safe integer');
    expect(() => batches(counted(4), { size: 2 }, 1).at(-1)).toThrow(
      'batches.at: step must be an integer >= 0, got -1',
    );
  });
});
