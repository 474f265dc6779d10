import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type Tensor, type Tensor4D, type Tensor5D, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { maskedPatchesTask, maskTokens, multiBlockMaskTask, patchGridTask } from '../../src/pretext/index.js';
import { taskLaws } from '../../src/testing/index.js';
import { disposeAll, expectKept } from '../helpers/index.js';

const runs = { numRuns: 15 };
const STRATEGIES = ['random', 'block', 'grid', 'tube'] as const;

/** Reads every tensor of a result, row by row of its first axis, and disposes them. */
async function read(result: object): Promise<Record<string, number[][]>> {
  const entries = Object.entries(result as Record<string, Tensor>).map(async ([name, tensor]) => {
    const [values, rows = 1] = [Array.from(await tensor.data()), tensor.shape[0]];
    const size = values.length / rows;
    return [name, Array.from({ length: rows }, (_, i) => values.slice(i * size, (i + 1) * size))] as const;
  });
  const out = Object.fromEntries(await Promise.all(entries));
  disposeAll(result);
  return out;
}

beforeAll(async () => {
  await setBackend('cpu');
});

describe('maskedPatchesTask', () => {
  const side = fc.integer({ min: 2, max: 9 });
  test('exact counts, places kept and hidden make up all, restoring is the inverse', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STRATEGIES),
        side,
        side,
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 0.75, noNaN: true }),
        fc.nat(),
        async (strategy, rows, columns, frames, ratio, seed) => {
          const x = zeros([2, frames, rows, columns, 1]) as Tensor5D;
          const { idsKeep, idsRestore, mask } = await read(
            maskedPatchesTask(x, seed, { patchSize: 1, ratio, strategy }),
          );
          x.dispose();
          const places = rows * columns;
          const kept =
            strategy === 'random'
              ? Math.trunc(frames * places * (1 - ratio))
              : frames * Math.trunc(places * (1 - ratio));
          for (const [i, keep] of (idsKeep as number[][]).entries()) {
            const [hides, restore] = [mask?.[i] as number[], idsRestore?.[i] as number[]];
            expect(keep.length).toBe(kept);
            expect(keep).toEqual(hides.flatMap((hide, at) => (hide === 0 ? [at] : [])));
            const order = [...keep, ...hides.flatMap((hide, at) => (hide === 1 ? [at] : []))];
            expect(restore.map((at) => order[at])).toEqual(hides.map((_, at) => at));
            if (strategy !== 'random') {
              expect(hides).toEqual(hides.map((_, at) => hides[at % places]));
            }
          }
        },
      ),
      runs,
    ));
  test('a grid keeps one of every four, or of every two, neighbours', async () => {
    const x = zeros([4, 6, 8, 1]) as Tensor4D;
    for (const [ratio, count] of [
      [0.75, 1],
      [0.5, 2],
    ] as const) {
      const { mask } = await read(maskedPatchesTask(x, 3, { patchSize: 1, strategy: 'grid', ratio }));
      for (const hides of mask as number[][]) {
        for (let r = 0; r < 6; r += 2) {
          for (let c = 0; c < 8; c += 2) {
            const hidden = [0, 1, 8, 9].reduce((sum, at) => sum + (hides[r * 8 + c + at] as number), 0);
            expect(4 - hidden).toBe(count);
            if (ratio === 0.5) expect(hides[r * 8 + c]).toBe(hides[r * 8 + c + 9]); // a chequerboard
          }
        }
      }
    }
    x.dispose();
  });
  test('blocks hang together: fewer edges between hidden and kept than at random', async () => {
    const x = zeros([20, 14, 14, 1]) as Tensor4D;
    const edges = async (strategy: 'random' | 'block'): Promise<number> => {
      const { mask } = await read(maskedPatchesTask(x, 1, { patchSize: 1, strategy, ratio: 0.4 }));
      const turns = (mask as number[][]).flatMap((hides) => hides.map((h, at) => (h === hides[at + 1] ? 0 : 1)));
      return turns.reduce<number>((sum, turn) => sum + turn, 0) / turns.length;
    };
    expect(await edges('random')).toBeGreaterThan(0.42);
    expect(await edges('block')).toBeLessThan(0.2);
    x.dispose();
  });
  test.each(STRATEGIES)('%s keeps the laws of tasks', (strategy) =>
    taskLaws<Tensor4D>((x, seed) => maskedPatchesTask(x, seed, { patchSize: 1, strategy, ratio: 0 }), { numRuns: 5 }),
  );
  test.each(STRATEGIES)('%s: image i hides the same in any batch, another seed hides others', async (strategy) => {
    const [x, fewer] = [zeros([5, 8, 8, 1]) as Tensor4D, zeros([2, 8, 8, 1]) as Tensor4D];
    const options = { patchSize: 1, strategy, ratio: 0.6 };
    const all = await read(maskedPatchesTask(x, 7, options));
    const some = await read(maskedPatchesTask(fewer, 7, options));
    for (const name of ['idsKeep', 'idsRestore', 'mask']) expect(all[name]?.slice(0, 2)).toEqual(some[name]);
    expect(new Set((all.mask as number[][]).map(String)).size).toBeGreaterThan(2);
    expect((await read(maskedPatchesTask(x, 8, options))).mask).not.toEqual(all.mask);
    disposeAll([x, fewer]);
  });
});

