import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rank, slice, type Tensor2D, type Tensor5D, tensor, tile } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { readImages, readWav } from '../../src/node/index.js';
import {
  audioVisualTask,
  frameOrderTask,
  maskedTokensTask,
  patchTrackingTask,
  skipGramTask,
} from '../../src/pretext/index.js';
import { logMelSpectrogram } from '../../src/transforms/index.js';
import { registerWasmTraining } from '../../src/wasm/index.js';
import { useBackend } from '../helpers/backend.js';
import { flat, hold, onEveryBackend } from '../helpers/index.js';

const data = process.env.SELFSUP_DATA ?? '';

const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

async function clip(name: string, size: [number, number] = [64, 78]): Promise<Tensor5D> {
  const { train } = await readImages(join(data, 'video', `${name}.tar.gz`), { size });
  const values = Float32Array.from(train.images.data, (v) => v / 255);
  return hold(tensor<Rank.R5>(values, [1, ...train.images.shape] as Tensor5D['shape'], 'float32'));
}

async function sound(path: string): Promise<{ audio: Tensor2D; sampleRate: number }> {
  const { samples, sampleRate } = await readWav(path);
  return { audio: hold(tensor<Rank.R2>(samples.data, samples.shape as [number, number])), sampleRate };
}

beforeAll(async () => {
  registerWasmTraining();
  await useBackend('wasm');
});

describe.skipIf(data === '')('real clips, sounds and text (needs SELFSUP_DATA)', () => {
  onEveryBackend('tasks', () => {
    test('motion sampling takes windows by their share of the motion of a real clip', async () => {
      const [lego, copies, frames, span] = [await clip('lego', [16, 20]), 128, 83, 6];
      const pixels = await flat(lego);
      const size = pixels.length / frames;
      const motion = Array.from({ length: frames - 1 }, (_, t) => {
        const [now, next] = [pixels.slice(t * size, (t + 1) * size), pixels.slice((t + 1) * size, (t + 2) * size)];
        return now.reduce((sum, v, k) => sum + Math.abs(v - (next[k] as number)), 0) / size;
      });
      const windows = motion.slice(span - 1).map((_, start) => mean(motion.slice(start, start + span)));
      const batch = hold(tile(lego, [copies, 1, 1, 1, 1]));
      const { inputs, labels } = await frameOrderTask(batch, 5, {
        spacing: 2,
        gap: 2,
        sampling: 'motion',
        negatives: 0,
      });
      hold(labels);
      const seen = await flat(hold(inputs));
      const drawn = Array.from({ length: copies }, (_, i) => {
        const first = seen.slice(3 * i * size, (3 * i + 1) * size);
        const at = windows.findIndex((_, t) => first.every((v, k) => v === pixels[t * size + k]));
        return mean(motion.slice(at, at + 4)); // from b to d
      });
      const expected = windows.reduce((sum, w) => sum + w * w, 0) / windows.reduce((sum, w) => sum + w, 0);
      expect(expected).toBeGreaterThan(1.2 * mean(windows));
      expect(Math.abs(mean(drawn) - expected)).toBeLessThan(0.15 * expected);
    });

    test('the tracker follows the airplane', async () => {
      // In frames 10 to 25 it flies to the lower right, and shrinks.
      const part = hold(slice(await clip('airplane'), [0, 10, 0, 0, 0], [1, 16, 64, 78, 3]));
      const { inputs, track } = patchTrackingTask(part, 1);
      for (const patch of Object.values(inputs)) hold(patch);
      const places = await flat(hold(track));
      const [top = 0, left = 0] = places;
      const [lastTop = 0, lastLeft = 0] = places.slice(-2);
      expect([lastTop > top + 6, lastLeft > left + 6], `${places}`).toEqual([true, true]);
      const [a, n] = [await flat(inputs.anchor), await flat(inputs.negative)];
      const spread = (x: number[]): number => Math.max(...x) - Math.min(...x);
      expect(spread(a)).toBeGreaterThan(2 * spread(n)); // the sky is flat
    });

    test("a matching sound is the clip's own at that time", async () => {
      const [frames, { audio, sampleRate }] = [await clip('lego'), await sound(join(data, 'video/lego.wav'))];
      const spectrogram = { fftLength: 512, hopLength: 160 };
      const own = await flat(hold(logMelSpectrogram(audio, { sampleRate, ...spectrogram })));
      const batch = audioVisualTask(frames, audio, 4, { sampleRate, mismatched: 0, gain: [0, 0], spectrogram });
      for (const t of [batch.inputs.frames, batch.labels]) hold(t);
      const heard = await flat(hold(batch.inputs.audio));
      const middle = heard.slice(50 * 64, 51 * 64);
      const distance = (step: number): number =>
        middle.reduce((sum, v, k) => sum + Math.abs(v - (own[step * 64 + k] as number)), 0) / 64;
      const steps = Array.from({ length: own.length / 64 }, (_, t) => t);
      const best = steps.reduce((least, t) => (distance(t) < distance(least) ? t : least));
      const pixels = await flat(batch.inputs.frames);
      const all = await flat(frames);
      const seen = Array.from({ length: 83 }, (_, t) => t).find((t) =>
        pixels.every((v, k) => all[t * pixels.length + k] === v),
      );
      expect(Math.abs((best - 0.5) / 100 - ((seen ?? Number.NaN) + 0.5) / 15)).toBeLessThan(0.03);
    });

    test('a real text gives pairs, noise words by its counts, and masks', async () => {
      const text = await readFile(join(data, 'text/tinyshakespeare.txt'), 'utf8');
      const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
      const numbers = new Map<string, number>();
      const ids = words.map((word) => numbers.get(word) ?? numbers.set(word, numbers.size).size - 1);
      const counts = new Float64Array(numbers.size);
      for (const id of ids) counts[id] = (counts[id] as number) + 1;
      const batch = skipGramTask(ids.slice(0, 4000), 1, { counts, subsample: 1e-3 });
      for (const t of [batch.inputs, batch.targets]) hold(t);
      const noise = await flat(hold(batch.negatives));
      const the = numbers.get('the') as number;
      let total = 0;
      for (const count of counts) total += count ** 0.75;
      expect(noise.filter((id) => id === the).length / noise.length).toBeCloseTo(
        (counts[the] as number) ** 0.75 / total,
        2,
      );
      const rows = Array.from({ length: 20 }, (_, i) => ids.slice(100 * i, 100 * i + 100));
      const masked = maskedTokensTask(rows, 1, { maskToken: numbers.size, vocabularySize: numbers.size + 1 });
      for (const t of [masked.inputs, masked.targets]) hold(t);
      const hidden = (await flat(hold(masked.mask))).filter((m) => m === 1).length;
      expect(Math.abs(hidden / 2000 - 0.15)).toBeLessThan(0.03);
    });
  });
});
