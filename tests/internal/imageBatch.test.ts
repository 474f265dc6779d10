import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { isImageShape, toUnitImages } from '../../src/internal/imageBatch.js';
import { expectClose, hold, normals, onEveryBackend } from '../helpers/index.js';

onEveryBackend('toUnitImages', () => {
  test('divides int32 by 255 and leaves float32 alone', async () => {
    const bytes = hold(tensor(Int32Array.of(0, 1, 127, 255), [1, 2, 2, 1], 'int32'));
    const images = hold(toUnitImages('f', 'x', bytes));
    expect(images.dtype).toBe('float32');
    await expectClose(images, [0, 1 / 255, 127 / 255, 1], { rtol: 1e-6 });
    const floats = normals(1, [1, 2, 2, 1]);
    expect(toUnitImages('f', 'x', floats)).toBe(floats);
  });

  test('refuses other dtypes, disposed tensors and what is no tensor', () => {
    const flags = hold(tensor([true], [1, 1, 1, 1], 'bool'));
    expect(() => toUnitImages('f', 'x', flags)).toThrow('f: x must be float32 in [0, 1] or int32 bytes, got bool');
    const gone = tensor([1], [1, 1, 1, 1], 'int32');
    gone.dispose();
    expect(() => toUnitImages('f', 'x', gone)).toThrow('disposed');
    expect(() => toUnitImages('f', 'x', [1] as unknown as Tensor)).toThrow('f: x must be a tensor');
  });

  test('knows shapes of images and clips', () => {
    expect(
      [
        [2, 3],
        [1, 2, 2],
        [1, 2, 2, 3],
        [1, 4, 2, 2, 3],
      ].map(isImageShape),
    ).toEqual([false, false, true, true]);
  });
});
