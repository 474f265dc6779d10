import { memory, reshape, tensor3d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { cameraShifts } from '../../src/pretext/cameraShift.js';
import * as pretext from '../../src/pretext/index.js';
import { planeFourier } from '../../src/pretext/planeFourier.js';
import { disposeAll, expectClose, flat, hold, normals, onEveryBackend } from '../helpers/index.js';
import { rendered, squareBeforeWall } from './scenes.js';

onEveryBackend('labels by program', () => {
  test('contourTask draws the outline of a square one pixel wide, and nothing of a slope', async () => {
    const x = rendered(20, 24, (y, x) => (y >= 6 && y < 14 && x >= 8 && x < 18 ? 0.9 : 0.1) + x / 500);
    const before = memory().numTensors;
    const { inputs, targets } = pretext.contourTask(x, { sigma: 1, reach: 3 });
    expect(memory().numTensors - before).toBe(2);
    await expectClose(inputs, x, { rtol: 0, atol: 0 });
    expect(targets.shape).toEqual([1, 20, 24, 1]);
    const map = await flat(targets);
    const at = (y: number, x: number): number => map[y * 24 + x] as number;
    const column = (x: number): number[] => Array.from({ length: 20 }, (_, y) => at(y, x));
    const row = (y: number): number[] => Array.from({ length: 24 }, (_, x) => at(y, x));
    for (const line of [column(12), row(10)]) expect(line.reduce((sum, v) => sum + v, 0)).toBe(2);
    expect(at(5, 12) + at(6, 12)).toBe(1);
    expect(at(13, 12) + at(14, 12)).toBe(1);
    expect(at(10, 7) + at(10, 8)).toBe(1);
    expect(at(10, 17) + at(10, 18)).toBe(1);
    expect(map.filter((v) => v !== 0 && v !== 1)).toEqual([]);
    const far = map.filter((_, i) => i < 4 * 24 || i >= 16 * 24);
    expect(far.every((v) => v === 0)).toBe(true);
    disposeAll([inputs, targets]);
  });

  test('boundaries of a label map, between pixels too', async () => {
    const labels = hold(tensor3d([1, 1, 2, 1, 1, 2], [1, 2, 3], 'int32'));
    const subpixel = pretext.boundaries(labels, { mode: 'subpixel' });
    expect(subpixel.shape).toEqual([1, 3, 5]);
    expect(await flat(subpixel)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    const thick = pretext.boundaries(labels);
    expect([thick.dtype, await flat(thick)]).toEqual(['int32', [0, 1, 1, 0, 1, 1]]);
    disposeAll([subpixel, thick]);
  });

  test('planeFourier agrees with the sum, and its inverse with the planes', async () => {
    const x = normals(1, [2, 3, 5]);
    const planes = { real: x, imaginary: normals(2, [2, 3, 5]) } as Parameters<typeof planeFourier>[0];
    const there = tidy(() => ({ ...planeFourier(planes) }));
    const [a, b] = [await flat(planes.real), await flat(planes.imaginary)];
    const [u, v] = [2, 3];
    let [re, im] = [0, 0];
    for (let i = 0; i < 15; i++) {
      const angle = -2 * Math.PI * ((Math.floor(i / 5) * u) / 3 + ((i % 5) * v) / 5);
      re += (a[15 + i] as number) * Math.cos(angle) - (b[15 + i] as number) * Math.sin(angle);
      im += (a[15 + i] as number) * Math.sin(angle) + (b[15 + i] as number) * Math.cos(angle);
    }
    const place = 15 + u * 5 + v;
    await expectClose(
      [(await flat(there.real))[place] as number, (await flat(there.imaginary))[place] as number],
      [re, im],
      {
        atol: 1e-4,
      },
    );
    const back = tidy(() => ({ ...planeFourier(there, true) }));
    await expectClose(
      back.real,
      a.map((value) => 15 * value),
      { atol: 1e-3 },
    );
    await expectClose(
      back.imaginary,
      b.map((value) => 15 * value),
      { atol: 1e-3 },
    );
    disposeAll([...Object.values(there), ...Object.values(back)]);
  });

  test('movingForegroundTask follows a shaking camera and finds what moves before it', async () => {
    const size = 32;
    const camera = [
      [0, 0],
      [1.5, -2],
      [-1, 1.25],
      [0.5, 2],
      [2, -0.75],
    ] as const;
    const { clip, square } = squareBeforeWall(size, camera);
    const frames = tidy(() => reshape(clip, [1, 5, size, size]));
    const shifts = tidy(() => ({ ...cameraShifts(frames as Parameters<typeof cameraShifts>[0], 0.25) }));
    const [down, right] = [await flat(shifts.down), await flat(shifts.right)];
    const middle = camera[2];
    for (const [f, [y, x]] of camera.entries()) {
      expect(Math.abs((down[f] as number) - (y - middle[0]))).toBeLessThan(0.8);
      expect(Math.abs((right[f] as number) - (x - middle[1]))).toBeLessThan(0.8);
    }
    const before = memory().numTensors;
    const { inputs, targets } = pretext.movingForegroundTask(clip);
    expect(memory().numTensors - before).toBe(2);
    const found = await flat(targets);
    let [both, either] = [0, 0];
    for (const [i, v] of found.entries()) {
      const inside = square(Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size);
      both += inside && v === 1 ? 1 : 0;
      either += inside || v === 1 ? 1 : 0;
    }
    expect(both / either).toBeGreaterThan(0.6);
    disposeAll([frames, shifts.down, shifts.right, inputs, targets]);
  });

  test('saliencyTask finds the odd one out, and nothing in an image without contrast', async () => {
    const x = rendered(24, 32, (y, x) =>
      Math.abs(y - 7) < 3 && Math.abs(x - 22) < 3 ? 0.9 : 0.4 + 0.1 * Math.sin(x) * Math.cos(y),
    );
    const before = memory().numTensors;
    const { inputs, targets } = pretext.saliencyTask(x, { sigma: 1.5 });
    expect(memory().numTensors - before).toBe(2);
    const map = await flat(targets);
    const peak = map.indexOf(Math.max(...map));
    expect(map[peak]).toBeCloseTo(1, 4);
    expect(Math.hypot(Math.floor(peak / 32) - 7, (peak % 32) - 22)).toBeLessThan(4.5);
    expect(map.reduce((sum, v) => sum + v, 0) / map.length).toBeLessThan(0.3);
    const even = pretext.saliencyTask(
      rendered(10, 12, () => 0.3),
      { size: 8 },
    );
    await expectClose(even.targets, new Array(120).fill(0), { atol: 0, rtol: 0 });
    disposeAll([inputs, targets, ...Object.values(even)]);
  });

  test('relativeDepthTask orders pixels as their depths, sideways and forwards, with a pan taken off', async () => {
    const depth = (y: number, x: number): number => (x < 6 ? 40 : 2 + ((3 * y + x) % 7));
    const values = (u: (y: number, x: number) => readonly [number, number]): Float32Array =>
      Float32Array.from({ length: 8 * 10 * 2 }, (_, i) => u(i >> 1, 0)[i % 2] as number);
    const place = (f: (y: number, x: number) => readonly [number, number]) =>
      hold(
        tensor4d(
          values((i) => f(Math.floor(i / 10), i % 10)),
          [1, 8, 10, 2],
        ),
      );
    const truth = Array.from({ length: 80 }, (_, i) => depth(Math.floor(i / 10), i % 10));
    const flows = {
      lateral: [place((y, x) => [12 / depth(y, x), -5 / depth(y, x)]), {}],
      panned: [place((y, x) => [3 + 12 / depth(y, x), 0.5 - 5 / depth(y, x)]), { remove: 'median' }],
      forward: [
        place((y, x) => [(0.9 * (x + 0.5 - 5)) / depth(y, x), (0.9 * (y + 0.5 - 4)) / depth(y, x)]),
        { motion: 'forward' },
      ],
    } as const;
    for (const [name, [flow, options]] of Object.entries(flows)) {
      const { inputs, targets } = pretext.relativeDepthTask(flow, options);
      const found = await flat(targets);
      for (let i = 0; i < 80; i += 3) {
        for (let j = 0; j < 80; j++) {
          if ((truth[i] as number) < (truth[j] as number) - 1e-6)
            expect(found[i], `${name}, ${i} and ${j}`).toBeLessThan(found[j] as number);
        }
      }
      disposeAll([inputs, targets]);
    }
    const still = pretext.relativeDepthTask(place(() => [0, 0]));
    await expectClose(still.targets, new Array(80).fill(1));
    disposeAll(still);
  });
});
