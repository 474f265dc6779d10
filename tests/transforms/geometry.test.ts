import { getBackend, slice, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { homography } from '../../src/transforms/homography.js';
import {
  affine,
  colorJitter,
  compose,
  flipLeftRight,
  type Placement,
  randomAffine,
  randomApply,
  randomChoice,
  randomCrop,
  randomHorizontalFlip,
  randomPerspective,
  randomResizedCrop,
  randomRotation,
  randomRotation90,
  randomVerticalFlip,
  resample,
  resize,
  resizedCrop,
  rotate,
  type Transform,
} from '../../src/transforms/index.js';
import { byBlends, byPixels, byProducts, readAxes } from '../../src/transforms/readAxes.js';
import { readPlaces } from '../../src/transforms/readPlaces.js';
import { type GridPlaces, trace, traceGrid } from '../../src/transforms/trace.js';
import { expectClose, expectKept, hold, onEveryBackend, uniforms } from '../helpers/index.js';

type Shape = [number, number, number, number];

/** Images of slow waves, which interpolation hardly blurs. */
function waves([batch, height, width, channels]: Shape): Tensor4D {
  const data = Float32Array.from({ length: batch * height * width * channels }, (_, p) => {
    const [c, x, y] = [p % channels, Math.floor(p / channels) % width, Math.floor(p / channels / width) % height];
    return 0.5 + 0.25 * Math.sin(0.4 * x + c + Math.floor(p / (channels * width * height))) + 0.25 * Math.cos(0.35 * y);
  });
  return hold(tensor4d(data, [batch, height, width, channels]));
}

/** Applies the steps of a chain one after the other, each with its own resampling. */
function stepByStep(parts: readonly Transform<unknown>[], x: Tensor4D, steps: readonly unknown[]): Tensor4D {
  return parts.reduce((y, part, t) => hold(part.apply(y, steps[t])), x);
}

/** Mean and largest difference. */
async function difference(a: Tensor4D, b: Tensor4D): Promise<[number, number]> {
  const [va, vb] = [await a.data(), await b.data()];
  const all = Array.from(va, (v, i) => Math.abs(v - (vb[i] as number)));
  return [all.reduce((total, d) => total + d, 0) / all.length, Math.max(...all)];
}

onEveryBackend('geometry of transforms', () => {
  test('a chain in one resampling is the chain step by step, but for interpolation', async () => {
    const x = waves([4, 22, 20, 2]);
    const chains: Transform<unknown>[][] = [
      [randomApply(randomResizedCrop({ size: [22, 20], scale: [0.2, 0.4] })), randomVerticalFlip()],
      [randomResizedCrop({ size: 18, scale: [0.4, 0.8] }), randomHorizontalFlip(), randomVerticalFlip()],
      [
        randomAffine({ degrees: 25, translate: [0.1, 0.2], scale: [0.8, 1.3], shear: 10 }),
        randomResizedCrop({ size: 16 }),
      ],
      [randomCrop({ size: 20, padding: 3 }), randomRotation90(), randomPerspective({ distortion: 0.3, p: 1 })],
      [
        randomRotation({ degrees: 40, border: 'edge' }),
        randomApply(randomRotation({ degrees: 30 })),
        randomVerticalFlip(),
      ],
      [
        randomChoice([randomHorizontalFlip(), randomRotation({ degrees: 20, border: 'edge' })]),
        randomCrop({ size: 17 }),
      ],
    ];
    for (const [c, parts] of chains.entries()) {
      const chain = compose(...parts);
      const params = chain.sample(x.shape, c);
      const one = hold(chain.apply(x, params));
      const placements = chain.geometry?.(x.shape, params) as Placement[];
      expect(placements).toHaveLength(parts.length);
      await expectClose(hold(resample(x, placements)), one, { atol: 0, rtol: 0 });
      const [average, largest] = await difference(one, stepByStep(parts, x, params.steps));
      expect(average, `chain ${c}`).toBeLessThan(0.01);
      // Where an edge between zeros and the image is interpolated twice step by step.
      expect(largest, `chain ${c}`).toBeLessThan(0.2);
    }
  });

  test('there and back is exact in one resampling, and blurred in two', async () => {
    const x = uniforms<Tensor4D>(3, [2, 16, 16, 1]);
    const [there, back] = [randomRotation({ degrees: [30, 30] }), randomRotation({ degrees: [-30, -30] })];
    const inner = (y: Tensor4D): Tensor4D => hold(slice(y, [0, 5, 5, 0], [2, 6, 6, 1]));
    const chain = compose(there, back);
    await expectClose(inner(hold(chain(x, 1))), inner(x), { atol: 1e-5 });
    const twice = hold(back(hold(there(x, 1)), 1));
    expect((await difference(inner(twice), inner(x)))[0]).toBeGreaterThan(0.05);
  });

  test('only what stands in a row is joined, and nested chains of geometry too', () => {
    const shape: Shape = [2, 12, 12, 3];
    const moved = compose(randomRotation({ degrees: 10 }), randomHorizontalFlip());
    const of = (t: Transform<never>): number | undefined => t.geometry?.(shape, t.sample(shape, 1) as never)?.length;
    expect(of(compose(moved, randomCrop({ size: 8 })) as Transform<never>)).toBe(3);
    expect(compose(moved, colorJitter()).geometry).toBeUndefined();
    expect(compose().geometry).toBeUndefined();
    // a size in between leaves images that stay nothing to stay at
    const detour = compose(randomCrop({ size: 6 }), randomResizedCrop({ size: 12 }));
    expect(randomApply(detour).geometry?.(shape, randomApply(detour).sample(shape, 1))).toBeNull();
  });

  test('lines and columns give what pixel by pixel gives, in a chain that leaves the image and comes back', async () => {
    const x = uniforms<Tensor4D>(6, [2, 7, 6, 2]);
    const chain = compose(
      randomAffine({ translate: [0.4, 0.4], scale: [0.6, 1.4] }),
      randomCrop({ size: [8, 9], padding: 2 }),
      randomResizedCrop({ size: [6, 5], scale: [0.4, 0.9] }),
      randomHorizontalFlip(),
    );
    for (const [seed, interpolation] of [
      [1, 'bilinear'],
      [2, 'nearest'],
    ] as const) {
      const placements = chain.geometry?.(x.shape, chain.sample(x.shape, seed)) as Placement[];
      const grid = traceGrid(placements, 2, interpolation) as GridPlaces;
      const places = trace(placements, 2, interpolation);
      const pixels = hold(readPlaces(x, places, interpolation));
      // WebGL's cropAndResize ignores which image a box belongs to
      const ways = [readAxes, byBlends, byProducts, ...(getBackend() === 'webgl' ? [] : [byPixels])];
      for (const way of ways) {
        await expectClose(hold(way(x, grid)), pixels, { atol: 3e-6, rtol: 0 });
      }
      expect(places.weights?.some((w) => w === 0)).toBe(true);
    }
    const row = hold(tensor4d([1, 2, 3], [1, 1, 3, 1]));
    await expectClose(hold(affine(row, { translate: [1, 0], interpolation: 'nearest' })), [0, 1, 2]);
    await expectClose(hold(affine(row, { angle: 180, translate: [1, 0], interpolation: 'nearest' })), [0, 3, 2]);
  });

  test('affine and rotate: identity, quarter turns, whole moves, the edge continued, an entry per image', async () => {
    const x = uniforms<Tensor4D>(4, [2, 5, 5, 2]);
    await expectClose(hold(affine(x)), x, { atol: 2e-6, rtol: 0 });
    const row = hold(tensor4d([1, 2, 3, 1, 2, 3], [2, 1, 3, 1]));
    const pairs: [number, number][] = [
      [1, 0],
      [-2, 0],
    ];
    await expectClose(hold(affine(row, { translate: pairs })), [0, 1, 2, 3, 0, 0]);
    await expectClose(hold(affine(row, { translate: pairs, border: 'edge' })), [1, 1, 2, 3, 3, 3]);
    await expectClose(hold(affine(row, { translate: [0.5, 0] })), [0.5, 1.5, 2.5, 0.5, 1.5, 2.5]);
    await expectClose(hold(affine(row, { translate: [0.4, 0], interpolation: 'nearest' })), row);
    await expectClose(hold(affine(row, { scale: [1, 2] })), [1, 2, 3, 1.5, 2, 2.5]);
    const square = hold(tensor4d([1, 2, 3, 4], [1, 2, 2, 1]));
    await expectClose(hold(rotate(square, 90)), [2, 4, 1, 3], { atol: 1e-5 });
    await expectClose(hold(affine(square, { angle: 90 })), [3, 1, 4, 2], { atol: 1e-5 });
    await expectClose(hold(rotate(x, [0, 360])), x, { atol: 1e-4 });
  });

  test('an antialiased crop is the crop, then the antialiased resize; mirrored too; nearest has none', async () => {
    const x = uniforms<Tensor4D>(5, [2, 12, 10, 3]);
    const boxes = [
      [1, 0, 9, 8],
      [3, 2, 9, 8],
    ];
    const size: [number, number] = [4, 3];
    const parts = boxes.map(([top = 0, left = 0, h = 0, w = 0], i) => {
      const cut = hold(slice(x, [i, top, left, 0], [1, h, w, 3]));
      return hold(resize(cut, size, { antialias: true }));
    });
    const smooth = hold(resizedCrop(x, boxes, size, { antialias: true }));
    for (const [i, part] of parts.entries()) await expectClose(hold(slice(smooth, i, 1)), part, { atol: 1e-5 });
    const chain = compose(randomResizedCrop({ size, antialias: true }), randomHorizontalFlip());
    const flipped = chain.apply(x, { steps: [{ boxes }, { flip: [0, 1] }] });
    await expectClose(hold(slice(hold(flipped), 1, 1)), hold(flipLeftRight(parts[1] as Tensor4D)), { atol: 1e-5 });
    await expectClose(hold(slice(flipped, 0, 1)), parts[0] as Tensor4D, { atol: 1e-5 });
    const near = { interpolation: 'nearest' } as const;
    await expectClose(
      hold(resizedCrop(x, boxes, size, { ...near, antialias: true })),
      hold(resizedCrop(x, boxes, size, near)),
      { atol: 0, rtol: 0 },
    );
    // a box that leaves the image averages zeros in; one that grows is interpolated
    const ones = hold(tensor4d(new Float32Array(16).fill(1), [1, 4, 4, 1]));
    await expectClose(hold(resizedCrop(ones, [[0, -4, 4, 8]], [1, 2], { antialias: true })), [1 / 7, 6 / 7]);
    await expectClose(hold(resizedCrop(x, boxes, 16, { antialias: true })), hold(resizedCrop(x, boxes, 16)), {
      atol: 1e-5,
    });
    // a filter in the middle of a chain cuts it
    const middle = compose(
      randomRotation({ degrees: 20 }),
      randomResizedCrop({ size: 4, antialias: true }),
      randomRotation({ degrees: 20 }),
    );
    const params = middle.sample(x.shape, 2);
    const transforms = [
      randomRotation({ degrees: 20 }),
      randomResizedCrop({ size: 4, antialias: true }),
      randomRotation({ degrees: 20 }),
    ];
    await expectClose(hold(middle.apply(x, params)), stepByStep(transforms, x, params.steps), { atol: 1e-5 });
  });

  test('a perspective and an antialiased crop have torchvision’s numbers (0.14.1, float64, run on this image)', async () => {
    const data = Float32Array.from({ length: 72 }, (_, n) => 0.5 + 0.5 * Math.sin(0.7 * n + 0.01 * n * n));
    const x = hold(tensor4d(data, [1, 9, 8, 1]));
    const look = randomPerspective({ p: 1 });
    await expectClose(hold(look.apply(x, { corners: [[2, 1, 6, 0, 7, 6, 0, 8]] })), TORCHVISION.perspective);
    const still = look.apply(x, { corners: [[0, 0, 7, 0, 7, 8, 0, 8]] });
    await expectClose(hold(still), x, { atol: 2e-6, rtol: 0 });
    const crop = resizedCrop(x, [[1, 2, 7, 5]], [3, 2], { antialias: true });
    await expectClose(hold(crop), TORCHVISION.antialiasedCrop);
  });

  test('a perspective whose horizon passes the image’s first corner still shows the image', async () => {
    const x = hold(tensor4d(new Float32Array(72).fill(1), [1, 9, 8, 1]));
    // in the first two the corner of the coordinates lies on the horizon, in the third beyond it
    for (const corners of [
      [1, 3, 5, 3, 5, 8, 1, 4],
      [2, 3, 4, 4, 5, 6, 2, 4],
      [2, 2, 4, 2, 6, 8, 2, 3],
    ]) {
      const seen = await hold(randomPerspective().apply(x, { corners: [corners] })).data();
      const [px, py] = [0, 1].map((axis) =>
        Math.round([0, 2, 4, 6].reduce((sum, c) => sum + (corners[c + axis] as number), 0) / 4),
      );
      expect(seen[8 * (py as number) + (px as number)]).toBeCloseTo(1, 4);
      expect(Math.min(...seen)).toBe(0);
    }
  });

  test('corners moved as far as can be still show the image from the front', () => {
    const look = randomPerspective({ distortion: 1, p: 1 });
    for (const shape of [
      [60, 4, 6, 1],
      [60, 1, 1, 1],
      [200, 9, 8, 1],
    ]) {
      const params = look.sample(shape, 1);
      expect(look.geometry?.(shape, params)).toHaveLength(1); // no three corners on a line
      if (shape[1] === 1) continue;
      for (const flat of params.corners) {
        const at = (c: number): [number, number] => [flat[2 * (c % 4)] as number, flat[2 * (c % 4) + 1] as number];
        for (const c of [0, 1, 2, 3]) {
          const [[ax, ay], [bx, by], [cx, cy]] = [at(c), at(c + 1), at(c + 2)];
          expect((bx - ax) * (cy - by) - (by - ay) * (cx - bx)).toBeGreaterThan(0);
        }
      }
    }
  });

  test('labels stay labels through a chain with nearest', async () => {
    const labels = Float32Array.from({ length: 2 * 14 * 14 }, (_, i) => 1 + ((i * 7) % 5));
    const mask = hold(tensor4d(labels, [2, 14, 14, 1]));
    const chain = compose(
      randomAffine({ degrees: 30, scale: [0.7, 1.2] }),
      randomPerspective({ p: 1 }),
      randomCrop({ size: 10 }),
    );
    const near = await hold(chain.apply(mask, chain.sample(mask.shape, 3), { interpolation: 'nearest' })).data();
    expect([...new Set(near)].sort().every((v) => [0, 1, 2, 3, 4, 5].includes(v))).toBe(true);
  });

  test('one tensor each, and bad input is refused before there is one', () => {
    const x = uniforms<Tensor4D>(1, [2, 6, 6, 1]);
    for (const call of [
      () => affine(x),
      () => rotate(x, 10),
      () => resample(x, []),
      () =>
        resizedCrop(
          x,
          [
            [0, 0, 6, 6],
            [0, 0, 4, 4],
          ],
          2,
          { antialias: true },
        ),
    ]) {
      expectKept(1, call);
    }
    const step = {
      from: [6, 6],
      size: [6, 6],
      matrices: [
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
      ],
    } as const;
    const refused: [() => unknown, string][] = [
      [() => affine(x, { scale: 0 }), 'affine: scale must be a number > 0, got 0'],
      [() => affine(x, { shear: [90, 0] }), 'affine: shear[0][0] must be a number >= -89.999 and <= 89.999, got 90'],
      [() => affine(x, { translate: [[1, 2]] }), 'affine: translate must have one entry per image (2), got 1'],
      [() => affine(x, { border: 'wrap' as 'edge' }), "affine: border must be one of 'zeros', 'edge', got \"wrap\""],
      [() => rotate(x, [1]), 'rotate: angle must have one entry per image (2), got 1'],
      [() => rotate(x, Number.NaN), 'rotate: angle must be a number'],
      [() => resample(x, [{ ...step, from: [5, 6] }]), 'resample: placements[0].from must be [6, 6], got [5,6]'],
      [
        () => resample(x, [{ ...step, matrices: [[1]] }]),
        'resample: placements[0].matrices must be 2 rows of 9 numbers',
      ],
      [
        () => resample(x, [step, { ...step, size: [0, 1] }]),
        'resample: placements[1].size (height) must be an integer >= 1, got 0',
      ],
      [
        () =>
          resizedCrop(
            x,
            [
              [0, 0, 6, 6.5],
              [0, 0, 4, 4],
            ],
            2,
            { antialias: true },
          ),
        'resizedCrop: boxes[0] (antialias) must be an integer',
      ],
      [
        () =>
          resample(x, [{ ...step, matrices: step.matrices.map(() => [2, 0, 0, 0, 2, 0, 0, 0, 1]), antialias: true }]),
        'resample: an antialiased step must fill its result from a box of whole pixels',
      ],
      [() => randomRotation({ degrees: -1 }), 'randomRotation: degrees must be a number >= 0, got -1'],
      [
        () => randomAffine({ translate: [2, 0] }),
        'randomAffine: translate[0][0] must be a number >= 0 and <= 1, got 2',
      ],
      [
        () => randomAffine({ shear: [1, 2, 3] as unknown as [number, number] }),
        'randomAffine: shear must be a number or 2 or 4 numbers',
      ],
      [
        () => randomPerspective({ distortion: 1.1 }),
        'randomPerspective: distortion must be a number >= 0 and <= 1, got 1.1',
      ],
      [
        () => randomPerspective().apply(x, { corners: [[1], [2]] }),
        'randomPerspective: params.corners[0] must be 8 numbers',
      ],
    ];
    expectKept(0, () => {
      for (const [call, message] of refused) expect(call).toThrow(message);
    });
    expect(() =>
      homography(
        [
          [0, 0],
          [1, 1],
          [2, 2],
          [0, 5],
        ],
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
        ],
      ),
    ).toThrow('on a line');
  });
});

