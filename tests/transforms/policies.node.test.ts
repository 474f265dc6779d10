import { describe, expect, test } from 'vitest';
import {
  barlowTwinsPolicy,
  byolPolicy,
  compose,
  dinoPolicy,
  maePolicy,
  mocoV2Policy,
  multiCrop,
  randomHorizontalFlip,
  simclrPolicy,
  swavPolicy,
  type Transform,
  type Views,
} from '../../src/transforms/index.js';

const COUNT = 2000;
const IMAGES = [COUNT, 300, 300, 3];

/** What a view of a policy draws, over many images: ranges and shares. */
interface Drawn {
  readonly area: readonly [number, number];
  /** Reach of brightness, contrast, saturation and hue, and the share of images with any of it. */
  readonly jitter: readonly [number, number, number, number, number];
  readonly flip: number;
  readonly gray: number;
  readonly blur: number;
  readonly solarize: number;
}

interface Steps {
  readonly boxes?: number[][];
  readonly flip?: number[];
  readonly hue?: number[];
  readonly gray?: number[];
  readonly sigma?: number[];
  readonly solarize?: number[];
}

function drawn(policy: Transform<unknown>, seed: number): Drawn {
  const { steps } = policy.sample(IMAGES, seed) as { steps: Steps[] };
  const all = Object.assign({}, ...steps) as Record<string, number[]> & Steps;
  const areas = (all.boxes ?? []).map(([, , h = 0, w = 0]) => (h * w) / (300 * 300));
  const share = (values: number[] = []): number => values.filter((v) => v !== 0).length / COUNT;
  const reach = (name: string, still: number): number =>
    Math.max(0, ...(all[name] ?? []).map((factor) => Math.abs(factor - still)));
  for (const sigma of all.sigma ?? []) expect(sigma === 0 || (sigma >= 0.1 && sigma <= 2)).toBe(true);
  for (const [, , h = 0, w = 0] of all.boxes ?? []) expect(w / h > 0.74 && w / h < 1.35).toBe(true);
  return {
    area: [Math.min(...areas), Math.max(...areas)],
    jitter: [reach('brightness', 1), reach('contrast', 1), reach('saturation', 1), reach('hue', 0), share(all.hue)],
    flip: share(all.flip),
    gray: share(all.gray),
    blur: share(all.sigma),
    solarize: share(all.solarize),
  };
}

function expectDrawn(policy: Transform<unknown>, seed: number, wanted: Drawn): void {
  const got = drawn(policy, seed);
  expect(Math.abs(got.area[0] - wanted.area[0])).toBeLessThan(0.02);
  expect(Math.abs(got.area[1] - wanted.area[1])).toBeLessThan(0.02);
  for (const i of [0, 1, 2, 3] as const) expect(Math.abs(got.jitter[i] - wanted.jitter[i])).toBeLessThan(0.02);
  expect(Math.abs(got.jitter[4] - wanted.jitter[4])).toBeLessThan(0.03);
  for (const name of ['flip', 'gray', 'blur', 'solarize'] as const) {
    if (wanted[name] === 0 || wanted[name] === 1) expect(got[name], name).toBe(wanted[name]);
    else expect(Math.abs(got[name] - wanted[name]), name).toBeLessThan(0.035);
  }
}

const viewsOf = (policy: Views): Transform<unknown>[] => [...(policy.transforms ?? [])];

