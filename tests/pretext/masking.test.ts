import {
  concat,
  gatherND,
  mul,
  type Rank,
  reshape,
  sum,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { maskedPatchesTask, maskTokens, multiBlockMaskTask, patchGridTask, patchify } from '../../src/pretext/index.js';
import { expectClose, expectGradient, expectKept, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('masking', () => {
  test('maskTokens keeps the tokens of the smallest noise, of equal noise the earlier ones', async () => {
    const tokens = normals<Tensor3D>(1, [2, 5, 3]);
    const noise = hold(
      tensor2d([
        [0.5, 2 ** -24, 0.5, 0, 0.9],
        [0.25, 0.25, 0.25, 0.25, 0.25],
      ]),
    );
    expectKept(4, () => maskTokens(tokens, noise, { ratio: 0.4 }));
    const { kept, idsKeep, idsRestore, mask } = maskTokens(tokens, noise, { ratio: 0.4 });
    for (const tensor of [kept, idsKeep, idsRestore, mask]) hold(tensor);
    expect([idsKeep.dtype, idsRestore.dtype, mask.dtype]).toEqual(['int32', 'int32', 'float32']);
    await expectClose(idsKeep, [3, 1, 0, 0, 1, 2]);
    await expectClose(idsRestore, [2, 1, 3, 0, 4, 0, 1, 2, 3, 4]);
    await expectClose(mask, [0, 0, 1, 0, 1, 0, 0, 0, 1, 1]);
    const rows = hold(tidy(() => gatherND(reshape(tokens, [10, 3]), [[3], [1], [0], [5], [6], [7]])));
    await expectClose(kept, hold(reshape(rows, [2, 3, 3])));
    await expectGradient((x) => sum(mul(weights, maskTokens(x as Tensor3D, noise, { ratio: 0.4 }).kept)), tokens);
  });
  const weights = [
    [
      [1, -2, 3],
      [0.5, 4, 1],
      [2, 2, -1],
    ],
  ];
  test('tasks give what their masks were drawn for', async () => {
    const images = normals<Tensor4D>(1, [2, 8, 12, 2]);
    expectKept(5, () => maskedPatchesTask(images, 1, { patchSize: 2 }));
    expectKept(3, () => multiBlockMaskTask(images, 1, { patchSize: 2, minKeep: 2 }));
    expectKept(2, () => patchGridTask(images, { patchSize: 4 }));
    const { inputs, idsKeep, idsRestore, mask, targets } = maskedPatchesTask(images, 1, { patchSize: 2, ratio: 0.5 });
    for (const tensor of [inputs, idsKeep, idsRestore, mask, targets]) hold(tensor);
    await expectClose(inputs, images);
    await expectClose(targets, hold(patchify(images, 2)));
    expect([idsKeep.shape, idsRestore.shape, mask.shape]).toEqual([
      [2, 12],
      [2, 24],
      [2, 24],
    ]);
    await expectClose(hold(sum(mask, 1)), [12, 12]);
    // The patches of two frames lie one after the other in a tube.
    const clips = hold(reshape<Rank.R5>(normals(2, [4, 4, 4, 1]), [2, 2, 4, 4, 1]));
    const tubes = maskedPatchesTask(clips, 1, { patchSize: 2, tubeletSize: 2, strategy: 'tube' });
    for (const tensor of Object.values(tubes)) hold(tensor);
    const frames = hold(patchify(hold(reshape(clips, [4, 4, 4, 1])), 2));
    await expectClose(
      tubes.targets,
      hold(
        tidy(() => {
          const [a, b] = [0, 1].map((t) => gatherND(frames, [[t], [t + 2]]));
          return concat([a as Tensor3D, b as Tensor3D], 2);
        }),
      ),
    );
  });
  test('patchGridTask cuts overlapping patches', async () => {
    const x = hold(reshape(hold(tensor2d([Array.from({ length: 60 }, (_, i) => i)])), [1, 5, 6, 2])) as Tensor4D;
    const { inputs, labels } = patchGridTask(x, { patchSize: 3, overlap: 1 });
    hold(inputs);
    expect(inputs.shape).toEqual([1, 4, 3, 3, 2]);
    const first = [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17, 24, 25, 26, 27, 28, 29];
    await expectClose(
      inputs,
      [0, 4, 24, 28].flatMap((start) => first.map((i) => i + start)),
    );
    await expectClose(hold(labels), [0, 0, 0, 1, 1, 0, 1, 1]);
  });
});