const TORCHVISION = {
  perspective: [
    0, 0, 0, 0.2208146, 0.4936399, 0.094999, 0.4088932, 0, 0, 0, 0.7111939, 0.7859427, 0.1901042, 0.7033827, 0.5866686,
    0, 0, 0.3546085, 0.4857708, 0.5917521, 0.823253, 0.5770882, 0.1637346, 0.0001749, 0, 0.5042645, 0.5631897,
    0.1366653, 0.5238605, 0.9104768, 0.2955631, 0.0567884, 0, 0.6744929, 0.7873211, 0.1543455, 0.6011929, 0.8069196,
    0.2108408, 0.3810678, 0.1234829, 0.7475055, 0.5536293, 0.2764641, 0.7475973, 0.2007371, 0.6003163, 0.7089828,
    0.4340923, 0.6803145, 0.1455252, 0.682036, 0.6014735, 0.5526515, 0.331593, 0.3150232, 0.6892011, 0.4262674,
    0.6497041, 0.2991952, 0.282918, 0.7127804, 0.2086614, 0.1120774, 0.1892412, 0.4146561, 0.6319071, 0.0973204,
    0.1017817, 0.1557216, 0.0043604, 0,
  ],
  antialiasedCrop: [0.4913538, 0.389193, 0.3988834, 0.5982661, 0.4050655, 0.5254559],
};
