import { getBackend, slice, type Tensor, type Tensor4D, tensor3d, tensor4d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import * as pretext from '../../src/pretext/index.js';
import type { Seed } from '../../src/random/index.js';
import { type TaskLawsOptions, taskLaws } from '../../src/testing/index.js';
import { flipLeftRight, rgbToLab, rotate90 } from '../../src/transforms/index.js';
import { disposeAll, expectClose, expectKept, flat, hold, onEveryBackend, uniforms } from '../helpers/index.js';

// Laws try many shapes, for each of which a software GPU compiles for seconds; there the numbers below must do.
const onGpu = getBackend().startsWith('webg');

const bins = [
  [-20, 40],
  [0, 0],
  [30, 10],
  [60, -50],
];

/** Every image task with options that try all of its parts, and what it claims. */
const table: Record<string, [(x: Tensor4D, seed: Seed) => object, TaskLawsOptions?]> = {
  'rotationTask, all': [(x) => pretext.rotationTask(x), { classes: 4 }],
  'rotationTask, one': [(x, seed) => pretext.rotationTask(x, seed, { turns: 'one' }), { classes: 4 }],
  'relativePositionTask, drop': [(x, seed) => pretext.relativePositionTask(x, seed), { classes: 8 }],
  'relativePositionTask, project': [
    (x, seed) => pretext.relativePositionTask(x, seed, { patchSize: 2, gap: 2, jitter: 1, chroma: 'project' }),
    { classes: 8 },
  ],
  jigsawTask: [(x, seed) => pretext.jigsawTask(x, seed, { grayscale: 0.5 }), { classes: 72, tolerance: 1e-4 }],
  'colorizationTask, bins': [
    (x) => pretext.colorizationTask(x, { bins, neighbors: 2, stride: 3, prior: [0.1, 0.7, 0, 0.2] }),
    { shared: ['weights'], tolerance: 1e-4 },
  ],
  'colorizationTask, ab': [(x) => pretext.colorizationTask(x, { target: 'ab' }), { tolerance: 1e-3 }],
  splitBrainTask: [(x) => pretext.splitBrainTask(x), { tolerance: 1e-3 }],
  'inpaintingTask, center': [(x, seed) => pretext.inpaintingTask(x, seed, { overlap: 1 })],
  'inpaintingTask, random': [(x, seed) => pretext.inpaintingTask(x, seed, { mask: 'random', blockSize: 3, fill: 0.5 })],
  'inpaintingTask, blocks': [
    (x, seed) => pretext.inpaintingTask(x, seed, { mask: 'blocks', blockSize: 2, overlap: 1 }),
  ],
  superResolutionTask: [(x) => pretext.superResolutionTask(x, { factor: 3 })],
  denoisingTask: [(x, seed) => pretext.denoisingTask(x, seed)],
  autoencodingTask: [(x) => pretext.autoencodingTask(x)],
  geometricTransformTask: [(x, seed) => pretext.geometricTransformTask(x, seed), { classes: 8 }],
  countingTask: [(x, seed) => pretext.countingTask(x, seed), { batchIndependent: false }],
  egomotionTask: [
    (x, seed) => pretext.egomotionTask(x, seed, { cropSize: 5, bins: 4 }),
    { classes: 4, labels: 'labels.rotation', tolerance: 1e-5 },
  ],
};

/** Images whose channels hold line and column of each pixel over 100, and the number of the image over 100. */
const places = (batch: number, height: number, width: number): Tensor4D =>
  hold(
    tensor4d(
      Array.from({ length: batch * height * width }, (_, p) => [
        (Math.floor(p / width) % height) / 100,
        (p % width) / 100,
        Math.floor(p / width / height) / 100,
      ]).flat(),
      [batch, height, width, 3],
    ),
  );

/** A value of a tensor [.., height, width, channels] at patch i, line y, column x, channel c. */
async function reader(t: Tensor): Promise<(i: number, y: number, x: number, c: number) => number> {
  const values = await flat(t);
  const [h = 0, w = 0, k = 0] = t.shape.slice(-3);
  return (i, y, x, c) => values[((i * h + y) * w + x) * k + c] as number;
}

onEveryBackend('image tasks', () => {
  for (const [name, [task, claims]] of Object.entries(onGpu ? {} : table)) {
    test(`${name}: the laws`, () => taskLaws(task, { shapes: [[3, 12, 12, 3]], numRuns: 3, ...claims }));
  }

  test('rotations and symmetries move pixels and change none', async () => {
    const x = uniforms<Tensor4D>(1, [3, 4, 4, 2]);
    const all = pretext.rotationTask(x);
    for (let k = 0; k < 4; k++) {
      await expectClose(hold(slice(all.inputs, [3 * k, 0, 0, 0], [3, 4, 4, 2])), hold(rotate90(x, k)), {
        atol: 0,
        rtol: 0,
      });
    }
    expect(await flat(all.labels)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    const one = pretext.rotationTask(x, 2, { turns: 'one' });
    await expectClose(one.inputs, hold(rotate90(x, await flat(one.labels))), { atol: 0, rtol: 0 });
    const eight = uniforms<Tensor4D>(2, [16, 4, 4, 1]);
    const { inputs, labels } = pretext.geometricTransformTask(eight, 5);
    const mirrored = hold(flipLeftRight(eight));
    const drawn = await flat(labels);
    expect(new Set(drawn).size).toBeGreaterThan(4);
    for (const [i, label] of drawn.entries()) {
      const image = hold(slice(label < 4 ? eight : mirrored, [i, 0, 0, 0], [1, 4, 4, 1]));
      await expectClose(hold(slice(inputs, [i, 0, 0, 0], [1, 4, 4, 1])), hold(rotate90(image, label % 4)), {
        atol: 1e-6,
      });
    }
    disposeAll([all, one, inputs, labels]);
  });

  test('a query lies where its label says, and colours are defended', async () => {
    const x = places(24, 16, 17);
    const options = { patchSize: 3, gap: 2, jitter: 1 } as const;
    const { inputs, labels } = pretext.relativePositionTask(x, 0, { ...options, chroma: 'none' });
    expect(inputs.query.shape).toEqual([24, 3, 3, 3]);
    const [anchor, query] = [await reader(inputs.anchor), await reader(inputs.query)];
    const drawn = await flat(labels);
    expect(new Set(drawn).size).toBe(8);
    for (const [i, label] of drawn.entries()) {
      const cell = label < 4 ? label : label + 1;
      const apart = [0, 1].map((c) => 100 * (query(i, 0, 0, c) - anchor(i, 0, 0, c)));
      for (const [c, steps] of [Math.floor(cell / 3) - 1, (cell % 3) - 1].entries()) {
        expect(Math.abs((apart[c] as number) - 5 * steps)).toBeLessThan(2.01);
      }
      expect(query(i, 2, 1, 0) - query(i, 0, 1, 0)).toBeCloseTo(0.02, 5);
      expect(query(i, 1, 2, 2)).toBeCloseTo(i / 100, 5);
    }
    const green = hold(tensor4d(new Array(12 * 12).fill([0.2, 0.8, 0.2]).flat(), [1, 12, 12, 3]));
    const projected = pretext.relativePositionTask(green, 1, { ...options, gap: 1, jitter: 0, chroma: 'project' });
    await expectClose(projected.inputs.query, new Array(27).fill(0.4));
    const dropped = pretext.relativePositionTask(x, 0, { ...options, chroma: 'drop' });
    const values = await reader(dropped.inputs.query);
    for (let i = 0; i < 24; i++) {
      const kept = [0, 1, 2].filter((c) => Math.abs(values(i, 1, 1, c) - query(i, 1, 1, c)) < 1e-6);
      const gray = [0, 1, 2].filter((c) => Math.abs(values(i, 1, 1, c) - 0.5) < 0.01);
      expect([kept.length, gray.length]).toEqual([1, 2]);
    }
    disposeAll([inputs, labels, projected, dropped]);
  });

  test('jigsaw tiles come from the cells that the permutation names', async () => {
    const x = places(6, 20, 19);
    const permutations = pretext.permutationSet('pgl504');
    const plain = { permutations, channelShift: 0, grayscale: 0, normalize: false, tileSize: 4 } as const;
    const { inputs, labels } = pretext.jigsawTask(x, 1, plain);
    expect(inputs.shape).toEqual([6, 9, 4, 4, 3]);
    const at = await reader(inputs);
    const drawn = await flat(labels);
    for (const [i, label] of drawn.entries()) {
      for (const [k, tile] of (permutations[label] as number[]).entries()) {
        // The grid of cells of 6 begins at line 0 to 2 and column 0 or 1; a tile, up to 2 later.
        const [line, column] = [100 * at(9 * i + k, 0, 0, 0), 100 * at(9 * i + k, 0, 0, 1)];
        const [down, across] = [line - 6 * Math.floor(tile / 3), column - 6 * (tile % 3)];
        expect(down > -0.01 && down < 4.01 && across > -0.01 && across < 3.01, `${down}, ${across}`).toBe(true);
        expect(at(9 * i + k, 3, 2, 2)).toBeCloseTo(i / 100, 5);
      }
    }
    const shifted = pretext.jigsawTask(x, 1, { ...plain, channelShift: 1 });
    const moved = await reader(shifted.inputs);
    let most = 0;
    for (let t = 0; t < 54; t++) most = Math.max(most, Math.abs(moved(t, 1, 1, 0) - at(t, 1, 1, 0)));
    expect(most).toBeCloseTo(0.01, 5);
    const normalized = pretext.jigsawTask(x, 1, { ...plain, normalize: true });
    const first = (await flat(normalized.inputs)).slice(0, 48).filter((_, p) => p % 3 === 0);
    expect(first.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 3);
    expect(first.reduce((sum, v) => sum + v * v, 0) / 15).toBeCloseTo(1, 3);
    disposeAll([inputs, labels, shifted, normalized]);
  });

  test('colours go into soft bins and come back', async () => {
    // exp(-d²/50) of the two nearest, by hand.
    const ab = hold(tensor4d([0, 0, 30, 10, -10, 30, 300, 300], [1, 2, 2, 2]));
    const encoded = hold(pretext.encodeColors(ab, { bins, neighbors: 2 }));
    expectKept(1, () => pretext.encodeColors(ab, { bins, neighbors: 2 }));
    const far = (d: number): number => Math.exp(-d / 50);
    const second = far(1000) / (1 + far(1000));
    await expectClose(encoded, [
      [0, 1 - second, second, 0],
      [0, second, 1 - second, 0],
      [1 / (1 + far(800)), far(800) / (1 + far(800)), 0, 0],
      [0, 0, 1, far(270 ** 2 + 290 ** 2 - 240 ** 2 - 350 ** 2)].map((_, q) => (q === 2 ? 1 : 0)),
    ]);
    const ties = hold(tensor4d([5, 0], [1, 1, 1, 2]));
    const square = [
      [0, 0],
      [10, 0],
      [0, 90],
      [5, 5],
      [5, -5],
    ];
    await expectClose(hold(pretext.encodeColors(ties, { bins: square, neighbors: 3 })), [1 / 3, 1 / 3, 0, 1 / 3, 0]);
    const logits = hold(tensor4d([1000, 0, 0, 0, 1, 1, 1, 1], [1, 1, 2, 4]));
    await expectClose(hold(pretext.decodeColors(logits, { bins })), [-20, 40, 17.5, 0]);
    await expectClose(hold(pretext.decodeColors(logits, { bins, temperature: 1e-40 })), [-20, 40, 17.5, 0]);
    // 1 / (p / 2 + 1 / 6) over the three that occur, scaled; one that does not weighs as if it nearly did not.
    const raw = [0.5, 0.3, 0.2].map((p) => 1 / (p / 2 + 1 / 6));
    const scale = [0.5, 0.3, 0.2].reduce((sum, p, i) => sum + p * (raw[i] as number), 0);
    const expected = [...raw, 6].map((w) => w / scale);
    await expectClose(hold(pretext.colorWeights([0.5, 0.3, 0.2, 0])), expected);
    await expectClose(hold(pretext.colorWeights([0.5, 0.5, 0], { lambda: 0 })), [1, 1, 0]);
  });

  test('colourisation and split brains see lightness and colour of Lab', async () => {
    const x = uniforms<Tensor4D>(4, [2, 4, 6, 3]);
    const lab = await reader(hold(rgbToLab(x)));
    const { inputs, targets } = pretext.colorizationTask(x, { target: 'ab', stride: 2 });
    expect(targets.shape).toEqual([2, 2, 3, 2]);
    const [l, ab] = [await reader(inputs), await reader(targets)];
    expect(l(1, 3, 5, 0)).toBeCloseTo(lab(1, 3, 5, 0) - 50, 2);
    expect(ab(1, 1, 2, 0)).toBeCloseTo(lab(1, 2, 4, 1), 2);
    expect(ab(0, 0, 1, 1)).toBeCloseTo(lab(0, 0, 2, 2), 2);
    const soft = pretext.colorizationTask(x, { bins, neighbors: 3, stride: 2 });
    await expectClose(soft.targets, hold(pretext.encodeColors(targets, { bins, neighbors: 3 })));
    await expectClose(soft.weights, [1, 1, 1, 1]);
    const brain = pretext.splitBrainTask(x);
    await expectClose(brain.inputs.l, inputs);
    await expectClose(brain.targets.ab, brain.inputs.ab);
    disposeAll([inputs, targets, soft, brain]);
  });

  test('what is hidden is gone, and what is seen stays', async () => {
    const x = uniforms<Tensor4D>(6, [3, 16, 16, 3]);
    const before = await reader(x);
    for (const mask of ['center', 'random', 'blocks'] as const) {
      const task = pretext.inpaintingTask(x, 1, { mask, overlap: mask === 'random' ? 0 : 1 });
      const [after, hidden, weights] = [await reader(task.inputs), await reader(task.mask), await reader(task.weights)];
      for (let i = 0; i < 3; i++) {
        const pixels = Array.from({ length: 256 }, (_, p) => [Math.floor(p / 16), p % 16] as const);
        const seen = pixels.filter(([r, c]) => hidden(i, r, c, 0) === 0);
        const mean = seen.reduce((sum, [r, c]) => sum + before(i, r, c, 1), 0) / seen.length;
        const share = mask === 'center' ? 36 : 64; // the middle of 8 x 8, less a border of 1
        expect(Math.abs(256 - seen.length - share), mask).toBeLessThan(mask === 'center' ? 1 : 12);
        for (const [r, c] of pixels) {
          expect(after(i, r, c, 1)).toBeCloseTo(hidden(i, r, c, 0) === 1 ? mean : before(i, r, c, 1), 5);
          const beside = pixels.some(
            ([v, u]) => hidden(i, v, u, 0) === 1 && Math.max(Math.abs(v - r), Math.abs(u - c)) <= 1,
          );
          const rim = beside && mask !== 'random' ? 10 : 0;
          expect(weights(i, r, c, 0)).toBe(hidden(i, r, c, 0) === 1 ? 1 : rim);
        }
      }
      disposeAll(task);
    }
  });

  test('images shrink by the filter asked for', async () => {
    const impulse = hold(
      tensor4d(
        Array.from({ length: 64 }, (_, p) => (p % 16 === 8 ? 1 : 0)),
        [1, 4, 16, 1],
      ),
    );
    // What the small columns at distances of 1.75, 0.75, 0.25 and 1.25 from the column of ones take; negative taps are clipped.
    const rows = {
      box: [0, 0, 0.5, 0],
      triangle: [0, 0.125, 0.375, 0],
      cubic: [0, 0.2265625 / 2, 0.8671875 / 2, 0],
    } as const;
    for (const [filter, row] of Object.entries(rows)) {
      const { inputs, targets } = pretext.superResolutionTask(impulse, { filter: filter as 'box' });
      await expectClose(hold(slice(inputs, [0, 1, 2, 0], [1, 1, 4, 1])), row, { atol: 1e-6 });
      disposeAll([inputs, targets]);
    }
    const x = uniforms<Tensor4D>(7, [4, 6, 8, 3]);
    const counted = pretext.countingTask(x, 2, { filters: ['box'], grayscale: 0 });
    expect(counted.inputs.tiles.shape).toEqual([4, 4, 3, 4, 3]);
    const [before, whole, tiles, other] = await Promise.all(
      [x, counted.inputs.whole, counted.inputs.tiles, counted.inputs.other].map(reader),
    );
    const mean = [before?.(2, 2, 6, 1), before?.(2, 3, 6, 1), before?.(2, 2, 7, 1), before?.(2, 3, 7, 1)];
    expect(whole?.(2, 1, 3, 1)).toBeCloseTo(mean.reduce((sum: number, v) => sum + (v ?? 0), 0) / 4, 5);
    expect(tiles?.(4 * 3 + 2, 1, 2, 0)).toBeCloseTo(before?.(3, 4, 2, 0) ?? 0, 6); // below to the left
    const shift = [1, 2, 3].find((k) => Math.abs((other?.(0, 0, 0, 0) ?? 0) - (whole?.(k, 0, 0, 0) ?? 0)) < 1e-7);
    expect(shift).toBeDefined();
    expect(other?.(3, 2, 1, 2)).toBeCloseTo(whole?.((3 + (shift ?? 0)) % 4, 2, 1, 2) ?? 0, 6);
    disposeAll(counted);
  });

  test('noise is of the strength asked for, and whole pixels drop', async () => {
    const x = uniforms<Tensor4D>(8, [2, 16, 16, 3], 0.2, 1);
    const dropped = pretext.denoisingTask(x, 1, { std: 0, dropout: 0.5 });
    const [before, after] = [await flat(x), await flat(dropped.inputs)];
    const gone = Array.from({ length: 512 }, (_, p) => [0, 1, 2].map((c) => after[3 * p + c] === 0));
    expect(gone.every((row) => row.every((g) => g === row[0]))).toBe(true);
    expect(Math.abs(gone.filter(([g]) => g).length - 256)).toBeLessThan(50);
    expect(after.every((v, i) => v === 0 || v === before[i])).toBe(true);
    const noisy = pretext.denoisingTask(x, 1, { std: 0.2, dropout: 0 });
    const noise = (await flat(noisy.inputs)).map((v, i) => v - (before[i] as number));
    const deviation = Math.sqrt(noise.reduce((sum, n) => sum + n * n, 0) / noise.length);
    expect(Math.abs(deviation - 0.2)).toBeLessThan(0.02);
    disposeAll([dropped, noisy]);
  });

  test('crops show the motion that their labels name', async () => {
    const x = places(6, 32, 36);
    const { inputs, labels } = pretext.egomotionTask(x, 4, { cropSize: 9, shift: 4, degrees: 40, bins: 8 });
    const [first, second] = [await reader(inputs.first), await reader(inputs.second)];
    const named = await Promise.all([labels.x, labels.y, labels.rotation].map(flat));
    // A linear picture is interpolated without error, so that a crop tells where its middle lies and where its axes point.
    const camera = (at: typeof first, i: number) => ({
      y: 100 * at(i, 4, 4, 0),
      x: 100 * at(i, 4, 4, 1),
      angle: Math.atan2(at(i, 4, 0, 0) - at(i, 4, 8, 0), at(i, 4, 8, 1) - at(i, 4, 0, 1)),
    });
    for (let i = 0; i < 6; i++) {
      const [a, b] = [camera(first, i), camera(second, i)];
      const [cos, sin] = [Math.cos(a.angle), Math.sin(a.angle)];
      const right = cos * (b.x - a.x) - sin * (b.y - a.y);
      const down = sin * (b.x - a.x) + cos * (b.y - a.y);
      const turn = ((b.angle - a.angle) * 180) / Math.PI;
      const exact = [((right + 4) / 8) * 8, ((down + 4) / 8) * 8, ((turn + 40) / 80) * 8];
      for (const [k, place] of exact.entries()) {
        expect(Math.abs(place - 0.5 - (named[k]?.[i] as number)), `${k} of ${i}: ${place}`).toBeLessThan(0.51);
      }
      expect(first(i, 0, 8, 2)).toBeCloseTo(i / 100, 5);
      expect(second(i, 8, 0, 2)).toBeCloseTo(i / 100, 5); // no corner is outside
    }
    disposeAll([inputs, labels]);
  });

  test("motion between poses is binned in the first camera's axes", async () => {
    const [c, s] = [Math.cos(Math.PI / 3), Math.sin(Math.PI / 3)];
    // The first camera is turned by 60 degrees around z; the second by 75, and 2 ahead along the first one's x axis.
    const [c2, s2] = [Math.cos((75 * Math.PI) / 180), Math.sin((75 * Math.PI) / 180)];
    const from = hold(tensor3d([c, -s, 0, 1, s, c, 0, 2, 0, 0, 1, 3, 0, 0, 0, 1], [1, 4, 4]));
    const to = hold(tensor3d([c2, -s2, 0, 1 + 2 * c, s2, c2, 0, 2 + 2 * s, 0, 0, 1, 3, 0, 0, 0, 1], [1, 4, 4]));
    const options = { bins: 9, translation: [-4.5, 4.5], rotation: [-45, 45] } as const;
    expectKept(2, () => ({ ...pretext.binMotion(from, to, options) }));
    const forth = pretext.binMotion(from, to, options);
    expect(forth.rotation.dtype).toBe('int32');
    expect(await flat(forth.translation)).toEqual([6, 4, 4]);
    expect(await flat(forth.rotation)).toEqual([4, 4, 6]);
    const narrow = pretext.binMotion(from, to, { bins: 3, translation: [-1, 1], rotation: [20, 30] });
    expect(await flat(narrow.translation)).toEqual([2, 1, 1]);
    expect(await flat(narrow.rotation)).toEqual([0, 0, 0]);
    disposeAll([forth, narrow]);
  });
});
