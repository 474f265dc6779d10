import { type Rank, type Tensor4D, tensor4d, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { patchify, unpatchify } from '../../src/pretext/index.js';
import { expectClose, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('patchify', () => {
  test('a patch holds its own pixels, row by row', async () => {
    const x = hold(
      tensor4d(
        Float32Array.from({ length: 32 }, (_, i) => i),
        [1, 4, 4, 2],
      ),
    );
    expectKept(1, () => patchify(x, 2));
    const patches = hold(patchify(x, 2));
    expect(patches.shape).toEqual([1, 4, 8]);
    await expectClose(patches, [
      [
        [0, 1, 2, 3, 8, 9, 10, 11],
        [4, 5, 6, 7, 12, 13, 14, 15],
        [16, 17, 18, 19, 24, 25, 26, 27],
        [20, 21, 22, 23, 28, 29, 30, 31],
      ],
    ]);
  });
  test('unpatchify is the inverse, for any grid and number of channels', async () => {
    const side = fc.integer({ min: 1, max: 3 });
    await fc.assert(
      fc.asyncProperty(side, side, side, side, async (rows, columns, patchSize, channels) => {
        const shape = [2, rows * patchSize, columns * patchSize, channels];
        const x = hold(normals(1, shape)) as Tensor4D;
        const patches = hold(patchify(x, patchSize));
        const back = hold(unpatchify(patches, patchSize, [shape[1] as number, shape[2] as number]));
        expectKept(1, () => unpatchify(patches, patchSize, [shape[1] as number, shape[2] as number]));
        expect(back.shape).toEqual(shape);
        await expectClose(back, x);
      }),
      { numRuns: 6 },
    );
  });
  test('bad input', () => {
    const x = hold(zeros<Rank.R4>([1, 4, 6, 3]));
    const patches = hold(zeros<Rank.R3>([1, 6, 12]));
    expect(() => patchify(x, 4)).toThrow(
      /patchify: height and width of x must be multiples of the patch size 4, got 4 x 6/,
    );
    expect(() => patchify(x, 0)).toThrow(/patchSize/);
    expect(() => unpatchify(patches, 2, [4, 8])).toThrow(/patches must be \[batch, 8, channels \* 4\], got \[1,6,12\]/);
    expect(() => unpatchify(patches, 2, [5, 6])).toThrow(/imageSize/);
  });
});
