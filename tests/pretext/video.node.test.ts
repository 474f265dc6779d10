import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { memory, type Rank, reshape, type Tensor1D, type Tensor5D, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  arrowOfTimeTask,
  audioVisualTask,
  flowCorrespondenceTask,
  frameInterpolationTask,
  frameOrders,
  frameOrderTask,
  framePredictionTask,
  frameSortingTask,
  multiTask,
  patchTrackingTask,
  playbackSpeedTask,
} from '../../src/pretext/index.js';
import { drawPairs } from '../../src/pretext/pairing.js';
import { foldIn, normal, type Seed, uniform } from '../../src/random/index.js';
import { flat, hold, onEveryBackend } from '../helpers/index.js';
import { frameNumbers, numberedClips } from './clips.js';

const count = (values: readonly unknown[], wanted: unknown): number => values.filter((v) => v === wanted).length;
const differences = (numbers: readonly number[]): number[] =>
  numbers.slice(1).map((n, j) => n - (numbers[j] as number));

/** Frame numbers and labels of a batch. */
async function read({ inputs, labels }: { inputs: Tensor5D; labels: Tensor1D }): Promise<[number[], number][]> {
  const [numbers, values] = [await frameNumbers(hold(inputs)), await flat(hold(labels))];
  return numbers.map((row, i) => [row, values[i] as number]);
}

