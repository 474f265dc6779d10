import { type Rank, type Tensor2D, type Tensor5D, tensor } from '@tensorflow/tfjs-core';
import * as pretext from 'selfsup/pretext';
import { logMelSpectrogram } from 'selfsup/transforms';
import type { Picture } from '../../pretrain/report/pictures.js';
import { coloured, padded, spectrogramPicture } from '../draw.js';
import type { Clip } from '../material/clips.js';
import { free, mosaic, numbers, pictures, type Row, type Shown } from '../show.js';

const [seconds, fps, sampleRate] = [4, 10, 8000];
const spectrogram = { fftLength: 256, hopLength: 80 };

/** The first seconds of every clip with sound, at one frame rate and one sample rate. */
function together(clips: readonly Clip[]): { readonly frames: Tensor5D; readonly audio: Tensor2D } {
  const [total, samples] = [seconds * fps, seconds * sampleRate];
  const [, ...image] = (clips[0] as Clip).frames.shape;
  const size = image.reduce((a, b) => a * b);
  const [pixels, sounds] = [new Float32Array(clips.length * total * size), new Float32Array(clips.length * samples)];
  for (const [i, { frames, fps: own, sound }] of clips.entries()) {
    for (let t = 0; t < total; t++) {
      const from = Math.floor(((t + 0.5) * own) / fps) * size;
      pixels.set(frames.data.subarray(from, from + size), (i * total + t) * size);
    }
    const wave = sound as NonNullable<Clip['sound']>;
    const step = wave.sampleRate / sampleRate;
    for (let s = 0; s < samples; s++) {
      const own = wave.samples.subarray(Math.floor(s * step), Math.floor((s + 1) * step));
      sounds[i * samples + s] = own.reduce((sum, v) => sum + v, 0) / own.length;
    }
  }
  return {
    frames: tensor<Rank.R5>(pixels, [clips.length, total, ...image]),
    audio: tensor<Rank.R2>(sounds, [clips.length, samples]),
  };
}

/** Which clip and time pictures `[n, size]` or sounds are of: the least distance among all of them. */
function placeOf(one: ArrayLike<number>, all: ArrayLike<number>, step: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let at = 0; at + one.length <= all.length; at += step) {
    let sum = 0;
    for (let k = 0; k < one.length && sum < least; k += 5) {
      sum += Math.abs((one[k] as number) - (all[at + k] as number));
    }
    if (sum < least) [best, least] = [at / step, sum];
  }
  return best;
}

/** Sound and vision. */
export const soundRow: Row = {
  name: 'audioVisualTask',
  caption:
    "negatives 'both': a frame beside the log-mel spectrogram of a second of sound; 1 where they belong together",
  draw: async ({ clips }) => {
    const own = clips.filter(({ sound }) => sound !== null);
    const { frames, audio } = together(own);
    const shown: Shown[] = [];
    const options = { sampleRate, negatives: 'both', gain: [0, 0], spectrogram } as const;
    const whole = logMelSpectrogram(audio, { sampleRate, ...spectrogram });
    for (const [i, picture] of (await spectrograms(whole)).entries()) {
      shown.push({ picture, note: `all ${seconds} s of ${own[i]?.name}` });
    }
    const [, steps, bands] = whole.shape;
    const [heardAll, seenAll] = [await numbers(whole), await numbers(frames)];
    for (const seed of [1, 2, 3]) {
      const batch = pretext.audioVisualTask(frames, audio, seed, options);
      const [list, sounds, labels] = [
        await pictures(batch.inputs.frames),
        await spectrograms(batch.inputs.audio),
        await numbers(batch.labels),
      ];
      const heard = await numbers(batch.inputs.audio);
      const [size, length] = [(list[0] as Picture).data.length, heard.length / own.length];
      for (const [i, picture] of list.entries()) {
        const seenAt = placeOf(
          picture.data,
          seenAll.slice(i * fps * seconds * size, (i + 1) * fps * seconds * size),
          size,
        );
        const heardAt = placeOf(heard.slice(i * length, (i + 1) * length), heardAll, bands);
        const [which, step] = [Math.floor(heardAt / steps), heardAt % steps];
        const time = ((step + length / bands / 2) / 100).toFixed(2);
        const beside = padded(coloured(sounds[i] as Picture), picture.height, picture.width);
        shown.push({
          picture: mosaic([picture, beside], 2),
          note: `${labels[i]}: ${own[i]?.name} at ${((seenAt + 0.5) / fps).toFixed(2)} s, heard around ${time} s of ${own[which]?.name}`,
        });
      }
      free(batch);
    }
    free(frames, audio, whole);
    return shown;
  },
};

async function spectrograms(x: pretext.AudioVisualBatch['inputs']['audio']): Promise<Picture[]> {
  const [n, steps, bands] = x.shape;
  const values = await numbers(x);
  return Array.from({ length: n }, (_, i) =>
    spectrogramPicture(values.slice(i * steps * bands, (i + 1) * steps * bands), steps, bands),
  );
}