// Numbers of the papers' tables and the authors' scripts.
describe('policies draw what the papers say', () => {
  const strong = [0.8, 0.8, 0.8, 0.2, 0.8] as const;
  const mild = [0.4, 0.4, 0.2, 0.1, 0.8] as const;
  const view = (area: [number, number], jitter: Drawn['jitter'], blur: number, solarize = 0): Drawn => ({
    area,
    jitter,
    flip: 0.5,
    gray: 0.2,
    blur,
    solarize,
  });
  test('simclr, moco v2, mae', () => {
    expectDrawn(simclrPolicy({ size: 224 }), 1, view([0.08, 1], strong, 0.5));
    expectDrawn(mocoV2Policy({ size: 224 }), 2, view([0.2, 1], [0.4, 0.4, 0.4, 0.1, 0.8], 0.5));
    expectDrawn(maePolicy({ size: 224 }), 3, { ...view([0.2, 1], [0, 0, 0, 0, 0], 0), gray: 0 });
  });
  test('byol and barlow twins: the second view differs', () => {
    for (const policy of [byolPolicy({ size: 224 }), barlowTwinsPolicy({ size: 224 })]) {
      const [first, second, ...more] = viewsOf(policy) as [Transform<unknown>, Transform<unknown>];
      expect(more).toEqual([]);
      expectDrawn(first, 4, view([0.08, 1], mild, 1));
      expectDrawn(second, 5, view([0.08, 1], mild, 0.1, 0.2));
    }
  });
  test('swav and dino: global and local views', () => {
    const swav = viewsOf(swavPolicy({ size: 224 }));
    expect(swav.map((t) => t.outputShape(IMAGES)[1])).toEqual([224, 224, 96, 96, 96, 96, 96, 96]);
    expectDrawn(swav[0] as Transform<unknown>, 6, view([0.14, 1], strong, 0.5));
    expectDrawn(swav[7] as Transform<unknown>, 11, view([0.05, 0.14], strong, 0.5));
    const dino = viewsOf(dinoPolicy({ size: 224 }));
    expect(dino.map((t) => t.outputShape(IMAGES)[2])).toEqual([224, 224, ...new Array(8).fill(96)]);
    expectDrawn(dino[0] as Transform<unknown>, 8, view([0.4, 1], mild, 1));
    expectDrawn(dino[1] as Transform<unknown>, 9, view([0.4, 1], mild, 0.1, 0.2));
    expectDrawn(dino[2] as Transform<unknown>, 10, view([0.05, 0.4], mild, 0.5));
  });
  test('small views are not blurred, small crops not cut to crumbs, and both can be asked for', () => {
    expect(drawn(mocoV2Policy({ size: 32 }), 1).blur).toBe(0);
    expect(drawn(mocoV2Policy({ size: 32, blur: { kernelSize: 3 } }), 1).blur).toBeGreaterThan(0.45);
    const sides = (minSide: number): number[] => {
      const local = viewsOf(swavPolicy({ size: 32, minSide }))[2] as Transform<unknown>;
      const { steps } = local.sample([COUNT, 32, 32, 3], 1) as { steps: Steps[] };
      return (steps[0]?.boxes ?? []).flatMap(([, , h = 0, w = 0]) => [h, w]);
    };
    expect(Math.min(...sides(8))).toBe(8);
    expect(Math.min(...sides(0))).toBeLessThan(7);
    expect(viewsOf(swavPolicy({ size: 32 })).map((t) => t.outputShape([1, 40, 40, 3])[1])).toEqual([
      32, 32, 14, 14, 14, 14, 14, 14,
    ]);
  });
  test('images of one channel, and of many, get what is defined for them', () => {
    const gray = compose(simclrPolicy({ size: 40, channels: 1 }));
    expect(gray.outputShape([2, 50, 50, 1])).toEqual([2, 40, 40, 1]);
    const of = (channels: number): Steps[] => {
      const [first] = viewsOf(byolPolicy({ size: 40, channels })) as [Transform<unknown>];
      return (first.sample([400, 50, 50, channels], 1) as { steps: Steps[] }).steps;
    };
    const changes = (steps: Steps[], name: string, still: number): boolean =>
      ((steps[2] as Record<string, number[]>)[name] ?? []).some((factor) => factor !== still);
    expect([changes(of(1), 'contrast', 1), changes(of(1), 'saturation', 1), changes(of(1), 'hue', 0)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([changes(of(6), 'brightness', 1), changes(of(6), 'contrast', 1)]).toEqual([true, false]);
    expect(() => simclrPolicy({ size: 40 }).outputShape([2, 50, 50, 1])).toThrow('images must have 3 channels');
  });
  test('bad options', () => {
    const refused: [() => unknown, string][] = [
      [() => mocoV2Policy({ size: 0 }), 'mocoV2Policy: size (height) must be an integer >= 1, got 0'],
      [() => byolPolicy(undefined as never), 'byolPolicy: options must be an object, got undefined'],
      [() => swavPolicy({ size: 32, localCount: 1.5 }), 'swavPolicy: localCount must be an integer >= 0, got 1.5'],
      [() => dinoPolicy({ size: 32, minSide: -1 }), 'dinoPolicy: minSide must be an integer >= 0, got -1'],
      [() => maePolicy({ size: 32, scale: [0.5, 2] }), 'randomResizedCrop: scale[1] must be a number'],
      [() => simclrPolicy({ size: 32, channels: 0 }), 'simclrPolicy: channels must be an integer >= 1, got 0'],
      [() => multiCrop({ crops: [] }), 'multiCrop: crops must be a list of at least 1, got []'],
      [() => multiCrop({ crops: [{ size: 8, count: 0 }] }), 'multiCrop: crops[0].count must be an integer >= 1, got 0'],
      [
        () => multiCrop({ crops: [{ size: 8, count: 2, transform: [randomHorizontalFlip()] }] }),
        'multiCrop: transforms must be a list of at least 2',
      ],
    ];
    for (const [call, message] of refused) expect(call).toThrow(message);
  });
});
