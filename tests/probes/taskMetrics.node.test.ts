import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { angularError, depthErrors, detectionAP, endpointError, pck, trajectoryError } from '../../src/probes/index.js';
import { normal, uniform } from '../../src/random/index.js';
import { expectClose } from '../helpers/index.js';

const rejects = async (cases: readonly [Promise<unknown>, string][]): Promise<void> => {
  for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
};

describe('detectionAP', () => {
  const truth = {
    boxes: [
      [0, 0, 10, 10],
      [20, 0, 30, 10],
    ],
    images: [0, 0],
  };
  test('each true box is found once, equal scores keep their order, optional boxes count neither way', async () => {
    const boxes = [
      [0, 0, 10, 10],
      [1, 0, 10, 10],
      [20, 0, 30, 10],
      [0, 0, 10, 10],
    ];
    const found = { boxes, scores: [0.9, 0.9, 0.5, 0.7], images: [0, 0, 0, 1] };
    const result = await detectionAP(found, truth);
    expect(result.matches).toEqual([1, 0, 1, 0]); // twice the same box; a box of another image
    await expectClose(result.allPoint, 0.5 * 1 + 0.5 * (2 / 4));
    await expectClose(result.elevenPoint, (6 * 1 + 5 * 0.5) / 11);
    const eased = await detectionAP(found, { ...truth, optional: [1, 0] });
    expect(eased.matches).toEqual([-1, -1, 1, 0]);
    await expectClose(eased.allPoint, 1 / 2);
    expect((await detectionAP({ boxes: [], scores: [], images: [] }, truth)).allPoint).toBe(0);
    // No second choice: the best box is taken, so the detection is wrong although it overlaps another one.
    const side = await detectionAP(
      {
        boxes: [
          [0, 0, 10, 10],
          [0, 0, 10, 9],
        ],
        scores: [2, 1],
        images: [0, 0],
      },
      {
        boxes: [
          [0, 0, 10, 10],
          [0, 0, 10, 6],
        ],
        images: [0, 0],
      },
    );
    expect(side.matches).toEqual([1, 0]);
  });
  test('does not depend on the order of what is given, and grows with every box that is found', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const u = uniform(seed, 60);
        const box = (i: number) => [u[i], u[i + 1], (u[i] as number) + 0.5, (u[i + 1] as number) + 0.5] as number[];
        const real = { boxes: [0, 2, 4].map(box), images: [0, 0, 1] };
        const found = { boxes: [6, 8, 10, 12].map(box), scores: [0.4, 0.3, 0.2, 0.1], images: [0, 1, 0, 1] };
        const { allPoint, elevenPoint } = await detectionAP(found, real, { threshold: 0.3 });
        const turned = {
          boxes: [...found.boxes].reverse(),
          scores: [...found.scores].reverse(),
          images: [...found.images].reverse(),
        };
        expect((await detectionAP(turned, real, { threshold: 0.3 })).allPoint).toBeCloseTo(allPoint, 12);
        const more = {
          boxes: [...real.boxes, ...found.boxes],
          scores: [3, 3, 3, ...found.scores],
          images: [...real.images, ...found.images],
        };
        expect((await detectionAP(more, real, { threshold: 0.3 })).allPoint).toBe(1);
        expect(elevenPoint).toBeLessThanOrEqual(1);
      }),
      { numRuns: 10 },
    ));
  test('says what is wrong', () =>
    rejects([
      [
        detectionAP({ boxes: [[0, 0, 1]], scores: [1], images: [0] }, truth),
        'detections.boxes must have 4 numbers each',
      ],
      [
        detectionAP({ boxes: [[2, 0, 1, 1]], scores: [1], images: [0] }, truth),
        'must be [left, top, right, bottom], got [2, 0, 1, 1] at 0.',
      ],
      [
        detectionAP({ boxes: [[0, 0, 1, 1]], scores: [Number.NaN], images: [0] }, truth),
        'detections.scores must be finite, got NaN at 0.',
      ],
      [
        detectionAP({ boxes: [[0, 0, 1, 1]], scores: [1, 2], images: [0] }, truth),
        'detections.scores must have 1 entries, got 2.',
      ],
      [
        detectionAP({ boxes: [], scores: [], images: [] }, { boxes: [], images: [] }),
        'truth must have a box that is to be found, got none.',
      ],
      [
        detectionAP({ boxes: [], scores: [], images: [] }, truth, { threshold: 2 }),
        'threshold must be a number >= 0 and <= 1, got 2.',
      ],
    ]));
});