onEveryBackend('labels of clips whose frames are numbered', () => {
  test('frameOrderTask: b, c, d or b, a, d or b, e, d, and b and d tell nothing', async () => {
    const x = numberedClips(90, 20);
    const drawn = await read(frameOrderTask(x, 1, { spacing: 3, gap: 5, negatives: 0.6 }));
    const kinds = drawn.map(([[b = 0, middle = 0, d = 0], label]) => {
      expect(d - b).toBe(6);
      const kind = { 3: 'c', [-5]: 'a', 11: 'e' }[middle - b];
      expect(kind).toBeDefined();
      expect(label).toBe(kind === 'c' ? 1 : 0);
      return kind;
    });
    expect(Math.abs(count(kinds, 'c') - 36)).toBeLessThan(15);
    expect(Math.abs(count(kinds, 'a') - count(kinds, 'e'))).toBeLessThan(20);
    for (const [negatives, label] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const same = await read(frameOrderTask(x, 1, { spacing: 3, gap: 5, negatives }));
      expect(new Set(same.map(([, l]) => l))).toEqual(new Set([label]));
      expect(same.map(([[b, , d]]) => [b, d])).toEqual(drawn.map(([[b, , d]]) => [b, d]));
    }
    // defaults: as far apart as the clip allows
    const [[numbers = []] = [[]]] = await read(frameOrderTask(numberedClips(1, 10), 1, { negatives: 0 }));
    expect(differences(numbers)).toEqual([3, 3]);
    const [[far = []] = [[]]] = await read(frameOrderTask(numberedClips(1, 200), 1, { negatives: 0 }));
    expect(differences(far)).toEqual([15, 15]);
  });

  test('frameOrderTask with motion sampling: windows by their motion, and still clips are an error', async () => {
    // Only the steps from frame 20 to 23 move: windows of 3 steps that touch them have motion 1, 2, 3, 2, 1.
    const [batch, frames] = [200, 40];
    const values = Float32Array.from(
      { length: batch * frames },
      (_, k) => Math.min(3, Math.max(0, (k % frames) - 20)) / 3,
    );
    const x = hold(tensor<Rank.R5>(values, [batch, frames, 1, 1, 1]));
    const options = { spacing: 1, gap: 1, negatives: 0, sampling: 'motion' } as const;
    const { inputs, labels } = await frameOrderTask(x, 3, options);
    hold(labels);
    const seen = await flat(hold(inputs));
    // Over both sides b to d sees 0 to 2 of the moving steps; uniform sampling would see none in 8 of 9 clips.
    const moved = Array.from({ length: batch }, (_, i) => (seen[3 * i + 2] as number) - (seen[3 * i] as number));
    expect(moved.filter((m) => m > 0.1).length).toBeGreaterThan(170);
    const before = memory().numTensors;
    const still = hold(zeros<Rank.R5>([2, 8, 2, 2, 1]));
    await expect(frameOrderTask(still, 1, options)).rejects.toThrow(
      'frameOrderTask: clips must move by at least minMotion = 0.001 from frame to frame, got 0 at most in clip 0',
    );
    await expect(frameOrderTask(still, 1, { ...options, minMotion: 0 })).rejects.toThrow('must move');
    await expect(frameOrderTask(still, 1, { ...options, spacing: 4 })).rejects.toThrow('at least 10 frames');
    expect(memory().numTensors).toBe(before + 1);
  });

  test('frameSortingTask: the label is the order, of which the reverse is the same', async () => {
    expect(frameOrders(3)).toEqual([
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
    ]);
    expect([3, 4, 5, 6].map((n) => frameOrders(n).length)).toEqual([3, 12, 60, 360]);
    const drawn = await read(frameSortingTask(numberedClips(90, 11), 2, { frames: 4, spacing: 3 }));
    const orders = frameOrders(4);
    const turned = drawn.map(([numbers, label]) => {
      const first = Math.min(...numbers);
      const order = numbers.map((n) => (n - first) / 3);
      const straight = (order[0] as number) < (order[3] as number);
      expect(straight ? order : order.reverse()).toEqual(orders[label]);
      return straight;
    });
    expect(new Set(drawn.map(([, label]) => label)).size).toBe(12);
    expect(new Set(drawn.map(([numbers]) => Math.min(...numbers)))).toEqual(new Set([0, 1]));
    expect(Math.abs(count(turned, true) - 45)).toBeLessThan(20);
  });

  test('arrowOfTimeTask: 0 forwards, 1 backwards', async () => {
    const drawn = await read(arrowOfTimeTask(numberedClips(60, 9), 1, { frames: 4, stride: 2 }));
    for (const [numbers, label] of drawn) expect(differences(numbers)).toEqual(new Array(3).fill(label === 1 ? -2 : 2));
    expect(
      Math.abs(
        count(
          drawn.map(([, label]) => label),
          1,
        ) - 30,
      ),
    ).toBeLessThan(15);
    expect(new Set(drawn.map(([numbers]) => Math.min(...numbers)))).toEqual(new Set([0, 1, 2]));
    const [[all = []] = [[]]] = await read(arrowOfTimeTask(numberedClips(1, 6), 1));
    expect([...all].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('playbackSpeedTask: every n-th frame, from any start that fits', async () => {
    const speeds = [3, 1];
    const drawn = await read(playbackSpeedTask(numberedClips(160, 10), 1, { speeds, frames: 3 }));
    for (const [numbers, label] of drawn) expect(differences(numbers)).toEqual(new Array(2).fill(speeds[label]));
    const starts = (label: number): Set<number> =>
      new Set(drawn.filter(([, l]) => l === label).map(([numbers]) => numbers[0] as number));
    expect([starts(0).size, starts(1).size]).toEqual([4, 8]);
    const [[numbers = []] = [[]]] = await read(playbackSpeedTask(numberedClips(1, 10), 1));
    expect(numbers.length).toBe(3);
  });

  test('framePredictionTask and frameInterpolationTask: seen and unseen', async () => {
    const x = numberedClips(2, 8);
    const numbers = async (batch: { inputs: Tensor5D; targets: Tensor5D }): Promise<number[][]> => {
      const rows = [await frameNumbers(hold(batch.inputs)), await frameNumbers(hold(batch.targets))];
      for (const part of rows) expect(part[1]).toEqual(part[0]);
      return rows.map((part) => part[0] as number[]);
    };
    expect(await numbers(framePredictionTask(x, { context: 5 }))).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7],
    ]);
    expect(await numbers(framePredictionTask(x, { context: 2, horizon: 1 }))).toEqual([[0, 1], [2]]);
    expect(await numbers(framePredictionTask(x))).toEqual([[0, 1, 2, 3, 4, 5, 6], [7]]);
    expect(await numbers(frameInterpolationTask(x))).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5],
    ]);
    expect(await numbers(frameInterpolationTask(x, { hidden: 2 }))).toEqual([
      [0, 3, 6],
      [1, 2, 4, 5],
    ]);
  });

  test('patchTrackingTask starts where something moves', async () => {
    // Noise that stands still but for a square of 4 x 4 that jumps by a pixel; a camera's flicker moves all of it alike.
    const [batch, side] = [8, 16];
    const still = normal(5, side * side).map((v) => 0.5 + 0.1 * v);
    const moving = uniform(6, 16);
    const values = Array.from({ length: batch * 2 * side * side }, (_, k) => {
      const [t, y, x] = [Math.floor(k / side / side) % 2, Math.floor(k / side) % side, k % side];
      const [u, v] = [y - 6, x - 6 - t];
      const inside = u >= 0 && u < 4 && v >= 0 && v < 4;
      return 0.01 * t + (inside ? (moving[u * 4 + v] as number) : (still[y * side + x] as number));
    });
    const x = hold(tensor<Rank.R5>(values, [batch, 2, side, side, 1]));
    const { inputs, track } = patchTrackingTask(x, 2, { patchSize: 4 });
    for (const t of [...Object.values(inputs), track]) hold(t);
    const places = await flat(track);
    for (let i = 0; i < batch; i++) {
      const [top = 0, left = 0] = places.slice(i * 4, i * 4 + 2);
      expect([top > 2 && top < 10, left > 2 && left < 11], `clip ${i}: ${top}, ${left}`).toEqual([true, true]);
    }
  });

  test('audioVisualTask: 1 where the sound is that of the frame', async () => {
    // Each frame has 64 samples of its own level, so that the loudness of a window tells which frame it is of.
    const [batch, frames, each] = [40, 12, 64];
    const x = numberedClips(batch, frames);
    const level = (t: number): number => 1.5 ** t;
    const wave = Float32Array.from({ length: batch * frames * each }, (_, k) => {
      const [t, s] = [Math.floor(k / each) % frames, k % each];
      return level(t) * Math.sin((2 * Math.PI * s) / 8);
    });
    const audio = hold(tensor<Rank.R2>(wave, [batch, frames * each]));
    const options = {
      sampleRate: each,
      seconds: 1,
      minShift: 3,
      gain: [0, 0] as const,
      spectrogram: { fftLength: 64, hopLength: 64, melBins: 4, center: false },
    };
    const { inputs, labels } = audioVisualTask(x, audio, 1, options);
    expect(inputs.audio.shape).toEqual([batch, 1, 4]);
    const seen = (await frameNumbers(hold(inputs.frames))).map((row) => row[0] as number);
    const bands = await flat(hold(inputs.audio));
    const power = Array.from({ length: batch }, (_, i) => Math.max(...bands.slice(4 * i, 4 * i + 4)));
    const values = await flat(hold(labels));
    const base = (power[values.indexOf(1)] as number) - 2 * Math.log(1.5) * (seen[values.indexOf(1)] as number);
    for (const [i, label] of values.entries()) {
      const heard = ((power[i] as number) - base) / (2 * Math.log(1.5));
      expect(Math.abs(heard - Math.round(heard)), `sound ${i} is of one frame`).toBeLessThan(0.01);
      const apart = Math.abs(Math.round(heard) - (seen[i] as number));
      expect(label === 1 ? apart === 0 : apart >= 3, `${label}: ${seen[i]} and ${heard}`).toBe(true);
    }
    expect(Math.abs(count(values, 1) - 20)).toBeLessThan(12);
  });

  test('flowCorrespondenceTask: of the same frame, of another moment, of another entry', async () => {
    const [batch, frames] = [30, 8];
    const x = numberedClips(batch, frames);
    const field = tidy(() => {
      const values = Float32Array.from(
        { length: batch * 7 * 2 },
        (_, k) => (1000 * Math.floor(k / 14) + (Math.floor(k / 2) % 7)) / 1e5,
      );
      return tensor<Rank.R5>(values, [batch, 7, 1, 1, 2]);
    });
    hold(field);
    for (const negatives of ['moment', 'clip', 'both'] as const) {
      const { inputs, labels } = flowCorrespondenceTask(x, field, 1, { negatives, minShift: 2 });
      const seen = (await frameNumbers(hold(reshape(hold(inputs.frames), [batch, 1, 2, 1, 1])))).map(
        ([t]) => t as number,
      );
      const flows = await flat(hold(inputs.flow));
      const values = await flat(hold(labels));
      const kinds = values.map((label, i) => {
        const number = Math.round((flows[2 * i] as number) * 1e5);
        const [clip, t] = [Math.floor(number / 1000), number % 1000];
        const apart = Math.abs(t - (seen[i] as number));
        const kind = clip !== i ? 'clip' : apart === 0 ? 'same' : 'moment';
        if (kind === 'moment') expect(apart).toBeGreaterThanOrEqual(2);
        expect(kind === 'same').toBe(label === 1);
        return kind;
      });
      const wanted = { moment: ['moment', 'same'], clip: ['clip', 'same'], both: ['clip', 'moment', 'same'] };
      expect([...new Set(kinds)].sort()).toEqual(wanted[negatives]);
    }
    const images = hold(tensor<Rank.R4>([1, 2, 3, 4], [4, 1, 1, 1]));
    const flow = hold(tensor<Rank.R4>([1, 1, 2, 2, 3, 3, 4, 4], [4, 1, 1, 2]));
    const single = flowCorrespondenceTask(images, flow, 3);
    const [a, b, labels] = [
      await flat(hold(single.inputs.frames)),
      await flat(hold(single.inputs.flow)),
      await flat(hold(single.labels)),
    ];
    expect(a).toEqual([1, 2, 3, 4]);
    for (const [i, label] of labels.entries()) expect(b[2 * i] === a[i]).toBe(label === 1);
    expect(new Set(labels).size).toBe(2);
  });

  test('moments of pairs are distributed alike under both labels', () => {
    const plan = { batch: 12000, places: 6, minShift: 3, negatives: 'moment', mismatched: 0.5 } as const;
    const pairs = drawPairs(plan, 1);
    const share = (label: number, half: 'seen' | 'heard', place: number): number => {
      const own = pairs.filter((pair) => pair.label === label);
      return own.filter((pair) => pair[half] === place).length / own.length;
    };
    // Of the pairs 0-3, 0-4, 0-5, 1-4, 1-5, 2-5, in which each place stands so often:
    const expected = [3, 2, 1, 1, 2, 3].map((n) => n / 12);
    for (const [place, wanted] of expected.entries()) {
      for (const label of [0, 1]) {
        expect(Math.abs(share(label, 'seen', place) - wanted)).toBeLessThan(0.02);
        expect(Math.abs(share(label, 'heard', place) - wanted)).toBeLessThan(0.02);
      }
    }
  });

  test('multiTask: the seed draws the task by its weight, and the batch carries its name', async () => {
    const tasks = {
      arrow: (x: Tensor5D, seed: Seed) => arrowOfTimeTask(x, seed),
      order: (x: Tensor5D, seed: Seed) => frameOrderTask(x, seed, { sampling: 'motion', minMotion: 0 }),
      never: (x: Tensor5D, seed: Seed) => playbackSpeedTask(x, seed),
    };
    const task = multiTask(tasks, { weights: { arrow: 3, never: 0 } });
    const names = Array.from({ length: 400 }, (_, step) => task.choose(foldIn(1, step)));
    expect(count(names, 'never')).toBe(0);
    expect(Math.abs(count(names, 'arrow') - 300)).toBeLessThan(30);
    const x = numberedClips(2, 8);
    for (const name of ['arrow', 'order'] as const) {
      const seed = foldIn(1, names.indexOf(name));
      const batch = task(x, seed);
      expect(batch instanceof Promise).toBe(name === 'order');
      const result = await batch;
      expect(result.name).toBe(name);
      const direct = await tasks[name](x, foldIn(seed, 1));
      expect(await flat(hold(result.inputs))).toEqual(await flat(hold(direct.inputs)));
      expect(await flat(hold(result.labels))).toEqual(await flat(hold(direct.labels)));
    }
  });

  test('bad input throws before any tensor is made, and says what was expected', () => {
    const x = hold(zeros<Rank.R5>([2, 6, 4, 4, 3]));
    const audio = hold(zeros<Rank.R2>([2, 60]));
    const flow = hold(zeros<Rank.R5>([2, 5, 4, 4, 2]));
    const one = hold(zeros<Rank.R4>([1, 4, 4, 2]));
    const sound = { sampleRate: 60 };
    const bad: [() => unknown, string][] = [
      [
        () => frameOrderTask(one as never, 1),
        'frameOrderTask: clips must have shape [batch, frames, height, width, channels], got [1, 4, 4, 2]',
      ],
      [
        () => frameOrderTask(x, 1, { spacing: 2 }),
        'clips must have at least 7 frames (2 * spacing 2 + gap 2 + 1), got shape [2, 6, 4, 4, 3]',
      ],
      [() => frameOrderTask(x, 1, { spacing: 0 }), 'spacing must be an integer >= 1, got 0'],
      [() => frameOrderTask(x, 1, { negatives: 2 }), 'negatives must be a number >= 0 and <= 1, got 2'],
      [
        () => frameOrderTask(x, 1, { sampling: 'flow' as never }),
        "sampling must be one of 'uniform', 'motion', got \"flow\"",
      ],
      [() => frameOrderTask(x, 1, { perFrame: 1 as never }), 'transforms[0] must be a transform'],
      [() => frameSortingTask(x, 1, { frames: 7 }), 'frames must be an integer >= 3 and <= 6, got 7'],
      [() => frameSortingTask(x, 1, { spacing: 2 }), 'clips must have at least 7 frames (4 at spacing 2)'],
      [() => frameOrders(2), 'frameOrders: frames must be an integer >= 3 and <= 6, got 2'],
      [() => arrowOfTimeTask(x, 1, { frames: 4, stride: 2 }), 'clips must have at least 7 frames (4 at stride 2)'],
      [() => arrowOfTimeTask(x, 1, { frames: 1 }), 'frames must be an integer >= 2, got 1'],
      [() => playbackSpeedTask(x, 1, { speeds: [1, 1] }), 'speeds must be at least two different integers, got [1,1]'],
      [() => playbackSpeedTask(x, 1, { speeds: [1, 0.5] }), 'speeds[1] must be an integer >= 1, got 0.5'],
      [() => playbackSpeedTask(x, 1, { speeds: [1, 6] }), 'clips must have at least 7 frames (2 at speed 6)'],
      [() => framePredictionTask(x, { context: 6 }), 'clips must have at least 7 frames (context 6 + horizon 1)'],
      [() => frameInterpolationTask(x, { hidden: 5 }), 'clips must have at least 7 frames (5 hidden between two)'],
      [
        () => patchTrackingTask(x, 1, { patchSize: 2 }),
        'clips must be at least 4 pixels a side and 6 on one, for patches of 2 and search 1',
      ],
      [() => patchTrackingTask(x, 1, { search: 2 }), 'clips must be at least 5 pixels a side and 3 on one'],
      [
        () => audioVisualTask(x, one as never, 1),
        'audioVisualTask: audio must have shape [2, samples], got [1, 4, 4, 2]',
      ],
      [() => audioVisualTask(x, audio, 1, { ...sound, seconds: 2 }), 'seconds must be a number > 0 and <= 1, got 2'],
      [
        () => audioVisualTask(x, audio, 1, { ...sound, seconds: 0.9 }),
        'seconds must leave a sound around 1 frames inside 1 s, got 0.9',
      ],
      [
        () => audioVisualTask(x, audio, 1, { ...sound, minShift: 0.9 }),
        'minShift must leave two moments that far apart',
      ],
      [
        () => audioVisualTask(x, audio, 1, { ...sound, negatives: 'none' as never }),
        "negatives must be one of 'moment', 'clip', 'both'",
      ],
      [
        () => audioVisualTask(x, audio, 1, { ...sound, spectrogram: { fftLength: 64 } }),
        'logMelSpectrogram: x must have at least 33 samples, got shape [2, 15]',
      ],
      [() => audioVisualTask(x, audio, 1, { ...sound, gain: [1, 0] }), 'gain[1] must be a number >= 1, got 0'],
      [
        () => flowCorrespondenceTask(x, one as never, 1),
        'flow must have shape [2, flows, flow height, flow width, 2], got [1, 4, 4, 2]',
      ],
      [
        () => flowCorrespondenceTask(x, flow, 1, { minShift: 5 }),
        'minShift must leave two moments that far apart among 5 (in frames), got 5',
      ],
      [() => flowCorrespondenceTask(one, one, 1), "the batch must be at least 2 for negatives 'clip', got 1"],
      [() => multiTask({}), 'multiTask: tasks must be an object of at least one task, got {}'],
      [() => multiTask({ a: 1 as never }), 'tasks.a must be a function, got 1'],
      [() => multiTask({ a: arrowOfTimeTask }, { weights: { b: 1 } as never }), 'weights must name tasks (a), got "b"'],
      [() => multiTask({ a: arrowOfTimeTask }, { weights: { a: 0 } }), 'weights must not all be 0'],
    ];
    const before = memory().numTensors;
    for (const [call, message] of bad) expect(call, message).toThrow(message);
    expect(memory().numTensors).toBe(before);
  });
});
