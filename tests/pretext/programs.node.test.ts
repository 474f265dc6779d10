import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, type Tensor4D, type Tensor5D, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import * as pretext from '../../src/pretext/index.js';
import { taskLaws } from '../../src/testing/index.js';
import { disposeAll, flat, hold } from '../helpers/index.js';
import { disposeHeld } from '../helpers/memory.js';
import { rendered, squareBeforeWall } from './scenes.js';

beforeAll(async () => {
  await setBackend('cpu');
});

describe('labels by program', () => {
  test('keep the laws of tasks', async () => {
    const runs = { numRuns: 1, shapes: [[2, 6, 7, 1]] };
    await taskLaws<Tensor4D>((x) => pretext.contourTask(x, { reach: 2 }), runs);
    await taskLaws<Tensor4D>((x) => pretext.saliencyTask(x, { size: 4 }), { ...runs, tolerance: 1e-3 });
    await taskLaws<Tensor5D>((x) => pretext.movingForegroundTask(x), { ...runs, shapes: [[2, 3, 4, 5, 2]] });
    await taskLaws<Tensor4D>((x) => pretext.relativeDepthTask(x, { remove: 'median', motion: 'forward' }), {
      ...runs,
      shapes: [[2, 3, 4, 2]],
    });
  });

  test('contourTask follows weak contours from strong ones as far as it is told', async () => {
    // An edge whose contrast falls from left to right.
    const x = rendered(9, 40, (y, x) => (y < 4 ? 0.5 : 0.5 + 0.25 * (1 - x / 40)));
    const length = async (options: pretext.ContourTaskOptions): Promise<number> => {
      const { inputs, targets } = pretext.contourTask(x, { sigma: 0, high: 0.2, low: 0.1, ...options });
      const pixels = (await flat(targets)).reduce((total, v) => total + v, 0);
      disposeAll([inputs, targets]);
      return pixels;
    };
    const strong = await length({ reach: 0 });
    expect(strong).toBeGreaterThan(4);
    expect(await length({ reach: 5 })).toBe(strong + 5);
    expect(await length({ reach: 100 })).toBe(await length({ high: 0.1 }));
    disposeHeld();
  });

  test('without stabilisation a shaking camera makes the wall move', async () => {
    const { clip } = squareBeforeWall(32, [
      [0, 0],
      [1.5, -2],
      [-1, 1.25],
      [0.5, 2],
      [2, -0.75],
    ]);
    const share = async (options: pretext.MovingForegroundTaskOptions): Promise<number> => {
      const { inputs, targets } = pretext.movingForegroundTask(clip, options);
      const count = (await flat(targets)).reduce((total, v) => total + v, 0);
      disposeAll([inputs, targets]);
      return count;
    };
    const [steady, shaking] = [await share({}), await share({ stabilize: false })];
    expect(shaking).toBeGreaterThan(1.3 * steady);
    expect(await share({ threshold: 2 })).toBe(0);
    disposeHeld();
  });

  test('say what is wrong', () => {
    disposeHeld();
    const before = memory().numTensors;
    const [image, two, clip, labels, flow] = [
      zeros([1, 4, 4, 3]) as Tensor4D,
      zeros([1, 4, 4, 2]) as Tensor4D,
      zeros([1, 2, 4, 4, 1]) as Tensor5D,
      tensor3d([1, 2], [1, 1, 2], 'int32'),
      zeros([1, 2, 2, 2]) as Tensor4D,
    ];
    const cases: [() => unknown, string][] = [
      [() => pretext.contourTask(two), 'contourTask: images must have 1 or 3 channels, got shape [1, 4, 4, 2].'],
      [
        () => pretext.contourTask(image, { low: 0.5, high: 0.2 }),
        'contourTask: low must be at most high = 0.2, got 0.5.',
      ],
      [() => pretext.contourTask(image, { reach: 1.5 }), 'reach must be an integer >= 0, got 1.5.'],
      [() => pretext.contourTask(image, { sigma: -1 }), 'sigma must be a number >= 0, got -1.'],
      [
        () => pretext.boundaries(labels, { mode: 'thin' as never }),
        "boundaries: mode must be one of 'thick', 'inner', 'outer', 'subpixel', got",
      ],
      [
        () => pretext.boundaries(image as never),
        'boundaries: labels must have shape [batch, height, width], got [1, 4, 4, 3].',
      ],
      [() => pretext.boundaries(tensor3dFloat()), 'boundaries: labels must have dtype int32, got float32.'],
      [() => pretext.movingForegroundTask(clip), 'movingForegroundTask: clips must have at least 3 frames, got 2.'],
      [
        () => pretext.movingForegroundTask(image as never),
        'clips must have shape [batch, frames, height, width, channels]',
      ],
      [() => pretext.movingForegroundTask(clip, { reach: 0.6 }), 'reach must be a number > 0 and <= 0.5, got 0.6.'],
      [() => pretext.saliencyTask(image, { size: 3 }), 'saliencyTask: size must be an integer >= 4, got 3.'],
      [
        () => pretext.relativeDepthTask(image),
        'relativeDepthTask: flow must have shape [batch, height, width, 2], got [1, 4, 4, 3].',
      ],
      [
        () => pretext.relativeDepthTask(flow, { motion: 'up' as never }),
        "motion must be one of 'lateral', 'forward', got",
      ],
      [
        () => pretext.relativeDepthTask(flow, { focus: [Number.NaN, 0] }),
        'focus[0] must be a number that is finite, got NaN.',
      ],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
    disposeAll([image, two, clip, labels, flow]);
    disposeHeld();
    expect(memory().numTensors).toBe(before);
  });
});

const tensor3dFloat = () => hold(tensor3d([1, 2], [1, 1, 2]));