test('pck counts visible keypoints within a share of the size', async () => {
  const truth = [
    [
      [0, 0],
      [10, 0],
      [5, 5],
    ],
    [
      [0, 0],
      [0, 20],
      [9, 9],
    ],
  ];
  const guess = [
    [
      [0, 1],
      [10, 2],
      [5, 5],
    ],
    [
      [0, 2],
      [0, 23],
      [9, 99],
    ],
  ];
  const visible = [
    [1, 1, 1],
    [1, 1, 0],
  ];
  const before = memory().numTensors;
  expect(await pck(guess, truth, { keypoints: 3, visible })).toEqual({ mean: 3 / 5, perKeypoint: [1, 0, 1] }); // sizes 10, 20
  expect((await pck(guess, truth, { keypoints: 3, visible, size: [10, 30] })).mean).toBe(4 / 5);
  const flat = tensor(guess);
  expect((await pck(flat, truth, { keypoints: 3, threshold: 5 })).perKeypoint).toEqual([1, 1, 1]);
  flat.dispose();
  const hidden = await pck(guess, truth, { keypoints: 3, visible: [1, 0, 1, 1, 0, 1] });
  expect(hidden.perKeypoint[1]).toBeNull();
  expect(memory().numTensors).toBe(before);
  await rejects([
    [pck(guess, truth, { keypoints: 4 }), 'truth must have 4 keypoints a sample, got 6 in all.'],
    [pck([[1, 2]], truth, { keypoints: 3 }), 'predictions must have 12 entries, got 2.'],
    [pck(guess, truth, { keypoints: 3, size: [0, 1] }), 'size must be > 0, got 0 at 0.'],
    [pck(guess, truth, { keypoints: 3, visible: new Int32Array(6) }), 'visible must hold at least one 1, got none.'],
    [pck(guess, truth, undefined as never), 'pck: keypoints must be an integer >= 1'],
  ]);
});

test('angularError measures the angle, however small, whatever the lengths', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(), fc.double({ min: 1e-6, max: 179, noNaN: true }), async (seed, degrees) => {
      const [a, b] = [Array.from(normal(seed, 3)), Array.from(normal(seed + 1, 3))];
      const length = Math.hypot(...a);
      const u = a.map((v) => v / length);
      const along = b.reduce((sum, v, i) => sum + v * (u[i] as number), 0);
      const across = b.map((v, i) => v - along * (u[i] as number));
      const height = Math.hypot(...across);
      fc.pre(height > 0.1);
      const radians = (degrees * Math.PI) / 180;
      const turned = u.map(
        (v, i) => 7 * (v * Math.cos(radians) + ((across[i] as number) / height) * Math.sin(radians)),
      );
      await expectClose((await angularError([turned], [a])).mean, degrees, { rtol: 1e-6, atol: 1e-9 });
    }),
    { numRuns: 15 },
  ));

test('angularError: shares, opposite vectors, other dimensions, and what is wrong', async () => {
  const result = await angularError(
    [
      [1, 0],
      [0, -2],
      [1, 1],
    ],
    [
      [1, 0],
      [0, 1],
      [1, 0],
    ],
    { dim: 2 },
  );
  await expectClose([result.mean, result.median, ...result.within], [75, 45, 1 / 3, 1 / 3, 1 / 3]);
  await rejects([
    [angularError([[0, 0, 0]], [[1, 0, 0]]), 'angularError: predictions must not hold zero vectors, got one at 0.'],
    [angularError([], []), 'angularError: truth must have 3 numbers each, at least one, got 0 in all.'],
    [angularError([[Number.NaN, 0, 0]], [[1, 0, 0]]), 'predictions must be finite, got NaN at 0.'],
  ]);
});

test('depthErrors leaves unknown depths out, and a scale that is free', async () => {
  const truth = [2, 4, 8, 0, Number.NaN, -1, 200];
  const perfect = await depthErrors([1, 2, 4, Number.NaN, 7, -5, 3], truth, { medianScaling: true, max: 80 });
  expect(perfect).toEqual({ absRel: 0, sqRel: 0, rmse: 0, rmseLog: 0, within: [1, 1, 1], scale: 2, pixels: 3 });
  const off = await depthErrors([4, 4, 8], [2, 4, 8]);
  await expectClose(
    [off.absRel, off.sqRel, off.rmse, off.rmseLog],
    [1 / 3, 2 / 3, Math.sqrt(4 / 3), Math.LN2 / Math.sqrt(3)],
  );
  await expectClose(off.within, [2 / 3, 2 / 3, 2 / 3]);
  await rejects([
    [depthErrors([1, 0], [1, 1]), 'depthErrors: predictions must be > 0, got 0 at 1.'],
    [depthErrors([1, Number.NaN], [1, 1]), 'depthErrors: predictions must be finite, got NaN at 1.'],
    [depthErrors([1], [0]), 'depthErrors: truth must hold a depth from 0.001 to'],
    [depthErrors([1], [1, 2]), 'depthErrors: predictions must have 2 entries, got 1.'],
    [depthErrors([1], [1], { min: 2, max: 1 }), 'max must be a number >= 2, got 1.'],
  ]);
});

