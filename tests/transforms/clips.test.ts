import {
  mul,
  type Rank,
  reshape,
  slice,
  stack,
  type Tensor4D,
  type Tensor5D,
  tensor4d,
  tensor5d,
  tile,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { foldIn, uniform } from '../../src/random/index.js';
import {
  clipTransform,
  colorJitter,
  compose,
  cvrlPolicy,
  makeTransform,
  randomApply,
  randomChoice,
  randomCrop,
  randomGaussianBlur,
  randomGrayscale,
  randomHorizontalFlip,
  randomOrder,
  randomResizedCrop,
  randomSolarize,
  randomVerticalFlip,
  simclrPolicy,
  type Transform,
  temporalCrop,
  temporalStride,
} from '../../src/transforms/index.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const still = { atol: 0, rtol: 0 };
// a batch of 4, so that a box of 4 numbers could be taken for a list with an entry per image
const shape: [number, number, number, number, number] = [4, 3, 6, 5, 3];

/** Keys for every row: parameters that are arrays of arrays. */
const randomSpeck = makeTransform<{ key: number[][] }>('randomSpeck', {
  sample: ([batch = 0], seed) => ({
    key: Array.from({ length: batch }, (_, i) => foldIn(seed, i)).map(({ high, low }) => [high, low]),
  }),
  apply: (x, { key }) => {
    const factor = key.map(([high = 0, low = 0]) => uniform({ high, low }));
    return mul<Tensor4D>(x, tensor4d(factor, [factor.length, 1, 1, 1]));
  },
});
/** Made by hand, without `repeat`. */
const byHand: Transform<{ key: number[][] }> = Object.assign((x: Tensor4D, seed: number) => randomSpeck(x, seed), {
  sample: randomSpeck.sample,
  apply: randomSpeck.apply,
  outputShape: randomSpeck.outputShape,
}) as Transform<{ key: number[][] }>;

const images: readonly Transform<unknown>[] = [
  compose(randomResizedCrop({ size: 4 }), randomHorizontalFlip(), colorJitter()),
  randomApply(compose(randomVerticalFlip(), randomSolarize())),
  randomChoice([randomCrop({ size: 4, padding: 1 }), randomResizedCrop({ size: 4 })]),
  compose(randomOrder([colorJitter(), randomSolarize({ p: 1 }), randomGaussianBlur({ kernelSize: 3 })]), randomSpeck),
  compose(byHand, compose()),
  simclrPolicy({ size: 4, blur: { kernelSize: 3 } }),
];
const clips: readonly Transform<unknown, Tensor5D>[] = [
  temporalCrop({ frames: 2 }),
  temporalStride({ stride: [1, 2], frames: 2, start: 'random' }),
  compose<Tensor5D>(temporalCrop({ frames: 2 }), clipTransform(randomCrop({ size: 4 }))),
  clipTransform(images[2] as Transform),
];

onEveryBackend('transforms of clips', () => {
  test('every frame is the transform of images with the clip’s one draw', async () => {
    const x = uniforms<Tensor5D>(1, shape);
    for (const [seed, transform] of images.entries()) {
      const result = hold(clipTransform(transform)(x, seed));
      const params = transform.sample([4, 6, 5, 3], seed);
      const frame = hold(reshape<Rank.R4>(hold(slice(x, [0, 1, 0, 0, 0], [4, 1, 6, 5, 3])), [4, 6, 5, 3]));
      const expected = hold(transform.apply(frame, params));
      const got = hold(slice(result, [0, 1, 0, 0, 0], [4, 1, ...expected.shape.slice(1)] as typeof shape));
      await expectClose(hold(reshape(got, expected.shape)), expected, { atol: 2e-6, rtol: 0 });
    }
  });

  test('a clip of equal frames stays one, and interpolation reaches the images', async () => {
    const frame = uniforms<Tensor4D>(2, [4, 6, 5, 3]);
    const same = hold(tile(hold(reshape(frame, [4, 1, 6, 5, 3])), [1, 3, 1, 1, 1]));
    const crop = randomResizedCrop({ size: [4, 7] });
    const params = crop.sample(frame.shape, 3);
    const one = hold(crop.apply(frame, params, { interpolation: 'nearest' }));
    const all = hold(clipTransform(crop).apply(same as Tensor5D, params, { interpolation: 'nearest' }));
    await expectClose(all, hold(stack([one, one, one], 1)), still);
  });

  test('keep the laws: shape, seed, replay, size of the batch, one tensor, input untouched', async () => {
    const x = uniforms<Tensor5D>(4, shape);
    const before = Array.from(await x.data());
    for (const transform of clips) {
      const all = hold(transform(x, 5));
      expect(all.shape).toEqual(transform.outputShape(shape));
      const params = JSON.parse(JSON.stringify(transform.sample(shape, 5)));
      await expectClose(hold(transform.apply(x, params)), all, still);
      const one = hold(transform(hold(slice(x, 0, 1)), 5));
      await expectClose(one, hold(slice(all, 0, 1)), { atol: 2e-6, rtol: 0 });
      expect(new Set([0, 1, 2, 3, 4, 5].map((s) => JSON.stringify(transform.sample(shape, s)))).size).toBeGreaterThan(
        1,
      );
      expectKept(1, () => transform(x, 6));
      expectKept(0, () => void transform.sample(shape, 6));
    }
    expect(Array.from(await x.data())).toEqual(before);
  });

  test('frames are picked exactly', async () => {
    const [batch, frames] = [2, 7];
    const x = uniforms<Tensor5D>(6, [batch, frames, 2, 3, 1]);
    const values = await x.data();
    const picked = (...walks: number[][]): number[] =>
      walks.flatMap((walk, i) =>
        walk.flatMap((f) => Array.from(values.slice((i * frames + f) * 6, (i * frames + f + 1) * 6))),
      );
    const crop = temporalCrop({ frames: 3, stride: 2 });
    await expectClose(hold(crop.apply(x, { start: [2, 0] })), picked([2, 4, 6], [0, 2, 4]), still);
    const whole = hold(temporalCrop({ frames: 7 })(x, 1));
    await expectClose(whole, x, still);
    const faster = temporalStride({ stride: [1, 3] });
    expect(faster.outputShape(x.shape)).toEqual([2, 3, 2, 3, 1]);
    await expectClose(hold(faster.apply(x, { start: [0, 4], stride: [3, 1] })), picked([0, 3, 6], [4, 5, 6]), still);
    await expectClose(hold(temporalStride({ stride: 2 })(x, 1)), picked([0, 2, 4, 6], [0, 2, 4, 6]), still);
  });

  test('CVRL gives two clips of each video, each with one draw of its own', async () => {
    // frame f of the video is f / 64 everywhere, so that a view tells which frames it shows
    const [frames, pixels] = [20, 4 * 4 * 3];
    const lit = Float32Array.from({ length: 3 * frames * pixels }, (_, i) => (Math.floor(i / pixels) % frames) / 64);
    const x = hold(tensor5d(lit, [3, frames, 4, 4, 3]));
    const policy = cvrlPolicy({ size: 4, frames: 3, stride: 2, strength: 0, grayscaleProbability: 0 });
    const views = policy(x, 1).map(hold);
    expect(views.map((view) => view.shape)).toEqual([
      [3, 3, 4, 4, 3],
      [3, 3, 4, 4, 3],
    ]);
    const shown = await Promise.all(views.map(async (view) => Array.from(await view.data()).map((v) => v * 64)));
    for (const numbers of shown) {
      for (let i = 0; i < 3; i++) {
        const first = Math.round(numbers[i * 144] as number);
        expect(first).toBeLessThanOrEqual(frames - 5);
        for (let at = 0; at < 144; at++) {
          expect(numbers[i * 144 + at]).toBeCloseTo(first + 2 * Math.floor(at / 48), 3);
        }
      }
    }
    expect(shown[0]).not.toEqual(shown[1]);
    const one = policy(hold(slice(x, 0, 1)), 1).map(hold);
    for (const [v, view] of one.entries()) {
      await expectClose(view, hold(slice(views[v] as Tensor5D, 0, 1)), { atol: 2e-6, rtol: 0 });
    }
    // one place only, so that space alone differs: the paper's crop, and SimCLR's colours for small views
    const noisy = uniforms<Tensor5D>(3, [2, 5, 5, 5, 3]);
    const space = compose(
      randomResizedCrop({ size: 4, scale: [0.3, 1], ratio: [0.5, 2] }),
      randomHorizontalFlip(),
      colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
      randomGrayscale(),
    );
    const window = hold(temporalCrop({ frames: 3, stride: 2 })(noisy, 0));
    for (const [v, view] of cvrlPolicy({ size: 4, frames: 3 })(noisy, 9).map(hold).entries()) {
      await expectClose(view, hold(clipTransform(space)(window, foldIn(9, v + 1))), still);
    }
    expectKept(2, () => cvrlPolicy({ size: 4, frames: 2, blur: true })(noisy, 2));
  });

  test('bad input is refused before a tensor is made', () => {
    const x = uniforms<Tensor5D>(1, shape);
    const [flat, grey] = [uniforms<Tensor4D>(1, [4, 6, 5, 3]), uniforms<Tensor5D>(1, [1, 2, 4, 4, 1])];
    const crop = temporalCrop({ frames: 2 });
    const stride = temporalStride({ stride: [1, 2], frames: 2 });
    const flip = clipTransform(randomHorizontalFlip());
    const refused: [() => unknown, string][] = [
      [() => clipTransform(3 as unknown as Transform), 'clipTransform: transforms[0] must be a transform'],
      [
        () => flip(flat as unknown as Tensor5D, 1),
        'clipTransform: x must have shape [batch, frames, height, width, channels], got [4, 6, 5, 3]',
      ],
      [
        () => flip.apply(x, { flip: [0, 1] }),
        'randomHorizontalFlip: params.flip must have one entry per image (12), got 6',
      ],
      [
        () => clipTransform(compose(randomHorizontalFlip())).apply(x, { steps: [] }),
        'compose: params.steps must have 1 entries, got 0',
      ],
      [
        () => clipTransform(compose()).apply(x, undefined as never),
        'clipTransform: params must be what sample returned, got undefined',
      ],
      [() => temporalCrop({ frames: 0 }), 'temporalCrop: frames must be an integer >= 1, got 0'],
      [
        () => temporalCrop({ frames: 3, stride: 2 })(x, 1),
        'temporalCrop: clips must have at least 5 frames (3 at stride 2), got shape [4, 3, 6, 5, 3]',
      ],
      [
        () => crop.apply(x, { start: [0, 0, 0, 2] }),
        'temporalCrop: params.start must hold integers from 0 to 1, got 2',
      ],
      [() => crop.apply(x, { start: [0] }), 'temporalCrop: params.start must have one entry per image (4), got 1'],
      [() => temporalStride({ stride: [2, 1] }), 'temporalStride: stride[1] must be a number >= 2, got 1'],
      [() => temporalStride({ stride: 1.5 }), 'temporalStride: stride[0] must be an integer >= 1, got 1.5'],
      [
        () => temporalStride({ stride: [1, 2], frames: 3 })(x, 1),
        'temporalStride: clips must have at least 5 frames (3 at stride 2), got shape [4, 3, 6, 5, 3]',
      ],
      [
        () => stride.apply(x, { start: [0, 0, 0, 1], stride: [1, 1, 1, 2] }),
        'temporalStride: params must keep 2 frames inside the clip, got start 1 and stride 2 for 3 frames',
      ],
      [
        () => cvrlPolicy({ size: 4 })(x, 1),
        'cvrlPolicy: clips must have at least 31 frames (16 at stride 2), got shape [4, 3, 6, 5, 3]',
      ],
      [() => cvrlPolicy({ size: 4, strength: -1 }), 'cvrlPolicy: strength must be a number >= 0, got -1'],
      [
        () => cvrlPolicy({ size: 4, frames: 1 })(grey, 1),
        'cvrlPolicy: x must have shape [batch, frames, height, width, 3], got [1, 2, 4, 4, 1]',
      ],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });
});
