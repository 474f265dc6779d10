import '@tensorflow/tfjs-backend-cpu';
import { fill, memory, slice, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { type Corruption, corrupt, corruptions, linearProbe, robustnessProbe } from '../../src/probes/index.js';
import { expectClose } from '../helpers/index.js';
import { halves } from './images.js';

type Shape = [number, number, number, number];

/** Numbers of corrupted images. */
async function spoilt(
  values: Float32Array,
  shape: Shape,
  kind: Corruption,
  severity: number,
  seed = 1,
): Promise<number[]> {
  const x = tensor4d(values, shape);
  const y = corrupt(x, seed, { kind, severity });
  const out = Array.from(await y.data());
  x.dispose();
  y.dispose();
  return out;
}

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('corrupt', () => {
  const smooth = (shape: Shape): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => {
      const place = Math.floor(i / shape[3]);
      return 0.5 + 0.4 * Math.sin(place / 3 + (i % shape[3])) * Math.cos(place / (5 * shape[2]));
    });

  test('changes more at every severity, the same for the same seed, each image by its own draws', async () => {
    const shape: Shape = [3, 16, 20, 3];
    const values = smooth(shape);
    const x = tensor4d(values, shape);
    const last = slice(x, [0, 0, 0, 0], [2, 16, 20, 3]);
    const before = memory().numTensors;
    const drawn: Corruption[] = [];
    for (const kind of corruptions) {
      let least = 0;
      for (let severity = 1; severity <= 5; severity++) {
        const change = mean(
          (await spoilt(values, shape, kind, severity)).map((v, i) => Math.abs(v - (values[i] as number))),
        );
        expect(change, `${kind} ${severity}`).toBeGreaterThan(least);
        least = change;
      }
      const whole = await spoilt(values, shape, kind, 3);
      expect(await spoilt(values, shape, kind, 3)).toEqual(whole);
      const [y, z] = [corrupt(last, 1, { kind }), corrupt(x, 2, { kind })];
      await expectClose(y, whole.slice(0, y.size), { atol: 1e-6 });
      if (Array.from(await z.data()).some((v, i) => Math.abs(v - (whole[i] as number)) > 1e-6)) drawn.push(kind);
      for (const one of [y, z]) one.dispose();
    }
    expect(memory().numTensors).toBe(before);
    expect(drawn).toEqual([
      'gaussianNoise',
      'shotNoise',
      'impulseNoise',
      'motionBlur',
      'fog',
      'occlusion',
      'rotation',
      'translation',
    ]);
    for (const one of [x, last]) one.dispose();
  });

  test('noise has the mean, the deviation and the share that it should', async () => {
    const shape: Shape = [2, 40, 40, 3];
    const half = new Float32Array(9600).fill(0.5);
    const gaussian = await spoilt(half, shape, 'gaussianNoise', 3);
    await expectClose([mean(gaussian), mean(gaussian.map((v) => (v - 0.5) ** 2))], [0.5, 0.12 ** 2], { rtol: 0.05 });
    const shot = await spoilt(
      half.map(() => 0.25),
      shape,
      'shotNoise',
      2,
    );
    await expectClose([mean(shot), mean(shot.map((v) => (v - 0.25) ** 2))], [0.25, 0.25 / 100], { rtol: 0.05 });
    const impulse = await spoilt(half, shape, 'impulseNoise', 5);
    await expectClose(mean(impulse.map((v) => (v === 0 ? 1 : 0))), 0.085, { rtol: 0.15 });
    await expectClose(mean(impulse.map((v) => (v === 1 ? 1 : 0))), 0.085, { rtol: 0.15 });
    expect(impulse.filter((v) => v !== 0 && v !== 1 && v !== 0.5)).toEqual([]);
  });

  test('a point becomes a disc, a bell or a line of the same light; a flat image stays', async () => {
    const shape: Shape = [1, 33, 33, 1];
    const point = new Float32Array(33 * 33);
    point[16 * 33 + 16] = 1;
    for (const kind of ['defocusBlur', 'gaussianBlur', 'motionBlur'] as const) {
      const y = await spoilt(point, shape, kind, 5);
      await expectClose(
        y.reduce((a, b) => a + b),
        1,
        { rtol: 1e-4 },
      );
      await expectClose(y, [...y].reverse(), { atol: 1e-5 }); // symmetric about the middle
      const lit = y.filter((v) => v > 1e-6).length;
      if (kind === 'motionBlur') expect(lit).toBeLessThan(45);
      if (kind === 'defocusBlur') await expectClose(1 / Math.max(...y), Math.PI * (0.13 * 33) ** 2, { rtol: 0.02 });
      const flat = await spoilt(new Float32Array(33 * 33).fill(0.3), shape, kind, 5);
      await expectClose(
        flat,
        flat.map(() => 0.3),
      );
    }
    // An image of one pixel has nothing to be mixed with.
    for (const kind of ['defocusBlur', 'gaussianBlur', 'motionBlur', 'pixelate', 'fog'] as const) {
      const [y] = await spoilt(Float32Array.of(0.25), [1, 1, 1, 1], kind, 5);
      if (kind !== 'fog') expect(y).toBeCloseTo(0.25, 5);
    }
  });

  test('light, coarse pixels and hiding do what their formulas say', async () => {
    const shape: Shape = [1, 4, 8, 1];
    const x = Float32Array.from({ length: 32 }, (_, i) => i / 40);
    await expectClose(
      await spoilt(x, shape, 'brightness', 5),
      Array.from(x, (v) => Math.min(1, v + 0.5)),
    );
    await expectClose(
      await spoilt(x, shape, 'contrast', 2),
      Array.from(x, (v) => 0.5 * v + 0.5 * mean(x)),
    );
    // Half as many pixels: 2 x 2 means.
    const coarse = await spoilt(x, shape, 'pixelate', 3);
    const cell = (r: number, c: number): number => mean([0, 1, 8, 9].map((o) => x[16 * r + 2 * c + o] as number));
    await expectClose(
      coarse,
      Array.from(x, (_, i) => cell(i >> 4, (i % 8) >> 1)),
    );
    const hazy = await spoilt(x, shape, 'fog', 3);
    expect(hazy.every((v, i) => v >= (x[i] as number) / 2 - 1e-6 && v <= (x[i] as number) / 2 + 0.5 + 1e-6)).toBe(true);
    const hidden = await spoilt(new Float32Array(400).fill(1), [1, 20, 20, 1], 'occlusion', 4);
    expect(hidden.filter((v) => v === 0.5)).toHaveLength(100);
  });

  test('JPEG is the standard transform of each block, quantised', async () => {
    const [height, width] = [11, 8]; // the last block has three rows and continues the third
    const x = smooth([1, height, width, 1]);
    const actual = await spoilt(x, [1, height, width, 1], 'jpeg', 2); // quality 30
    const table =
      '16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99'
        .split(' ')
        .map((q) => Math.floor((Number(q) * (5000 / 30) + 50) / 100))
        .map((q) => Math.min(255, q));
    const scale = (k: number): number => (k === 0 ? Math.SQRT1_2 : 1) / 2;
    const wave = (k: number, i: number): number => Math.cos(((2 * i + 1) * k * Math.PI) / 16);
    const all = Array.from({ length: 64 }, (_, i) => [i >> 3, i % 8] as const);
    for (const top of [0, 8]) {
      const at = (y: number, c: number): number => 255 * (x[Math.min(height - 1, top + y) * width + c] as number) - 128;
      const kept = all.map(([u, v], k) => {
        const sum = all.reduce((total, [y, c]) => total + at(y, c) * wave(u, y) * wave(v, c), 0);
        return Math.round((scale(u) * scale(v) * sum) / (table[k] as number)) * (table[k] as number);
      });
      for (const [y, c] of all.filter(([row]) => top + row < height)) {
        const value = all.reduce(
          (sum, [u, v], k) => sum + scale(u) * scale(v) * (kept[k] as number) * wave(u, y) * wave(v, c),
          0,
        );
        await expectClose(actual[(top + y) * width + c] as number, Math.min(1, Math.max(0, (value + 128) / 255)), {
          atol: 1e-4,
        });
      }
    }
    // A flat colour has only the first coefficient of each plane, whose step at quality 50 is 16 and 17: 2 of 255.
    const flat = Float32Array.from({ length: 192 }, (_, k) => [0.9, 0.4, 0.2][k % 3] as number);
    await expectClose(await spoilt(flat, [1, 8, 8, 3], 'jpeg', 1), flat, { atol: 0.012, rtol: 0 });
  });

  test('says what is wrong before it makes a tensor', () => {
    const x = fill([1, 4, 4, 1], 0.5) as Tensor4D;
    const before = memory().numTensors;
    const cases: [() => unknown, string][] = [
      [() => corrupt(x, 1, { kind: 'snow' as 'fog' }), "corrupt: kind must be one of 'gaussianNoise', "],
      [() => corrupt(x, 1, { kind: 'fog', severity: 6 }), 'corrupt: severity must be an integer >= 1 and <= 5, got 6.'],
      [
        () => corrupt(x, 1, { kind: 'saturation' }),
        "corrupt: images must have 3 channels for kind 'saturation', got 1.",
      ],
      [() => corrupt(x, 0.5, { kind: 'fog' }), 'seed must be a safe integer'],
      [() => corrupt(x, 1, undefined as never), 'corrupt: kind must be one of'],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
    expect(memory().numTensors).toBe(before);
    x.dispose();
  });
});

describe('robustnessProbe', () => {
  const encoder = sequential({
    layers: [layers.averagePooling2d({ poolSize: 2, inputShape: [6, 6, 3] }), layers.flatten()],
  });
  const bytes = (seed: number, n: number) => {
    const { x, labels } = halves(seed, n, 6, 3);
    return { x: { data: Uint8Array.from(x.data, (v) => Math.round(255 * v)), shape: x.shape }, labels };
  };
  const data = { train: bytes(1, 36), test: bytes(2, 40) };

  test('probes clean and spoilt images, whatever the batch size, and compares with a baseline', async () => {
    const options = { kinds: ['gaussianNoise', 'occlusion', 'brightness'] as const, severities: [1, 5], C: 0.1 };
    const before = memory().numTensors;
    const result = await robustnessProbe(encoder, data, 1, options);
    expect(memory().numTensors).toBe(before);
    const clean = await linearProbe(encoder, data, 1, { C: 0.1 });
    expect(result.cleanPredictions).toEqual(clean.predictions);
    expect(result.corrupted.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
      'gaussianNoise 1',
      'gaussianNoise 5',
      'occlusion 1',
      'occlusion 5',
      'brightness 1',
      'brightness 5',
    ]);
    const hardest = result.corrupted[5];
    expect(hardest?.accuracy as number).toBeLessThan(result.clean);
    for (const [k, { accuracy }] of result.byKind.entries()) {
      await expectClose(accuracy, mean(result.corrupted.slice(2 * k, 2 * k + 2).map((c) => c.accuracy)));
    }
    await expectClose(result.relativeAccuracy, result.accuracy / result.clean);
    expect(result.meanCorruptionError).toBeNull();
    const parts = await robustnessProbe(encoder, data, 1, { ...options, batchSize: 7, baseline: result });
    expect(parts.corrupted).toEqual(result.corrupted);
    const relative = parts.byKind.map((k) => k.relativeError);
    expect(relative).toEqual(result.byKind.map((k) => (k.accuracy < 1 ? 1 : null)));
    expect(parts.meanCorruptionError).toBe(1);
    expect(JSON.parse(JSON.stringify(parts))).toEqual(parts);
  });

  test('says what is wrong', async () => {
    const baseline = await robustnessProbe(encoder, data, 1, { kinds: ['fog'], severities: [1], C: 1 });
    const cases: [Promise<unknown>, string][] = [
      [robustnessProbe(encoder, data, 1, { kinds: [] }), 'robustnessProbe: kinds and severities must not be empty.'],
      [robustnessProbe(encoder, data, 1, { severities: [0] }), 'severity must be an integer >= 1 and <= 5, got 0.'],
      [robustnessProbe(encoder, data, 1, { kinds: ['snow' as 'fog'] }), 'robustnessProbe: kind must be one of'],
      [robustnessProbe(encoder, data, 1, { C: [] }), 'C must hold at least one number'],
      [
        robustnessProbe(encoder, data, 1, { kinds: ['jpeg'], severities: [1], baseline }),
        'robustnessProbe: baseline must have "jpeg" at severity 1, got 1 others.',
      ],
      [
        robustnessProbe(
          encoder,
          { ...data, test: { x: { data: new Int32Array(108).fill(256), shape: [1, 6, 6, 3] }, labels: [0] } },
          1,
        ),
        'robustnessProbe: data.test.x must hold bytes, 0 to 255, since int32 images are read as such, got 256 in sample 0.',
      ],
      [
        robustnessProbe(
          encoder,
          { ...data, test: { x: { data: new Float32Array(3), shape: [1, 3] }, labels: [0] } },
          1,
        ),
        'robustnessProbe: data.test.x must have rank 4',
      ],
    ];
    for (const [call, message] of cases) await expect(call).rejects.toThrow(message);
  });
});