test('endpointError counts valid pixels only', async () => {
  const guess = [
    [3, 4],
    [1, 0],
    [Number.NaN, 0],
  ];
  const truth = [
    [0, 0],
    [1, 0.5],
    [0, Number.POSITIVE_INFINITY],
  ];
  const result = await endpointError(guess, truth, { valid: [1, 1, 0] });
  expect(result).toEqual({ mean: 2.75, within: [0.5, 0.5, 0.5], outliers: 0.5, pixels: 2 });
  expect((await endpointError([[104, 0]], [[100, 0]])).outliers).toBe(0); // 4 pixels, but 4 %
  await rejects([
    [endpointError(guess, truth), 'endpointError: truth must be finite, got Infinity at 5.'],
    [endpointError(guess, truth, { valid: [0, 0, 0] }), 'valid must hold at least one 1, got none.'],
    [endpointError([[1, 2]], truth, { valid: [1, 1, 0] }), 'predictions must have 6 entries, got 2.'],
  ]);
});

describe('trajectoryError', () => {
  test('does not depend on where a path starts, which way it points and, where told, how large it is', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const path = Array.from({ length: 7 }, (_, i) => Array.from(normal(seed + i, 3)));
        const [yaw, tilt] = [3 * uniform(seed), 2 * uniform(seed + 1)];
        const moved = path.map(([x = 0, y = 0, z = 0]) => {
          const [p, q] = [x * Math.cos(yaw) - y * Math.sin(yaw), x * Math.sin(yaw) + y * Math.cos(yaw)];
          return [
            2.5 * p + 4,
            2.5 * (q * Math.cos(tilt) - z * Math.sin(tilt)),
            2.5 * (q * Math.sin(tilt) + z * Math.cos(tilt)) - 9,
          ];
        });
        const { rmse, scale } = await trajectoryError(path, moved);
        await expectClose([rmse, scale], [0, 2.5], { atol: 1e-6 });
        const rigid = await trajectoryError(path, moved, { align: 'rigid' });
        expect(rigid.rmse).toBeGreaterThan(0.1);
        // A shift of one place cannot be taken out, and the fit is no worse than no fit.
        const noisy = path.map((p, i) => (i === 3 ? [p[0] as number, (p[1] as number) + 1, p[2] as number] : p));
        const [free, fixed] = [
          await trajectoryError(noisy, path),
          await trajectoryError(noisy, path, { align: 'none' }),
        ];
        await expectClose(fixed.rmse, Math.sqrt(1 / 7));
        expect(free.rmse).toBeLessThanOrEqual(fixed.rmse + 1e-9);
        expect(free.rmse).toBeGreaterThan(0.01);
      }),
      { numRuns: 10 },
    ));
  test('lays the first places on each other for scale alone, takes mirrored and still paths, says what is wrong', async () => {
    const path = [
      [0, 0, 0],
      [1, 0, 0],
      [2, 1, 0],
    ];
    const shifted = path.map(([x = 0, y = 0, z = 0]) => [3 * x + 1, 3 * y, 3 * z]);
    await expectClose(Object.values(await trajectoryError(path, shifted, { align: 'scale' })), [0, 0, 0, 0, 3], {
      atol: 1e-9,
    });
    const corner = [
      [0, 0, 0],
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 3],
    ];
    const mirrored = corner.map(([x = 0, y = 0, z = 0]) => [-x, y, z]);
    expect((await trajectoryError(mirrored, corner)).rmse).toBeGreaterThan(0.3); // a mirror is no rotation
    const still = await trajectoryError(
      [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
      path,
    );
    expect(still.scale).toBe(0);
    expect(still.max).toBeGreaterThan(0.9);
    expect((await trajectoryError([[5, 5, 5]], [[1, 2, 3]], { align: 'rigid' })).rmse).toBeCloseTo(0, 9);
    await rejects([
      [trajectoryError(path, [[0, 0, 0]]), 'predictions must have 3 entries, got 9.'],
      [
        trajectoryError(path, path, { align: 'all' as 'none' }),
        "align must be one of 'none', 'scale', 'rigid', 'similarity'",
      ],
      [trajectoryError([[0, 0, Number.NaN]], [[0, 0, 0]]), 'predictions must be finite, got NaN at 2.'],
    ]);
  });
});
