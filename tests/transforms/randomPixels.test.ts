import { concat, slice, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normal } from '../../src/random/index.js';
import {
  adjustSharpness,
  autocontrast,
  cutmix,
  equalize,
  erase,
  invert,
  type Mixing,
  mixup,
  posterize,
  randomAdjustSharpness,
  randomAutocontrast,
  randomChannelDrop,
  randomCutmix,
  randomEqualize,
  randomErasing,
  randomGaussianNoise,
  randomInvert,
  randomMixup,
  randomPosterize,
  randomSobel,
  sobel,
  type Transform,
} from '../../src/transforms/index.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const near = { atol: 1e-6, rtol: 0 };
const exact = { atol: 0, rtol: 0 };

onEveryBackend('random transforms of pixels', () => {
  test('they do what their operations do, to the drawn images only', async () => {
    const x = uniforms<Tensor4D>(1, [3, 18, 17, 3]);
    const box = [2, 3, 9, 7];
    const pairs: [Transform<unknown>, unknown, Tensor4D][] = [
      [randomPosterize({ bits: 2 }), { posterize: [1, 0, 1] }, posterize(x, 2)],
      [randomEqualize(), { equalize: [1, 0, 1] }, equalize(x)],
      [randomAutocontrast(), { autocontrast: [1, 0, 1] }, autocontrast(x)],
      [randomInvert(), { invert: [1, 0, 1] }, invert(x)],
      [randomSobel({ variant: 'skimage' }), { sobel: [1, 0, 1] }, sobel(x, { variant: 'skimage' })],
      [randomAdjustSharpness(), { factor: [3, 1, 3] }, adjustSharpness(x, 3)],
      [randomErasing({ value: [1, 0, 0.5] }), { boxes: [box, [0, 0, 0, 0], box] }, erase(x, box, [1, 0, 0.5])],
    ];
    for (const [transform, params, changed] of pairs) {
      hold(changed);
      const expected = hold(concat([slice(changed, 0, 1), slice(x, 1, 1), slice(changed, 2, 1)].map(hold)));
      await expectClose(hold(transform.apply(x, params)), expected, near);
    }
  });

  test('noise is the normal numbers of its keys, clipped', async () => {
    const x = uniforms<Tensor4D>(2, [2, 3, 4, 2]);
    const params = {
      std: [0.4, 0],
      noise: [
        [1, 2],
        [3, 4],
      ],
    };
    const [values, drawn] = [await x.data(), normal({ high: 1, low: 2 }, 24)];
    const noisy = Array.from(values, (v, i) => (i < 24 ? Math.min(1, Math.max(0, v + 0.4 * (drawn[i] as number))) : v));
    await expectClose(hold(randomGaussianNoise().apply(x, params)), noisy, near);
    await expectClose(hold(randomGaussianNoise().apply(x, { ...params, std: [0, 0] })), x, exact);
  });

  test('erasing by noise fills the box with uniform numbers and leaves the rest', async () => {
    const x = hold(zeros([2, 20, 20, 3])) as Tensor4D;
    const params = {
      boxes: [
        [3, 4, 12, 10],
        [0, 0, 0, 0],
      ],
      noise: [
        [1, 2],
        [1, 2],
      ],
    };
    const y = await hold(randomErasing({ value: 'random' }).apply(x, params)).data();
    const inside = Array.from(y).filter((v, i) => {
      const [row, column] = [Math.floor(i / 60) % 20, Math.floor(i / 3) % 20];
      const covered = i < 1200 && row >= 3 && row < 15 && column >= 4 && column < 14;
      if (!covered) expect(v).toBe(0);
      return covered;
    });
    const mean = inside.reduce((a, b) => a + b, 0) / 360;
    const variance = inside.reduce((a, b) => a + (b - mean) ** 2, 0) / 360;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.012);
    expect(new Set(inside).size).toBeGreaterThan(350);
  });

  test('dropped channels turn to zeros, or to mid grey with a hundredth of the deviation that is left', async () => {
    const x = uniforms<Tensor4D>(3, [2, 20, 15, 3]);
    const keep = [
      [1, 0, 0],
      [1, 1, 1],
    ];
    const values = await x.data();
    const zeroed = Array.from(values, (v, i) => (i < 900 && i % 3 !== 0 ? 0 : v));
    await expectClose(hold(randomChannelDrop({ drop: 2 }).apply(x, { keep })), zeroed, exact);
    const noisy = randomChannelDrop({ drop: 1, fill: 'noise' });
    const noise = [
      [5, 6],
      [7, 8],
    ];
    const y = await hold(
      noisy.apply(x, {
        keep: [
          [1, 0, 1],
          [1, 1, 1],
        ],
        noise,
      }),
    ).data();
    const filled = Array.from(y).filter((_, i) => i < 900 && i % 3 === 1);
    await expectClose(
      Array.from(y).filter((_, i) => i >= 900 || i % 3 !== 1),
      Array.from(values).filter((_, i) => i >= 900 || i % 3 !== 1),
      exact,
    );
    const moments = (v: number[]): [number, number] => {
      const mean = v.reduce((a, b) => a + b, 0) / v.length;
      return [mean, v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length];
    };
    const left = [0, 2].map((c) => moments(Array.from(values).filter((_, i) => i < 900 && i % 3 === c))[1]);
    const expected = Math.sqrt(((left[0] as number) + (left[1] as number)) / 2) / 100;
    const [mean, variance] = moments(filled);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.001);
    expect(Math.abs(Math.sqrt(variance) / expected - 1)).toBeLessThan(0.15);
    await expectClose(
      hold(
        noisy.apply(x, {
          keep: [
            [1, 1, 1],
            [1, 1, 1],
          ],
          noise,
        }),
      ),
      x,
      exact,
    );
  });

  test('mixing is its operation, hands its draws back and keeps one tensor', async () => {
    const x = uniforms<Tensor4D>(4, [4, 8, 7, 2]);
    const cut = randomCutmix({ perImage: true });
    const mixings: [Mixing, Tensor4D][] = [
      [randomMixup(), mixup(x, randomMixup().sample(x.shape, 5).permutation, randomMixup().sample(x.shape, 5).lambda)],
      [cut as unknown as Mixing, cutmix(x, cut.sample(x.shape, 5).permutation, cut.sample(x.shape, 5).boxes)],
    ];
    for (const [mixing, expected] of mixings) {
      const params = mixing.sample(x.shape, 5);
      const { images, permutation, lambda } = mixing(x, 5);
      await expectClose(hold(images), hold(expected), exact);
      expect({ permutation, lambda }).toEqual({ permutation: params.permutation, lambda: params.lambda });
      expectKept(1, () => mixing(x, 6).images);
      expectKept(0, () => {
        const other = mixing.sample([3, 8, 7, 2], 1);
        expect(() => mixing.apply(x, other)).toThrow('must have one entry per image (4), got 3');
        expect(() => mixing.apply(x, undefined as unknown as typeof other)).toThrow(
          'params must be what sample returned',
        );
        expect(() => mixing(3 as unknown as Tensor4D, 1)).toThrow('images must be a tensor, got 3');
        expect(() => mixing(x, 0.5)).toThrow('seed must be a safe integer or a RandomKey, got 0.5');
      });
    }
  });

  test('parameters that do not fit are refused', () => {
    const x = uniforms<Tensor4D>(1, [2, 3, 4, 2]);
    const keep = [
      [1, 0],
      [1, 1],
    ];
    const refused: [() => unknown, string][] = [
      [
        () =>
          randomGaussianNoise().apply(x, {
            std: [0, -1],
            noise: [
              [0, 0],
              [0, 0],
            ],
          }),
        'randomGaussianNoise: params.std[1] must be a number >= 0, got -1',
      ],
      [
        () =>
          randomGaussianNoise().apply(x, {
            std: [0, 1],
            noise: [
              [0, 0],
              [0, -1],
            ],
          }),
        'randomGaussianNoise: params.noise[1] must be two 32-bit words, got [0,-1]',
      ],
      [
        () =>
          randomErasing().apply(x, {
            boxes: [
              [0, 0, 1, 1],
              [0, 0, 1],
            ],
          }),
        'randomErasing: params.boxes[1] must be [top, left, height, width], got [0,0,1]',
      ],
      [
        () =>
          randomErasing({ value: 'random' }).apply(x, {
            boxes: [
              [0, 0, 1, 1],
              [0, 0, 1, 1],
            ],
          }),
        'randomErasing: params.noise must have one entry per image (2), got undefined',
      ],
      [
        () =>
          randomChannelDrop().apply(x, {
            keep: [
              [1, 0],
              [0, 0],
            ],
          }),
        'randomChannelDrop: params.keep[1] must be 2 of 0 and 1, not all 0, got [0,0]',
      ],
      [
        () => randomChannelDrop({ fill: 'noise' }).apply(x, { keep }),
        'randomChannelDrop: params.noise must have one entry per image (2), got undefined',
      ],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});