describe('multiBlockMaskTask', () => {
  test('targets are rectangles, contexts have none of their patches, entries differ in their length alone', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 7, max: 14 }),
        fc.integer({ min: 7, max: 14 }),
        fc.nat(),
        async (rows, columns, seed) => {
          const [x, fewer] = [zeros([3, rows, columns, 1]) as Tensor4D, zeros([1, rows, columns, 1]) as Tensor4D];
          const result = multiBlockMaskTask(x, seed, { patchSize: 1 });
          const [, count, size] = result.targets.shape;
          const { context, targets } = await read(result);
          expect(count).toBe(4);
          for (const [i, own] of (targets as number[][]).entries()) {
            const kept = context?.[i] as number[];
            expect(kept.length).toBeGreaterThan(10);
            expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
            expect(kept.filter((cell) => own.includes(cell))).toEqual([]);
            for (let k = 0; k < count; k++) {
              const block = own.slice(k * size, (k + 1) * size);
              const lines = block.map((cell) => Math.floor(cell / columns));
              const across = block.map((cell) => cell % columns);
              const [height, width] = [lines, across].map((v) => Math.max(...v) - Math.min(...v) + 1);
              expect((height as number) * (width as number)).toBe(size);
              expect(size).toBe(new Set(block).size);
            }
          }
          const alone = await read(multiBlockMaskTask(fewer, seed, { patchSize: 1 }));
          expect(alone.targets?.[0]).toEqual(targets?.[0]);
          expect(alone.context?.[0]?.slice(0, context?.[0]?.length)).toEqual(context?.[0]);
          disposeAll([x, fewer]);
        },
      ),
      runs,
    ));
  test('one draw sets scale and aspect, as in the authors’ code', async () => {
    // On 14 x 14 patches: 29 to 39 of them, of aspect 0.75 to 1.5.
    const x = zeros([1, 14, 14, 1]) as Tensor4D;
    const sizes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { targets } = await read(multiBlockMaskTask(x, seed, { patchSize: 1, targets: 1 }));
      const cells = targets?.[0] as number[];
      const width = new Set(cells.map((cell) => cell % 14)).size;
      sizes.add(`${cells.length / width}x${width}`);
    }
    const expected = Array.from({ length: 10001 }, (_, i) => {
      const [area, aspect] = [Math.trunc(196 * (0.15 + (i / 10000) * 0.05)), 0.75 + (i / 10000) * 0.75];
      return `${Math.round(Math.sqrt(area * aspect))}x${Math.round(Math.sqrt(area / aspect))}`;
    });
    expect([...sizes].filter((size) => !expected.includes(size))).toEqual([]);
    expect(sizes.size).toBeGreaterThan(2);
    x.dispose();
  });
  test('a context that the targets leave too small spares fewer of them', async () => {
    const x = zeros([2, 4, 4, 1]) as Tensor4D;
    const { context } = await read(
      multiBlockMaskTask(x, 1, { patchSize: 1, targets: 20, targetScale: [0.6, 0.6], minKeep: 8 }),
    );
    expect(context?.[0]?.length).toBe(9);
    x.dispose();
  });
  test('keeps the laws of tasks', () =>
    taskLaws<Tensor4D>(
      (x, seed) => multiBlockMaskTask(x, seed, { patchSize: 1, minKeep: 0, targetScale: [0.1, 0.2] }),
      { numRuns: 5, batchIndependent: false },
    ));
});

test('bad input throws before anything is made', () => {
  const [x, clips] = [zeros([1, 8, 8, 3]) as Tensor4D, zeros([1, 3, 4, 4, 1]) as Tensor5D];
  const [tokens, noise] = [zeros([2, 4, 3]), zeros([2, 5])];
  const wrong: readonly (readonly [() => object, RegExp])[] = [
    [() => maskTokens(tokens as never, noise as never), /maskTokens: noise must have shape \[2, 4\], got \[2, 5\]/],
    [() => maskedPatchesTask(x, 1, { patchSize: 3 }), /height and width of x must be multiples of the patch size 3/],
    [() => maskedPatchesTask(x, 1, { patchSize: 4, ratio: 0.9 }), /ratio must leave at least 1 of 4 tokens, got 0.9/],
    [() => maskedPatchesTask(x, 1, { patchSize: 4, ratio: Number.NaN }), /ratio must be a number >= 0 and <= 1/],
    [() => maskedPatchesTask(x, 1, { patchSize: 2, strategy: 'tubes' as 'tube' }), /strategy must be one of 'random'/],
    [() => maskedPatchesTask(clips, 1, { patchSize: 2, tubeletSize: 2 }), /multiple of tubeletSize 2, got 3/],
    [() => maskedPatchesTask(undefined as never, 1, { patchSize: 2 }), /x must be a tensor/],
    [() => multiBlockMaskTask(x, 1, { patchSize: 2 }), /minKeep must be below the smallest context block's 3 x 3/],
    [
      () => multiBlockMaskTask(x, 1, { patchSize: 1, targetScale: [0.2, 0.1] }),
      /targetScale\[1\] must be a number >= 0.2/,
    ],
    [() => patchGridTask(x, { patchSize: 9 }), /patchSize must be an integer >= 1 and <= 8, got 9/],
    [() => patchGridTask(x, { patchSize: 4, overlap: 4 }), /overlap must be an integer >= 0 and <= 3/],
  ];
  for (const [call, text] of wrong) expectKept(0, () => void expect(call).toThrow(text));
  disposeAll([x, clips, tokens, noise]);
});
