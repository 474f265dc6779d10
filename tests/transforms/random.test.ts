import { concat, mul, slice, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { foldIn } from '../../src/random/index.js';
import { cacheSized } from '../../src/transforms/changeImages.js';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  byolPolicy,
  colorJitter,
  compose,
  dinoPolicy,
  flipLeftRight,
  flipUpDown,
  gaussianBlur,
  multiCrop,
  randomAffine,
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
  resizedCrop,
  rgbToGrayscale,
  simclrPolicy,
  solarize,
  type Transform,
  views,
} from '../../src/transforms/index.js';
import { partsPay } from '../../src/transforms/ways.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

const many = [2000, 40, 60, 3];
const share = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

onEveryBackend('random transforms', () => {
  test('draws of seed 7 stay what they are: a change is a change of every user run', () => {
    const shape = [2, 40, 60, 3];
    expect(randomResizedCrop({ size: 8 }).sample(shape, 7)).toEqual(PINNED.crop);
    expect(randomCrop({ size: 8 }).sample(shape, 7)).toEqual(PINNED.place);
    expect(randomHorizontalFlip().sample([8, 4, 4, 1], 7)).toEqual(PINNED.flip);
    expect(colorJitter().sample(shape, 7)).toEqual(PINNED.jitter);
    expect(randomGaussianBlur().sample([4, 40, 60, 3], 7)).toEqual(PINNED.blur);
  });

  test('a random resized crop lies inside, with area and ratio in their ranges', () => {
    const { boxes } = randomResizedCrop({ size: 8, scale: [0.2, 0.7], ratio: [0.5, 2] }).sample(many, 3);
    for (const [top = 0, left = 0, height = 0, width = 0] of boxes) {
      expect(top >= 0 && left >= 0 && top + height <= 40 && left + width <= 60).toBe(true);
      const area = (height * width) / 2400;
      expect(area > 0.18 && area < 0.73).toBe(true);
      expect(width / height > 0.45 && width / height < 2.2).toBe(true);
    }
    const spread = (values: number[]): number => Math.max(...values) - Math.min(...values);
    expect(spread(boxes.map(([top = 0]) => top))).toBeGreaterThan(20);
    // of draws that fit at once: areas are uniform and ratios as often wide as high
    const easy = randomResizedCrop({ size: 8, scale: [0.1, 0.3], ratio: [3 / 4, 4 / 3] }).sample(
      [2000, 60, 60, 1],
      5,
    ).boxes;
    expect(Math.abs(share(easy.map(([, , h = 0, w = 0]) => (h * w) / 3600)) - 0.2)).toBeLessThan(0.005);
    expect(Math.abs(share(easy.map(([, , h = 0, w = 0]) => Math.log(w / h))))).toBeLessThan(0.02);
  });

  test('a crop that never fits falls back on the centred one, as torchvision does', () => {
    const wide = randomResizedCrop({ size: 8, scale: [1, 1] }).sample([3, 30, 90, 3], 1);
    expect(wide.boxes).toEqual(new Array(3).fill([0, 25, 30, 40]));
    const high = randomResizedCrop({ size: 8, scale: [1, 1] }).sample([1, 90, 30, 3], 1);
    expect(high.boxes).toEqual([[25, 0, 40, 30]]);
    expect(randomResizedCrop({ size: 8, scale: [0.001, 0.001] }).sample([1, 3, 3, 3], 1).boxes).toEqual([[0, 0, 3, 3]]);
    expect(randomResizedCrop({ size: 8 }).sample([1, 1, 1, 3], 1).boxes).toEqual([[0, 0, 1, 1]]);
  });

  test('a random crop reaches every place, padding and all', () => {
    const { boxes } = randomCrop({ size: [4, 6], padding: [2, 1] }).sample([2000, 5, 7, 3], 1);
    const seen = (axis: number): number[] =>
      [...new Set(boxes.map((box) => box[axis] as number))].sort((a, b) => a - b);
    expect(seen(0)).toEqual([-1, 0, 1, 2]);
    expect(seen(1)).toEqual([-2, -1, 0, 1, 2, 3]);
  });

  test('chances are kept', () => {
    const close = (values: number[], p: number): void => expect(Math.abs(share(values) - p)).toBeLessThan(0.04);
    close(randomHorizontalFlip({ p: 0.3 }).sample(many, 1).flip, 0.3);
    close(randomVerticalFlip().sample(many, 1).flip, 0.5);
    close(randomGrayscale().sample(many, 1).gray, 0.2);
    close(randomSolarize({ p: 0.9 }).sample(many, 1).solarize, 0.9);
    close(randomApply(randomSolarize(), { p: 0.1 }).sample(many, 1).apply, 0.1);
    close(randomChoice([randomSolarize(), randomGrayscale()]).sample(many, 1).choice, 0.5);
    const sigmas = randomGaussianBlur({ sigma: [0.5, 1.5], p: 0.6 }).sample(many, 1).sigma;
    close(
      sigmas.map((s) => (s > 0 ? 1 : 0)),
      0.6,
    );
    expect(sigmas.every((s) => s === 0 || (s >= 0.5 && s <= 1.5))).toBe(true);
    for (const p of [0, 1]) expect(new Set(randomHorizontalFlip({ p }).sample(many, 1).flip)).toEqual(new Set([p]));
  });

  test('jitter draws factors around 1 and every order, alike and image by image', () => {
    const jitter = colorJitter({ brightness: 0.4, contrast: 1.5, saturation: [2, 3], hue: 0.1, p: 0.75 });
    const { order, brightness, contrast, saturation, hue } = jitter.sample(many, 2);
    const changed = brightness.map((b) => b !== 1);
    expect(Math.abs(share(changed.map(Number)) - 0.75)).toBeLessThan(0.04);
    expect(Math.min(...brightness)).toBeGreaterThanOrEqual(0.6);
    expect(Math.max(...brightness)).toBeLessThanOrEqual(1.4);
    expect(Math.min(...contrast)).toBeGreaterThanOrEqual(0); // 1 - 1.5 is cut off at 0
    expect(Math.max(...contrast)).toBeGreaterThan(2.4);
    expect(saturation.every((s, i) => (changed[i] ? s >= 2 && s <= 3 : s === 1))).toBe(true);
    expect(hue.every((h) => Math.abs(h) <= 0.1)).toBe(true);
    const counts = new Map<string, number>();
    for (const o of order) counts.set(String(o), (counts.get(String(o)) ?? 0) + 1);
    expect(counts.size).toBe(24);
    expect(Math.min(...counts.values())).toBeGreaterThan(50); // 83 expected
  });

  test('jitter takes each image through its adjustments in its own order', async () => {
    const x = uniforms<Tensor4D>(1, [24, 4, 3, 3]);
    const jitter = colorJitter({ p: 1 });
    const drawn = jitter.sample(x.shape, 4);
    const orders = [0, 1, 2, 3].flatMap((a) =>
      [0, 1, 2, 3]
        .flatMap((b) => [0, 1, 2, 3].map((c) => [a, b, c, 6 - a - b - c]))
        .filter((o) => new Set(o).size === 4),
    );
    expect(orders.length).toBe(24);
    const params = { ...drawn, order: orders };
    const steps = [
      (y: Tensor4D, i: number) => adjustBrightness(y, params.brightness[i] as number),
      (y: Tensor4D, i: number) => adjustContrast(y, params.contrast[i] as number),
      (y: Tensor4D, i: number) => adjustSaturation(y, params.saturation[i] as number),
      (y: Tensor4D, i: number) => adjustHue(y, params.hue[i] as number),
    ];
    const each = orders.map((order, i) =>
      order.reduce(
        (y, which) => hold((steps[which] as (typeof steps)[number])(y, i)),
        hold(slice(x, i, 1)) as Tensor4D,
      ),
    );
    await expectClose(hold(jitter.apply(x, params)), hold(concat(each)), { atol: 1e-5, rtol: 0 });
  });

  test('jitter hands back what it leaves alone as it is, to the bit and outside [0, 1]', async () => {
    const x = hold(mul<Tensor4D>(uniforms<Tensor4D>(1, [6, 4, 3, 3]), 1.5));
    const jitter = colorJitter({ p: 0.5 });
    const params = jitter.sample(x.shape, 3);
    const left = params.hue.map((turn) => turn === 0);
    expect(new Set(left).size).toBe(2);
    const [before, after] = [await x.data(), await hold(jitter.apply(x, params)).data()];
    const same = (i: number): boolean => before.slice(36 * i, 36 * (i + 1)).every((v, k) => v === after[36 * i + k]);
    expect(left.map((_, i) => same(i))).toEqual(left);
  });

  test('the other transforms do what their operations do', async () => {
    const x = uniforms<Tensor4D>(1, [4, 6, 5, 3]);
    const pairs: [Transform<unknown>, unknown, Tensor4D][] = [
      [randomHorizontalFlip(), { flip: [1, 0, 1, 1] }, flipLeftRight(x)],
      [randomVerticalFlip(), { flip: [1, 0, 1, 1] }, flipUpDown(x)],
      [randomGrayscale(), { gray: [1, 0, 1, 1] }, rgbToGrayscale(x)],
      [randomSolarize({ threshold: 0.3 }), { solarize: [1, 0, 1, 1] }, solarize(x, 0.3)],
      [
        randomGaussianBlur({ kernelSize: [3, 5] }),
        { sigma: [2, 0, 2, 2] },
        gaussianBlur(x, { kernelSize: [3, 5], sigma: 2 }),
      ],
    ];
    for (const [transform, params, changed] of pairs) {
      hold(changed);
      const expected = hold(concat([slice(changed, 0, 1), slice(x, 1, 1), slice(changed, 2, 2)].map(hold)));
      await expectClose(hold(transform.apply(x, params)), expected, { atol: 1e-6, rtol: 0 });
    }
    const boxes = [
      [0, 0, 3, 3],
      [1, 1, 5, 4],
      [2, 0, 1, 5],
      [0, 0, 6, 5],
    ];
    const cropped = hold(resizedCrop(x, boxes, [4, 7]));
    await expectClose(hold(randomResizedCrop({ size: [4, 7] }).apply(x, { boxes })), cropped, { atol: 0, rtol: 0 });
  });

  test('the blur’s kernel grows with the height: a tenth of it, odd, and never beyond reflection', async () => {
    for (const [height, width, kernelSize] of [
      [19, 19, 1],
      [20, 6, 3],
      [59, 6, 5],
      [60, 6, 7],
      [60, 2, 3],
    ] as const) {
      const x = uniforms<Tensor4D>(height, [1, height, width, 1]);
      const expected = hold(gaussianBlur(x, { kernelSize, sigma: 1.5 }));
      await expectClose(hold(randomGaussianBlur().apply(x, { sigma: [1.5] })), expected, { atol: 0, rtol: 0 });
    }
  });

  test('a geometric chain replays on a mask: nearest keeps its labels, and it lines up with the images', async () => {
    const x = uniforms<Tensor4D>(3, [6, 12, 10, 3]);
    const labels = Float32Array.from({ length: 6 * 12 * 10 }, (_, i) => (i * 7) % 5);
    const mask = hold(tensor4d(labels, [6, 12, 10, 1]));
    const chain = compose(randomResizedCrop({ size: [9, 8] }), randomHorizontalFlip(), randomVerticalFlip());
    const params = chain.sample(x.shape, 11);
    const near = Array.from(await hold(chain.apply(mask, params, { interpolation: 'nearest' })).data());
    expect(new Set(near)).toEqual(new Set([0, 1, 2, 3, 4]));
    // as an image, the mask goes through the same places: both are the mask where the crop is not stretched
    const [crop] = params.steps as [{ boxes: number[][] }];
    const still = { steps: [{ boxes: crop.boxes.map(() => [1, 2, 9, 8]) }, ...params.steps.slice(1)] };
    await expectClose(hold(chain.apply(mask, still, { interpolation: 'nearest' })), hold(chain.apply(mask, still)), {
      atol: 1e-4,
    });
  });

  test('compose hands the seeds, shapes and results on', async () => {
    const x = uniforms<Tensor4D>(5, [3, 10, 8, 3]);
    const parts = [randomResizedCrop({ size: 6 }), colorJitter(), randomCrop({ size: 4 })] as const;
    const chain = compose(...parts);
    let expected = x;
    for (const [t, part] of parts.entries()) expected = hold(part(expected, foldIn(21, t)));
    await expectClose(hold(chain(x, 21)), expected, { atol: 0, rtol: 0 });
    const none = compose();
    await expectClose(hold(none(x, 1)), x, { atol: 0, rtol: 0 });
    expectKept(1, () => none(x, 1));
    expect(none.sample(x.shape, 1)).toEqual({ steps: [] });
    const nested = compose(compose(randomHorizontalFlip()), compose());
    expect(hold(nested(x, 1)).shape).toEqual(x.shape);
  });

  test('apply, choice and order go image by image', async () => {
    const x = uniforms<Tensor4D>(6, [3, 4, 4, 3]);
    const [dark, light] = [
      colorJitter({ brightness: [0.5, 0.5], contrast: 0, saturation: 0, hue: 0, p: 1 }),
      randomSolarize({ threshold: 0.4, p: 1 }),
    ];
    const parts = [dark, light];
    const steps = parts.map((t, i) => t.sample(x.shape, i));
    const [d, l] = [hold(adjustBrightness(x, 0.5)), hold(solarize(x, 0.4))];
    const [dl, ld] = [hold(solarize(d, 0.4)), hold(adjustBrightness(l, 0.5))];
    const pick = (...from: Tensor4D[]): Tensor4D => hold(concat(from.map((y, i) => hold(slice(y, i, 1)))));
    const [sometimes, one, both] = [randomApply(dark), randomChoice(parts), randomOrder(parts)];
    await expectClose(hold(sometimes.apply(x, { apply: [1, 0, 1], steps: steps.slice(0, 1) })), pick(d, x, d));
    await expectClose(hold(one.apply(x, { choice: [0, 1, 1], steps })), pick(d, l, l));
    await expectClose(
      hold(
        both.apply(x, {
          order: [
            [0, 1],
            [1, 0],
            [0, 1],
          ],
          steps,
        }),
      ),
      pick(dl, ld, dl),
    );
    expect(randomChoice([randomCrop({ size: 2 }), randomResizedCrop({ size: 2 })]).outputShape(x.shape)).toEqual([
      3, 2, 2, 3,
    ]);
  });

  test('views differ from each other and can be replayed', async () => {
    const x = uniforms<Tensor4D>(7, [2, 8, 8, 3]);
    const policy = simclrPolicy({ size: 8, strength: 1 });
    const all = views(policy, 3)(x, 5).map(hold);
    expect(all.map((view) => view.shape)).toEqual(new Array(3).fill([2, 8, 8, 3]));
    for (const [v, view] of all.entries()) {
      await expectClose(hold(policy.apply(x, policy.sample(x.shape, foldIn(5, v)))), view, { atol: 0, rtol: 0 });
    }
    expect(Array.from(await (all[0] as Tensor4D).data())).not.toEqual(Array.from(await (all[1] as Tensor4D).data()));
    expectKept(3, () => views(policy, 3)(x, 5));
  });

  test('a seed gives the same images on every backend', async () => {
    const x = uniforms<Tensor4D>(1, [2, 12, 10, 3]);
    const chain = compose(
      randomAffine({ degrees: 20, border: 'edge' }),
      simclrPolicy({ size: 4, strength: 1, blur: { kernelSize: 3, p: 1 } }),
      randomSolarize({ p: 0.5 }),
    );
    const some = (await hold(chain(x, 7)).data()).filter((_, i) => i % 8 === 0);
    await expectClose(some, PINNED.images, { atol: 2e-5, rtol: 0 });
  });

  test('a batch that is worked on in parts gives each image what it gets alone', async () => {
    const x = uniforms<Tensor4D>(4, [3, 180, 180, 3]);
    expect(cacheSized([0, 1, 2], 180 * 180 * 3).length).toBe(partsPay() ? 2 : 1);
    const chain = compose(
      randomResizedCrop({ size: 180 }),
      randomHorizontalFlip(),
      colorJitter({ p: 1 }),
      randomGaussianBlur({ kernelSize: 3, p: 0.7 }),
    );
    const params = chain.sample(x.shape, 5) as { steps: Record<string, unknown[]>[] };
    const all = hold(chain.apply(x, params));
    for (const i of [0, 2]) {
      const own = params.steps.map((step) =>
        Object.fromEntries(Object.entries(step).map(([name, values]) => [name, [values[i]]])),
      );
      const one = hold(chain.apply(hold(slice(x, i, 1)), { steps: own }));
      await expectClose(one, hold(slice(all, i, 1)), { atol: 2e-6, rtol: 0 });
    }
  });

  test('policies with several views: shapes, replay of each view, nothing left behind', async () => {
    const x = uniforms<Tensor4D>(8, [2, 14, 12, 3]);
    const transform = [randomHorizontalFlip(), randomGrayscale()];
    const crops = multiCrop({
      crops: [
        { size: 10, scale: [0.3, 1], count: 2, transform },
        { size: [5, 4], scale: [0.1, 0.3], count: 1 },
      ],
    });
    for (const policy of [crops, byolPolicy({ size: 10 }), dinoPolicy({ size: 10, localCount: 1 })]) {
      const all = policy(x, 4).map(hold);
      expect(all.map((view) => view.shape)).toEqual(policy.transforms?.map((t) => t.outputShape(x.shape)));
      const last = all.length - 1;
      const replayed = policy.transforms?.[last]?.apply(
        x,
        policy.transforms[last]?.sample(x.shape, foldIn(4, last)),
      ) as Tensor4D;
      await expectClose(hold(replayed), all[last] as Tensor4D, { atol: 0, rtol: 0 });
      expectKept(all.length, () => policy(x, 4));
    }
    // options reach the crop
    const large = uniforms<Tensor4D>(9, [2, 24, 20, 3]);
    const crop = { size: 6, antialias: true, minSide: 16 };
    const still = { flipProbability: 0, jitterProbability: 0, grayscaleProbability: 0 };
    const smooth = hold(simclrPolicy({ ...crop, ...still })(large, 3));
    await expectClose(smooth, hold(randomResizedCrop(crop)(large, foldIn(3, 0))), { atol: 2e-6, rtol: 0 });
    // the second view's transform refuses the images before the first view is made
    const broken = multiCrop({ crops: [{ size: 4, count: 2, transform: [compose(), randomCrop({ size: 5 })] }] });
    expectKept(0, () => {
      expect(() => broken(x, 1)).toThrow('must be at least 5 x 5');
    });
  });

  test('the policy of SimCLR has the paper’s numbers, and those for CIFAR at 32 pixels', () => {
    type Steps = [
      { boxes: number[][] },
      { flip: number[] },
      Record<string, number[]>,
      { gray: number[] },
      { sigma: number[] }?,
    ];
    const of = (size: number): Steps => simclrPolicy({ size }).sample([3000, 100, 100, 3], 1).steps as unknown as Steps;
    const [[crop, , large, gray, blur], [, , small, , none]] = [of(96), of(32)];
    const areas = crop.boxes.map(([, , h = 0, w = 0]) => (h * w) / 1e4);
    expect(Math.min(...areas)).toBeLessThan(0.1);
    expect(Math.min(...areas)).toBeGreaterThan(0.07);
    expect(Math.max(...areas)).toBeGreaterThan(0.9);
    for (const [jitter, strength] of [
      [large, 1],
      [small, 0.5],
    ] as const) {
      const reach = (name: string, still: number): number =>
        Math.max(...(jitter[name] as number[]).map((f) => Math.abs(f - still)));
      for (const name of ['brightness', 'contrast', 'saturation'])
        expect(reach(name, 1)).toBeCloseTo(0.8 * strength, 2);
      expect(reach('hue', 0)).toBeCloseTo(0.2 * strength, 2);
      expect(Math.abs(share((jitter.hue as number[]).map((h) => (h === 0 ? 0 : 1))) - 0.8)).toBeLessThan(0.03);
    }
    expect(Math.abs(share(gray.gray) - 0.2)).toBeLessThan(0.03);
    const sigmas = (blur?.sigma ?? []).filter((s) => s > 0);
    expect(Math.abs(sigmas.length / 3000 - 0.5)).toBeLessThan(0.03);
    expect(Math.min(...sigmas)).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...sigmas)).toBeLessThanOrEqual(2);
    expect(none).toBeUndefined();
  });

  test('options and parameters out of range are refused', () => {
    const x = uniforms<Tensor4D>(1, [2, 5, 5, 3]);
    const jitter = colorJitter();
    const drawn = jitter.sample(x.shape, 1);
    const refused: [() => unknown, string][] = [
      [() => randomResizedCrop({ size: 0 }), 'randomResizedCrop: size (height) must be an integer >= 1, got 0'],
      [
        () => randomResizedCrop(undefined as unknown as { size: number }),
        'randomResizedCrop: options must be an object, got undefined',
      ],
      [
        () => randomResizedCrop({ size: 4, scale: [0.5, 0.2] }),
        'randomResizedCrop: scale[1] must be a number >= 0.5 and <= 1, got 0.2',
      ],
      [
        () => randomResizedCrop({ size: 4, scale: [0, 1.2] }),
        'randomResizedCrop: scale[1] must be a number >= 0 and <= 1, got 1.2',
      ],
      [() => randomResizedCrop({ size: 4, ratio: [0, 1] }), 'randomResizedCrop: ratio[0] must be a number > 0, got 0'],
      [() => randomCrop({ size: 4, padding: -1 }), 'randomCrop: padding (x) must be an integer >= 0, got -1'],
      [() => randomHorizontalFlip({ p: 1.5 }), 'randomHorizontalFlip: p must be a number >= 0 and <= 1, got 1.5'],
      [() => randomVerticalFlip({ p: Number.NaN }), 'randomVerticalFlip: p must be a number >= 0 and <= 1, got NaN'],
      [() => colorJitter({ brightness: -1 }), 'colorJitter: brightness must be a number >= 0, got -1'],
      [() => colorJitter({ hue: 0.6 }), 'colorJitter: hue must be a number >= 0 and <= 0.5, got 0.6'],
      [() => colorJitter({ hue: [-0.6, 0] }), 'colorJitter: hue[0] must be a number >= -0.5 and <= 0.5, got -0.6'],
      [
        () => colorJitter({ contrast: [1, 2, 3] as unknown as [number, number] }),
        'colorJitter: contrast must be [min, max], got [1,2,3]',
      ],
      [() => randomGrayscale({ p: -1 }), 'randomGrayscale: p must be'],
      [() => randomGaussianBlur({ sigma: [-1, 1] }), 'randomGaussianBlur: sigma[0] must be a number >= 0, got -1'],
      [() => randomSolarize({ threshold: 2 }), 'randomSolarize: threshold must be a number >= 0 and <= 1, got 2'],
      [
        () => compose(3 as unknown as Transform),
        'compose: transforms[0] must be a transform (callable, with sample, apply and outputShape), got 3',
      ],
      [() => randomChoice([]), 'randomChoice: transforms must be a list of at least 1, got []'],
      [() => randomOrder([]), 'randomOrder: transforms must be a list of at least 1, got []'],
      [
        () => randomApply(randomCrop({ size: 2 }))(x, 1),
        'randomApply: transforms[0] must keep the shape [2, 5, 5, 3], got [2, 2, 2, 3]',
      ],
      [
        () => randomOrder([randomCrop({ size: 2 })])(x, 1),
        'randomOrder: transforms[0] must keep the shape [2, 5, 5, 3], got [2, 2, 2, 3]',
      ],
      [
        () => randomChoice([randomCrop({ size: 2 }), compose()])(x, 1),
        'randomChoice: transforms[1] must give the shape of transforms[0], [2, 2, 2, 3], got [2, 5, 5, 3]',
      ],
      [
        () => randomChoice([compose()]).apply(x, { choice: [0, 1], steps: [{ steps: [] }] }),
        'randomChoice: params.choice must hold integers from 0 to 0, got 1',
      ],
      [
        () => randomOrder([compose()]).apply(x, { order: [[0], [1]], steps: [{ steps: [] }] }),
        'randomOrder: params.order must hold permutations of 0, got [1]',
      ],
      [() => compose(jitter).apply(x, { steps: [] }), 'compose: params.steps must have 1 entries, got 0'],
      [
        () =>
          jitter.apply(x, {
            ...drawn,
            order: [
              [0, 1, 2, 3],
              [0, 1, 2, 2],
            ],
          }),
        'colorJitter: params.order[1] must hold numbers from 0 to 3, each at most once, got [0,1,2,2]',
      ],
      [
        () => jitter.apply(x, { ...drawn, hue: [0] }),
        'colorJitter: params.hue must have one entry per image (2), got 1',
      ],
      [
        () => jitter.apply(x, { ...drawn, hue: [0, 3] }),
        'colorJitter: params.hue[1] must be a number >= -0.5 and <= 0.5, got 3',
      ],
      [() => views(jitter, 0), 'views: n must be an integer >= 1, got 0'],
      [() => simclrPolicy({ size: 32, strength: -1 }), 'simclrPolicy: strength must be a number >= 0, got -1'],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
  });

  test('colorJitter replays orders of the adjustments that are there, as torchvision draws them', async () => {
    const x = uniforms<Tensor4D>(5, [3, 4, 5, 3]);
    const params = {
      brightness: [1, 1, 1],
      contrast: [1.4, 0.6, 1],
      saturation: [1, 1, 1],
      hue: [0.1, -0.2, 0],
    };
    const whole = colorJitter({ p: 1 });
    const some = colorJitter({ brightness: 0, saturation: 0, contrast: 0.5, hue: 0.3, p: 1 });
    const full = {
      ...params,
      order: [
        [1, 3, 0, 2],
        [0, 3, 1, 2],
        [3, 2, 1, 0],
      ],
    };
    const short = { ...params, order: [[1, 3], [3, 1], []] };
    const expected = hold(whole.apply(x, full));
    for (const jitter of [whole, some]) {
      for (const order of [short.order, [[1, 3, 2], [2, 3, 0, 1], [3]], [[0, 1, 3], [3, 1], [1]]]) {
        const replayed = JSON.parse(JSON.stringify({ ...params, order })) as typeof short;
        expectKept(1, () => jitter.apply(x, replayed));
        await expectClose(hold(jitter.apply(x, replayed)), await expected.data(), { atol: 1e-6 });
      }
      await expectClose(hold(compose(jitter).apply(x, { steps: [short] })), await expected.data(), { atol: 1e-6 });
    }
    const refused = (order: unknown, message: string): void =>
      expect(() => whole.apply(x, { ...params, order: order as number[][] })).toThrow(message);
    refused([[1], [3, 1], []], 'colorJitter: params.order[0] must hold 3 (hue is 0.1), got [1]');
    refused([[1, 3], [], []], 'colorJitter: params.order[1] must hold 1 (contrast is 0.6), got []');
    refused([[1, 3], [3, 1], [4]], 'params.order[2] must hold numbers from 0 to 3, each at most once, got [4]');
    refused([[1, 3], [3, 1, 3], []], 'params.order[1] must hold numbers from 0 to 3, each at most once, got [3,1,3]');
    refused([[1, 3], [3, 1.5], []], 'each at most once, got [3,1.5]');
    refused([[1, 3], null, []], 'each at most once, got null');
    refused([['1', '3'], [3, 1], []], 'each at most once, got ["1","3"]');
  });
});

// Whoever changes these changes the augmentation of every recorded run: only with a major version.
const PINNED = {
  images: [0.74832, 0.76436, 0.62211, 0.62194, 0.59606, 0.61145, 0.89467, 0.15621, 0.18846, 0.23609, 0.23813, 0.59456],
  crop: {
    boxes: [
      [6, 20, 21, 25],
      [6, 7, 31, 36],
    ],
  },
  place: {
    boxes: [
      [17, 51, 8, 8],
      [10, 3, 8, 8],
    ],
  },
  flip: { flip: [0, 1, 1, 1, 0, 1, 0, 1] },
  jitter: {
    order: [
      [3, 2, 0, 1],
      [2, 3, 0, 1],
    ],
    brightness: [1.7415306091308593, 0.3122590065002441],
    contrast: [0.2609216690063476, 0.6255939483642579],
    saturation: [1.04911527633667, 1.0802237510681152],
    hue: [0.15104751586914061, 0.11274006366729739],
  },
  blur: { sigma: [0, 0.23330757021903992, 1.2158260643482208, 0.39623231291770933] },
};
