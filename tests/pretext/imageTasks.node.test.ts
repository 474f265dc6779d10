import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  ones,
  type Rank,
  setBackend,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import * as pretext from '../../src/pretext/index.js';
import { randomAffine, randomResizedCrop } from '../../src/transforms/index.js';

beforeAll(() => setBackend('cpu'));

const image = (...shape: number[]): Tensor4D => ones(shape as [number, number, number, number]);

const [colours, pose, poses] = [image(1, 1, 1, 2), ones<Rank.R3>([1, 4, 4]), ones<Rank.R3>([2, 4, 4])];

describe('bad input throws before a tensor is made', () => {
  const rows: [string, (x: Tensor4D) => unknown, RegExp][] = [
    ['rotation of one, no seed', (x) => pretext.rotationTask(x, undefined, { turns: 'one' }), /seed must be given/],
    ['rotation, turns', (x) => pretext.rotationTask(x, 1, { turns: 'two' as 'one' }), /turns must be one of/],
    [
      'position, jitter',
      (x) => pretext.relativePositionTask(x, 1, { gap: 1, jitter: 1 }),
      /jitter must be at most half the gap 1/,
    ],
    [
      'position, size',
      (x) => pretext.relativePositionTask(x, 1, { patchSize: 4, gap: 1, jitter: 0 }),
      /images must be at least 14 x 14 .* got 12 x 12/,
    ],
    [
      'position, chroma',
      (x) => pretext.relativePositionTask(x, 1, { chroma: 'blur' as 'drop' }),
      /chroma must be one of/,
    ],
    ['position, seed', (x) => pretext.relativePositionTask(x, 0.5), /seed must be a safe integer/],
    [
      'jigsaw, size',
      (x) => pretext.jigsawTask(x, 1, { tileSize: 5 }),
      /images must be at least 15 x 15 for 3 x 3 tiles of 5, got 12 x 12/,
    ],
    [
      'jigsaw, grid',
      (x) => pretext.jigsawTask(x, 1, { grid: 4 }),
      /permutations must be given where the grid is not 3/,
    ],
    [
      'jigsaw, permutation',
      (x) => pretext.jigsawTask(x, 1, { grid: 2, permutations: [[0, 1, 2, 2]] }),
      /permutations\[0\] must hold 0 to 3 once each/,
    ],
    [
      'jigsaw, no permutation',
      (x) => pretext.jigsawTask(x, 1, { permutations: [] }),
      /permutations must be a named set or arrays of 9/,
    ],
    ['jigsaw, grey', (x) => pretext.jigsawTask(x, 1, { grayscale: 2 }), /grayscale must be a number >= 0 and <= 1/],
    ['colours, target', (x) => pretext.colorizationTask(x, { target: 'lab' as 'ab' }), /target must be one of/],
    [
      'colours, stride',
      (x) => pretext.colorizationTask(x, { target: 'ab', stride: 13 }),
      /at least as large as the stride 13/,
    ],
    ['colours, bins', (x) => pretext.colorizationTask(x, { bins: [[1, 2, 3]] }), /bins\[0\] must be \[a, b\]/],
    [
      'colours, prior',
      (x) => pretext.colorizationTask(x, { bins: [[0, 0]], prior: [1, 2] }),
      /prior must have one entry per bin \(1\), got 2/,
    ],
    ['colours, sigma', (x) => pretext.colorizationTask(x, { sigma: 0 }), /sigma must be a number/],
    ['inpainting, mask', (x) => pretext.inpaintingTask(x, 1, { mask: 'none' as 'center' }), /mask must be one of/],
    ['inpainting, ratio', (x) => pretext.inpaintingTask(x, 1, { ratio: 1 }), /ratio must be a number/],
    [
      'inpainting, overlap',
      (x) => pretext.inpaintingTask(x, 1, { overlap: 3 }),
      /images must be larger for an overlap of 3/,
    ],
    [
      'inpainting, fill',
      (x) => pretext.inpaintingTask(x, 1, { fill: [0, 1] }),
      /fill must have one entry per channel \(3\), got 2/,
    ],
    [
      'inpainting, fill word',
      (x) => pretext.inpaintingTask(x, 1, { fill: 'noise' as 'mean' }),
      /fill must be 'mean', a number or one per channel/,
    ],
    [
      'inpainting, block',
      (x) => pretext.inpaintingTask(x, 1, { blockSize: 13 }),
      /blockSize must be an integer >= 1 and <= 12/,
    ],
    [
      'inpainting, all hidden',
      (x) => pretext.inpaintingTask(x, 1, { ratio: 0.9999, overlap: 0 }),
      /images must be larger for ratio 0.9999/,
    ],
    [
      'super-resolution',
      (x) => pretext.superResolutionTask(x, { factor: 5 }),
      /sides that factor 5 divides, got 12 x 12/,
    ],
    [
      'super-resolution, filter',
      (x) => pretext.superResolutionTask(x, { filter: 'sharp' as 'box' }),
      /filter must be one of/,
    ],
    ['denoising', (x) => pretext.denoisingTask(x, 1, { dropout: 1 }), /dropout must be a number/],
    [
      'transforms, none',
      (x) => pretext.geometricTransformTask(x, 1, { transforms: [] }),
      /transforms must be a list of at least 1/,
    ],
    [
      'transforms, size',
      (x) => pretext.geometricTransformTask(x, 1, { transforms: [randomResizedCrop({ size: 4 })] }),
      /transforms must keep the shape \[2, 12, 12, 3\], got \[2, 4, 4, 3\]/,
    ],
    ['counting, filters', (x) => pretext.countingTask(x, 1, { filters: [] }), /filters must be a list of at least one/],
    [
      'counting, filter',
      (x) => pretext.countingTask(x, 1, { filters: ['mean' as 'box'] }),
      /filters\[0\] must be one of/,
    ],
    [
      'egomotion, size',
      (x) => pretext.egomotionTask(x, 1, { cropSize: 9 }),
      /images must be at least 14 x 14 for crops of 9/,
    ],
    ['egomotion, bins', (x) => pretext.egomotionTask(x, 1, { bins: 0 }), /bins.translation must be an integer >= 1/],
    ['encoding', (x) => pretext.encodeColors(x), /ab must have shape \[batch, height, width, 2\]/],
    ['encoding, bins', () => pretext.encodeColors(colours, { bins: [] }), /bins must be an \[a, b\] per bin/],
    [
      'decoding',
      (x) => pretext.decodeColors(x, { bins: [[0, 0]] }),
      /logits must have shape \[batch, height, width, 1\]/,
    ],
    ['weights', () => pretext.colorWeights([0.5, -1]), /prior\[1\] must be a number >= 0/],
    ['weights, nothing', () => pretext.colorWeights([0, 0]), /sum of prior must be a number > 0/],
    ['bins', () => pretext.gamutBins({ gridSize: 0.5 }), /gridSize must be a number >= 1 and <= 100/],
    [
      'motion',
      () =>
        pretext.binMotion(pose, poses, {
          translation: [0, 1],
          rotation: [0, 1],
        }),
      /to must have shape/,
    ],
    [
      'motion, range',
      () =>
        pretext.binMotion(pose, pose, {
          translation: [1, 1],
          rotation: [0, 1],
        }),
      /translation must not be empty/,
    ],
  ];
  test.each(rows)('%s', (_, call, message) => {
    const x = image(2, 12, 12, 3);
    const before = memory().numTensors;
    expect(() => call(x)).toThrow(message);
    expect(memory().numTensors - before).toBe(0);
  });

  const tasks: [string, (x: Tensor4D) => unknown][] = [
    ['rotationTask', (x) => pretext.rotationTask(x)],
    ['relativePositionTask', (x) => pretext.relativePositionTask(x, 1)],
    ['jigsawTask', (x) => pretext.jigsawTask(x, 1)],
    ['colorizationTask', (x) => pretext.colorizationTask(x)],
    ['splitBrainTask', (x) => pretext.splitBrainTask(x)],
    ['inpaintingTask', (x) => pretext.inpaintingTask(x, 1)],
    ['superResolutionTask', (x) => pretext.superResolutionTask(x)],
    ['denoisingTask', (x) => pretext.denoisingTask(x, 1)],
    ['autoencodingTask', (x) => pretext.autoencodingTask(x)],
    ['geometricTransformTask', (x) => pretext.geometricTransformTask(x, 1)],
    ['countingTask', (x) => pretext.countingTask(x, 1)],
    ['egomotionTask', (x) => pretext.egomotionTask(x, 1)],
  ];
  test.each(tasks)('%s refuses what are no images', (name, task) => {
    const ints = zeros([2, 12, 12, 3], 'int32') as Tensor4D;
    const empty = tensor4d([], [0, 12, 12, 3]);
    const before = memory().numTensors;
    expect(() => task(ints)).toThrow(new RegExp(`${name}: images must have dtype float32, got int32`));
    expect(() => task(empty)).toThrow(/got \[0, 12, 12, 3\]/);
    expect(() => task(tensor2d([[1]]) as unknown as Tensor4D)).toThrow(/must have shape \[batch, height, width, /);
    expect(() => task(undefined as unknown as Tensor4D)).toThrow(/must be a tensor, got undefined/);
    expect(memory().numTensors - before).toBe(1);
  });

  test('what suits images of other shapes only', () => {
    const [flat, gray, tiny] = [image(2, 8, 12, 3), image(2, 12, 12, 1), image(2, 2, 2, 3)];
    expect(() => pretext.rotationTask(flat)).toThrow(/images must be square, got 8 x 12/);
    expect(() => pretext.geometricTransformTask(flat, 1)).toThrow(/images must be square/);
    expect(() => pretext.colorizationTask(gray)).toThrow(/must have shape \[batch, height, width, 3\]/);
    expect(() => pretext.relativePositionTask(gray, 1, { chroma: 'drop' })).toThrow(/images must have 3 channels/);
    expect(() => pretext.relativePositionTask(tiny, 1)).toThrow(/images must be at least 3 x 3/);
    expect(() => pretext.jigsawTask(tiny, 1)).toThrow(/images must be at least 3 x 3 for the grid, got 2 x 2/);
    expect(() => pretext.countingTask(image(1, 4, 4, 3), 1)).toThrow(/images must be two or more/);
    expect(() => pretext.countingTask(image(2, 5, 4, 3), 1)).toThrow(/images must have even sides, got 5 x 4/);
  });
});

describe('options and defaults', () => {
  test('defaults suit images of 32 pixels, and of one channel', async () => {
    for (const channels of [1, 3]) {
      const x = image(2, 32, 32, channels);
      expect(pretext.relativePositionTask(x, 1).inputs.anchor.shape).toEqual([2, 7, 7, channels]);
      expect(pretext.jigsawTask(x, 1).inputs.shape).toEqual([2, 9, 8, 8, channels]);
      expect(pretext.egomotionTask(x, 1).inputs.first.shape).toEqual([2, 16, 16, channels]);
      expect(pretext.countingTask(x, 1).inputs.tiles.shape).toEqual([2, 4, 16, 16, channels]);
      const hidden = await pretext.inpaintingTask(x, 1).mask.data();
      expect(Array.from(hidden).filter((h) => h === 1)).toHaveLength(2 * 14 * 14);
    }
  });

  test('the place of the anchor says nothing about the label', async () => {
    const side = 14;
    const values = Array.from({ length: side * side }, (_, p) => p / 1000);
    const x = tensor4d(new Array(600).fill(values).flat(), [600, side, side, 1]);
    const { inputs, labels } = pretext.relativePositionTask(x, 3, { patchSize: 2, gap: 2, jitter: 1 });
    const [corners, drawn] = [await inputs.anchor.data(), await labels.data()];
    const seen = Array.from({ length: 8 }, () => new Set<string>());
    const lines: Record<number, number[]> = {};
    drawn.forEach((label, i) => {
      const place = Math.round(1000 * (corners[4 * i] as number));
      seen[label]?.add(String(place));
      lines[label] = [...(lines[label] ?? []), Math.floor(place / side)];
    });
    // Anchors lie at lines and columns 4 to 8, and for every label in all parts of that square.
    for (const label of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const all = lines[label] as number[];
      expect([Math.min(...all), Math.max(...all)]).toEqual([4, 8]);
      expect(Math.abs(all.reduce((a, b) => a + b, 0) / all.length - 6)).toBeLessThan(0.45);
      expect(seen[label]?.size).toBeGreaterThan(12);
    }
  });

  test("transforms of one's own are drawn by image", async () => {
    const x = image(12, 8, 8, 1);
    const black = randomAffine({ degrees: 0, translate: [0, 0], scale: [0.25, 0.25] });
    const { inputs, labels } = pretext.geometricTransformTask(x, 2, {
      transforms: [randomAffine({ degrees: 0, scale: [1, 1] }), black],
    });
    const [values, drawn] = [await inputs.data(), await labels.data()];
    expect(new Set(drawn).size).toBe(2);
    for (const [i, label] of drawn.entries()) expect(values[64 * i]).toBe(label === 0 ? 1 : 0); // a corner
  });

  test('bins of sRGB are those around its colours', () => {
    const bins = pretext.gamutBins();
    expect(bins).toHaveLength(309);
    const names = new Set(bins.map(String));
    expect(names.size).toBe(309);
    for (const inside of ['0,0', '80,70', '80,60', '-80,80', '80,-110', '-90,90']) expect(names.has(inside)).toBe(true);
    for (const outside of ['110,0', '-100,0', '0,-120', '60,-110,', '-80,-40']) expect(names.has(outside)).toBe(false);
    expect(pretext.gamutBins({ gridSize: 40 }).every(([a, b]) => a % 40 === 0 && b % 40 === 0)).toBe(true);
  });

  test('the prior counts the pixels next to each bin, and spreads them', async () => {
    // Grey and red, whose a and b are 80 and 67.
    const data = Uint8Array.from([128, 128, 128, 255, 0, 0, 128, 128, 128, 128, 128, 128]);
    const bins = [
      [80, 70],
      [0, 0],
      [0, 5],
      [-50, 50],
    ];
    const hard = await pretext.colorPrior({ data, shape: [4, 1, 1, 3] }, { bins, sigma: 0, chunk: 3 });
    expect(Array.from(hard)).toEqual([0.25, 0.75, 0, 0]);
    for (const same of [Uint8ClampedArray.from(data), Int32Array.from(data)]) {
      expect(await pretext.colorPrior({ data: same, shape: [4, 1, 1, 3] }, { bins, sigma: 0 })).toEqual(hard);
    }
    expect(await pretext.colorPrior(tensor4d(data, [4, 1, 1, 3], 'int32'), { bins, sigma: 0 })).toEqual(hard);
    const near = Math.exp(-25 / 50);
    const soft = await pretext.colorPrior(
      tensor4d(
        Array.from(data, (v) => v / 255),
        [2, 1, 2, 3],
      ),
      { bins },
    );
    expect(soft[1]).toBeCloseTo(0.75 / (1 + near), 4);
    expect(soft[2]).toBeCloseTo((0.75 * near) / (1 + near), 4);
    await expect(pretext.colorPrior({ data, shape: [12, 1, 1, 1] })).rejects.toThrow(/images must have 3 channels/);
    await expect(pretext.colorPrior(tensor1d([1]))).rejects.toThrow(/images must have rank 4/);
  });

  test('the prior is exact about which bin is nearest', async () => {
    const bins = pretext.gamutBins();
    const data = Uint8Array.from({ length: 3 * 400 }, (_, i) => (i * 7919) % 256);
    const prior = await pretext.colorPrior({ data, shape: [1, 20, 20, 3] }, { bins, sigma: 0 });
    const { targets } = pretext.colorizationTask(
      tensor4d(
        Array.from(data, (v) => v / 255),
        [1, 20, 20, 3],
      ),
      { target: 'ab' },
    );
    const ab = await targets.data();
    const counts = new Float32Array(bins.length);
    for (let p = 0; p < 400; p++) {
      const away = bins.map(([a, b]) => (a - (ab[2 * p] as number)) ** 2 + (b - (ab[2 * p + 1] as number)) ** 2);
      const nearest = away.indexOf(Math.min(...away));
      counts[nearest] = (counts[nearest] as number) + 1 / 400;
    }
    for (const [q, share] of counts.entries()) expect(prior[q]).toBeCloseTo(share, 5);
  });
});
